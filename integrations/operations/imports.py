"""Take in a file, show what it holds, start and stop its import."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from celery import current_app
from django.db.models import Q
from django.utils import timezone

from foundation.errors import NotFound
from integrations import balances, purchases, reading, rows
from integrations import mapping as mappings
from integrations.errors import ImportDone, ImportRunning
from integrations.models import Import, ImportIssue
from integrations.reading import Layout, RawRow
from integrations.rows import Problem, Reading
from integrations.values import Habits
from tenancy import audit, door, events, jobs
from tenancy.models import Job, Organisation

PREVIEWED = 200  # rows read for the preview; a person looks at the first twenty
READERS = {
    Import.Kind.CUSTOMERS: rows.read_customers, Import.Kind.ORDERS: rows.read_orders,
    Import.Kind.OPENING_BALANCES: balances.read_balances,
}  # fmt: skip


class ImportUnknown(NotFound):
    code = "import_unknown"
    message = "There is no such import."


@dataclass(frozen=True)
class ColumnTrouble:
    column: str
    rows: int
    example: Problem


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
        columns=list(layout.columns),
        created_at=door.moment(),
    )
    audit.record("import.uploaded", created, {"kind": created.kind, "file_hash": created.file_hash})
    return created


def preview(imported: Import) -> Preview:
    """Show the first rows, the guessed mapping, and what would be wrong with them."""
    layout = layout_of(imported)
    mapping = imported.mapping or mappings.guess(imported.kind, layout.columns)
    fields = mappings.FIELDS[imported.kind]
    missing = [item for item in fields if item.is_required and item.name not in mapping]
    sample = list(islice(reading.rows(imported.content, layout), PREVIEWED)) if imported.content else []
    items = [] if missing else list(items_of(imported, sample, _reading(imported, mapping)))
    problems = [problem for item in items for problem in item.problems]
    return Preview(
        columns=layout.columns,
        rows=[row.cells for row in sample[:20]],
        fields=fields,
        mapping=mapping,
        field_of={column: name for name, column in mapping.items()},
        missing=missing,
        readable=len(sample) - len({problem.row.line for problem in problems}),
        read=len(sample),
        troubles=_troubles(problems),
        totals={} if missing else _totals(imported, layout, mapping),
    )


def _totals(imported: Import, layout: Layout, mapping: Mapping[str, str]) -> Mapping[str, int]:
    """Read the whole file: what is taken over becomes a debt of the house, so the sum is seen before."""
    if imported.kind != Import.Kind.OPENING_BALANCES or not imported.content:
        return {}
    return balances.total(balances.read_balances(reading.rows(imported.content, layout), _reading(imported, mapping)))


def _troubles(problems: Sequence[Problem]) -> list[ColumnTrouble]:
    by_column: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        by_column.setdefault((problem.column, problem.code), []).append(problem)
    return [ColumnTrouble(column, len(found), found[0]) for (column, _), found in by_column.items()]


def start(import_id: UUID, *, mapping: Mapping[str, str], is_dry_run: bool, is_run_here: bool = False) -> Job:
    """Put an import to work with these columns; a dry run tells what would happen and changes nothing.

    `is_run_here`: the caller runs it himself (a command), no worker is called.
    """
    held = Import.objects.select_for_update(of=("self",)).select_related("job").defer("content")
    imported = held.annotate(has_file=Q(content__isnull=False)).filter(id=import_id).first()
    if imported is None:
        raise ImportUnknown
    if imported.job and not imported.job.is_over:
        raise ImportRunning
    if not imported.has_file:
        raise ImportDone
    settled = mappings.settle(imported.kind, imported.columns, mapping)
    ImportIssue.objects.filter(import_id=import_id).delete()
    who = door.actor()
    job = Job.objects.create(kind="import", created_by_id=who.id if who.kind == "user" else None)
    Import.objects.filter(id=import_id).update(
        mapping=settled, is_dry_run=is_dry_run, job=job, cursor=0, counts={}, attempts=0, touched_at=timezone.now()
    )
    audit.record("import.started", imported, {"is_dry_run": is_dry_run, "fields": sorted(settled)})
    if not is_run_here:
        _ring_after_commit(import_id)
    return job


def cancel_import(import_id: UUID) -> bool:
    """Ask a running import to stop after its present chunk; what is taken in stays."""
    imported = Import.objects.filter(id=import_id).defer("content").first()
    if imported is None:
        raise ImportUnknown
    if imported.job_id and jobs.request_cancel(imported.job_id):
        audit.record("import.cancelled", imported)
        return True
    return False


def _ring_after_commit(import_id: UUID) -> None:
    task, organisation_id = current_app.signature("integrations.tasks.run_import"), str(door.organisation_id())
    door.once_after_commit(f"import {import_id}", lambda: events.ring(task, organisation_id, str(import_id)))


# --- how an import reads its file -----------------------------------------------------------------------


def layout_of(imported: Import) -> Layout:
    return Layout(imported.encoding, imported.delimiter, imported.header_line, tuple(imported.columns))


def _reading(imported: Import, mapping: Mapping[str, str]) -> Reading:
    organisation = Organisation.objects.get(id=door.organisation_id())
    habits = Habits(organisation.country, organisation.currency, organisation.time_zone, organisation.language)
    return Reading(tuple(imported.columns), mapping, habits, door.moment(), imported.source)


def reading_of(imported: Import) -> Reading:
    return _reading(imported, imported.mapping)


def items_of(imported: Import, raw: Sequence[RawRow], how: Reading):
    """Read a few rows the way the import will."""
    if imported.kind == Import.Kind.PURCHASES:
        return purchases.read_purchases(raw, how, purchases.survey(raw, how))
    return READERS[imported.kind](raw, how)
