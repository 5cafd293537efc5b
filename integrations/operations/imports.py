"""Take in a file, show what it holds, start and stop its import."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from foundation.errors import NotFound
from integrations import balances, custom_fields, deals, purchases, reading, rows
from integrations import mapping as mappings
from integrations.errors import ImportDone, ImportRunning
from integrations.models import Import, ImportIssue, ImportTrace
from integrations.operations import memory
from integrations.operations.take_in import Outcome, take_in
from integrations.options import AS_USUAL, Options, read_options, stored
from integrations.reading import Layout, RawRow, Wish
from integrations.rows import Problem, Reading
from integrations.values import Habits
from tenancy import audit, door, events, jobs
from tenancy.models import Job, Membership, Organisation

PREVIEWED = 200  # rows read for the preview; a person looks at the first twenty
READERS = {
    Import.Kind.CUSTOMERS: rows.read_customers, Import.Kind.ORDERS: rows.read_orders,
    Import.Kind.OPENING_BALANCES: balances.read_balances, Import.Kind.DEALS: deals.read_deals,
}  # fmt: skip


_SHOWN = ("customer", "order", "balance", "deal")  # what a row is about; the last one told of it counts


class ImportUnknown(NotFound):
    code = "import_unknown"
    message = "There is no such import."


@dataclass(frozen=True)
class ColumnTrouble:
    column: str
    rows: int
    example: Problem


@dataclass(frozen=True)
class RowVerdict:
    """What would become of a row."""

    row: RawRow
    verdict: str  # created, updated, unchanged, skipped, refused
    changes: Sequence[str] = ()  # columns that get another value
    problems: Sequence[Problem] = ()


@dataclass(frozen=True)
class Preview:
    """What a file looks like before anything is decided."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]  # the first twenty, as they came
    fields: Sequence[mappings.Field]  # what columns can be read as
    mapping: Mapping[str, str]  # field → column: chosen earlier, or guessed
    field_of: Mapping[str, str]  # column → field: the same the other way round
    missing: Sequence[mappings.Field]  # needed fields without a column
    readable: int  # rows of the first 200 that can be taken in
    read: int
    options: Options = AS_USUAL
    verdicts: Sequence["RowVerdict"] = field(default_factory=tuple)  # of the first twenty
    expected: Mapping[str, int] = field(default_factory=dict)  # verdict → rows of those read
    sheets: Sequence[str] = ()
    top: Sequence[tuple[int, Sequence[str]]] = ()  # the lines at the top as they stand
    is_remembered: bool = False  # the columns are as in an earlier list
    troubles: Sequence[ColumnTrouble] = field(default_factory=tuple)
    totals: Mapping[str, int] = field(default_factory=dict)  # of balances: all that the file would bring, by unit


def upload(*, kind: str, file_name: str, content: bytes, source: str = "import") -> Import:
    """Keep a file for import. Raises a named error when it is no table of text.

    `source` is the first half of the business key of its orders (shop, till, online_retail).
    """
    packed = reading.pack(content)
    layout = reading.look(packed)
    created = Import.objects.create(
        kind=Import.Kind(kind),
        source=source,
        file_name=file_name.replace("\\", "/").rsplit("/", 1)[-1][:200],
        file_hash=hashlib.sha256(content).hexdigest(),
        content=packed,
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        header_line=layout.header_line,
        is_encoding_sure=layout.is_sure,
        sheet=layout.sheet,
        columns=list(layout.columns),
        created_at=door.moment(),
    )
    audit.record("import.uploaded", created, {"kind": created.kind, "file_hash": created.file_hash})
    return created


def reread(import_id: UUID, wish: Wish) -> Import:
    """Read a file another way than was found out: encoding, delimiter, sheet, line of the column names."""
    imported = _hold(import_id, defer=())
    layout = reading.look(bytes(imported.content), wish)
    Import.objects.filter(id=import_id).update(
        encoding=layout.encoding, delimiter=layout.delimiter, header_line=layout.header_line, sheet=layout.sheet,
        is_encoding_sure=layout.is_sure, columns=list(layout.columns), mapping={},
    )  # fmt: skip
    audit.record("import.reread", imported, {"encoding": layout.encoding, "header_line": layout.header_line})
    return Import.objects.get(id=import_id)


def preview(imported: Import, *, mapping: Mapping[str, str] | None = None, options: Options | None = None) -> Preview:
    """Show the first rows, how they would be read, and what would become of each: by the import's own way, taken back."""
    layout, more = layout_of(imported), custom_fields.targets(imported.kind)
    remembered = memory.recall(imported.kind, layout.columns, more)
    known = imported.mapping or (remembered and remembered.mapping)
    mapping = mapping or known or mappings.guess(imported.kind, layout.columns, more)
    options = options or read_options(imported.options or (remembered.options if remembered else {}))
    fields = (*mappings.FIELDS[imported.kind], *more)
    missing = [item for item in fields if item.is_required and item.name not in mapping]
    file = bytes(imported.content) if imported.content else b""
    sample = list(islice(reading.rows(file, layout), PREVIEWED)) if file else []
    how = reading_by(imported, mapping, options)
    items = [] if missing else list(items_of(imported, sample, how))
    outcome = rehearse(items, how) if items else Outcome()
    verdicts = _verdicts(sample, outcome)
    problems = [problem for problem in outcome.problems if not problem.is_remark]
    return Preview(
        columns=layout.columns,
        rows=[row.cells for row in sample[:20]],
        fields=fields,
        mapping=mapping,
        field_of={column: name for name, column in mapping.items()},
        missing=missing,
        readable=len(sample) - len({problem.row.line for problem in problems}),
        read=len(sample),
        options=options,
        verdicts=verdicts[:20] if items else (),
        expected=Counter(one.verdict for one in verdicts) if items else {},
        sheets=reading.sheets(file) if imported.sheet else (),
        top=reading.first_lines(file, layout) if file else (),
        is_remembered=remembered is not None and not imported.mapping,
        troubles=_troubles(outcome.problems),
        totals={} if missing else _totals(imported, layout, how),
    )


def rehearse(items: Sequence[rows.Item], how: Reading) -> Outcome:
    """Do it and take it back: what was learnt stays."""
    with transaction.atomic(), door.quietly():
        outcome = take_in(items, how, items[0].rows[0].line)
        transaction.set_rollback(True)
    return outcome


def _verdicts(sample: Sequence[RawRow], outcome: Outcome) -> list[RowVerdict]:
    """Say of each row what became of it; the lines of an invoice share its order's verdict."""
    blamed: dict[int, list[Problem]] = {}
    for problem in outcome.problems:
        blamed.setdefault(problem.row.line, []).append(problem)
    traced = {trace.row: trace.taken for trace in outcome.traces if trace.subject in _SHOWN}
    found, last = [], "unchanged"
    for row in sample:
        problems, taken = blamed.get(row.line, ()), traced.get(row.line)
        last = taken.verdict if taken else last
        is_hurt = [problem for problem in problems if not problem.is_remark]
        verdict = ("skipped" if all(one.is_skip for one in is_hurt) else "refused") if is_hurt else last
        changes = [name for name in (taken.changes if taken else ()) if name not in ("print", "updated_at")]
        found.append(RowVerdict(row, verdict, changes if verdict == "updated" else (), problems))
    return found


def _totals(imported: Import, layout: Layout, how: Reading) -> Mapping[str, int]:
    """Read the whole file: what is taken over becomes a debt of the house, so the sum is seen before."""
    if imported.kind != Import.Kind.OPENING_BALANCES or not imported.content:
        return {}
    return balances.total(balances.read_balances(reading.rows(bytes(imported.content), layout), how))


def _troubles(problems: Sequence[Problem]) -> list[ColumnTrouble]:
    by_column: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        by_column.setdefault((problem.column, problem.code), []).append(problem)
    return [ColumnTrouble(column, len(found), found[0]) for (column, _), found in by_column.items()]


def start(
    import_id: UUID,
    *,
    mapping: Mapping[str, str],
    is_dry_run: bool,
    options: Mapping[str, object] | None = None,
    is_run_here: bool = False,
) -> Job:
    """Put an import to work with these columns; a dry run tells what would happen and changes nothing.

    `is_run_here`: the caller runs it himself (a command), no worker is called.
    """
    imported = _hold(import_id)
    chosen = read_options(options if options is not None else imported.options)
    more = custom_fields.targets(imported.kind)
    settled = mappings.settle(imported.kind, imported.columns, mapping, more=more, match=chosen.match)
    ImportIssue.objects.filter(import_id=import_id).delete()
    if imported.is_dry_run:  # a real run that was stopped has left traces: it can still be undone
        ImportTrace.objects.filter(import_id=import_id).delete()
    who = door.actor()
    job = Job.objects.create(kind="import", created_by_id=who.id if who.kind == "user" else None)
    Import.objects.filter(id=import_id).update(
        mapping=settled, options=stored(chosen), is_dry_run=is_dry_run, job=job, cursor=0, counts={}, attempts=0,
        touched_at=timezone.now(),
    )  # fmt: skip
    memory.remember(imported.kind, imported.columns, settled, chosen)
    audit.record("import.started", imported, {"is_dry_run": is_dry_run, "fields": sorted(settled)})
    if not is_run_here:
        ring_after_commit("run_import", import_id)
    return job


def _hold(import_id: UUID, *, defer: Sequence[str] = ("content",)) -> Import:
    """Lock an import that may be started or read anew."""
    held = Import.objects.select_for_update(of=("self",)).select_related("job").defer(*defer)
    imported = held.annotate(has_file=Q(content__isnull=False)).filter(id=import_id).first()
    if imported is None:
        raise ImportUnknown
    if imported.job and not imported.job.is_over:
        raise ImportRunning
    if not imported.has_file:
        raise ImportDone
    return imported


def cancel_import(import_id: UUID) -> bool:
    """Ask a running import to stop after its present chunk; what is taken in stays."""
    imported = Import.objects.filter(id=import_id).defer("content").first()
    if imported is None:
        raise ImportUnknown
    if imported.job_id and jobs.request_cancel(imported.job_id):
        audit.record("import.cancelled", imported)
        return True
    return False


def ring_after_commit(name: str, import_id: UUID) -> None:
    task, organisation_id = current_app.signature(f"integrations.tasks.{name}"), str(door.organisation_id())
    door.once_after_commit(f"{name} {import_id}", lambda: events.ring(task, organisation_id, str(import_id)))


# --- how an import reads its file -----------------------------------------------------------------------


def layout_of(imported: Import) -> Layout:
    return Layout(
        imported.encoding, imported.delimiter, imported.header_line, tuple(imported.columns), imported.sheet,
        imported.is_encoding_sure,
    )  # fmt: skip


def reading_by(imported: Import, mapping: Mapping[str, str], options: Options) -> Reading:
    organisation = Organisation.objects.get(id=door.organisation_id())
    habits = Habits(organisation.country, organisation.currency, organisation.time_zone, organisation.language)
    members = _members() if "owner" in mapping else {}
    own = custom_fields.readers(imported.kind)
    return Reading(tuple(imported.columns), mapping, habits, door.moment(), imported.source, options, members, own)


def _members() -> dict[str, UUID | None]:
    """Name those who work here by e-mail and by name; a name of two is nobody's."""
    found: dict[str, UUID | None] = {}
    people = Membership.objects.filter(is_active=True).values_list("id", "user__name", "user__email")
    for id, name, _email in people:
        found[name.strip().lower()] = None if name.strip().lower() in found else id
    return found | {email.lower(): id for id, _, email in people}


def reading_of(imported: Import) -> Reading:
    return reading_by(imported, imported.mapping, read_options(imported.options))


def items_of(imported: Import, raw: Sequence[RawRow], how: Reading):
    """Read a few rows the way the import will."""
    if imported.kind == Import.Kind.PURCHASES:
        return purchases.read_purchases(raw, how, purchases.survey(raw, how))
    return READERS[imported.kind](raw, how)
