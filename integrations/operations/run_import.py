"""Work an import off, chunk by chunk: each one a transaction that also keeps how far it has come."""

import logging
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import IO
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Substr
from django.utils import timezone, translation

from crm.operations import plain
from foundation.ids import new_key
from integrations import balances, deals, purchases, reading, repeats
from integrations.columns import BY_COLUMNS, Chunk, Items, Lines, Source
from integrations.models import Import, ImportIssue, ImportTrace
from integrations.operations.imports import layout_of, reading_of
from integrations.operations.take_in import Outcome, Trace, take_chunk
from integrations.reading import Layout
from integrations.rows import Problem, Reading
from tenancy import audit, bulk, door, events, jobs
from tenancy.models import Job

log = logging.getLogger(__name__)

CHUNK_ROWS = {
    "customers": 10_000,
    "orders": 10_000,
    "purchases": 2500,
    "opening_balances": 1000,
    "deals": 250,
}  # an invoice has 20 lines
REHEARSED = 200  # rows of a dry run whose verdicts are kept to be shown
_PIECE = 1024 * 1024
MAX_ATTEMPTS = 5
_MANY = 1000  # rows: with fewer a bad plan costs little
STANDS_STILL = timedelta(seconds=30)
_OPEN = [Job.State.QUEUED, Job.State.RUNNING]
_ZERO = dict.fromkeys(("rows", "taken", "skipped", "failed", "created", "updated", "unchanged"), 0)


class Overtaken(Exception):
    """Somebody else works on this import, or it was started anew."""


@dataclass(frozen=True)
class Progress:
    done: int
    total: int
    counts: dict[str, int]


@dataclass(frozen=True)
class _Plan:
    organisation_id: UUID
    import_id: UUID
    job_id: UUID
    kind: str
    is_dry_run: bool
    actor: door.Actor
    file: IO[bytes]
    layout: Layout
    how: Reading
    cursor: int


def run(
    organisation_id: UUID,
    import_id: UUID,
    *,
    seconds: float = 300,
    watch: Callable[[Progress], None] = lambda progress: None,
) -> bool:
    """Go on with an import until it is over (True) or the time is up (False: ring again).

    Call it outside the door. Safe at any time, in several workers at once, and after a crash: a chunk's effect
    and its cursor share a transaction, and whoever finds the cursor moved gives up.
    """
    prepared = _prepare(organisation_id, import_id)
    if prepared is None:
        return True
    plan, end = prepared
    try:
        if not end:
            return _work(plan, time.monotonic() + seconds, watch)
        _finish(plan, end)
    except jobs.Cancelled:
        _finish(plan, Job.State.CANCELLED)
    except Overtaken:
        log.info("import %s is worked on elsewhere", import_id)
    return True


def waiting_imports(now: datetime) -> list[UUID]:
    """List imports that were asked for and that nobody works on."""
    standing = Import.objects.filter(touched_at__lt=now - STANDS_STILL, job__state__in=_OPEN)
    return list(standing.values_list("id", flat=True))


def _prepare(organisation_id: UUID, import_id: UUID) -> tuple[_Plan, str] | None:
    with door.organisation(organisation_id):
        found = Import.objects.select_related("job").defer("content").annotate(has_file=Q(content__isnull=False))
        imported = found.filter(id=import_id).first()
        if imported is None or imported.job is None or imported.job.is_over:
            return None
        Import.objects.filter(id=import_id).update(attempts=F("attempts") + 1, touched_at=timezone.now())
        by = imported.job.created_by_id
        plan = _Plan(
            organisation_id, import_id, imported.job_id, imported.kind, imported.is_dry_run,
            door.Actor("user", by) if by else door.SYSTEM,
            _fetch(import_id), layout_of(imported), reading_of(imported), imported.cursor,
        )  # fmt: skip
    return plan, _early_end(imported)


def _fetch(import_id: UUID) -> IO[bytes]:
    """Bring the file to this machine piece by piece, so that memory does not grow with it."""
    file, at = tempfile.TemporaryFile(), 1  # noqa: SIM115 - it goes when the plan does
    found = Import.objects.filter(id=import_id)
    while piece := found.values_list(Substr("content", at, _PIECE), flat=True).first():
        file.write(piece)
        at += _PIECE
    return file


def _early_end(imported: Import) -> str:
    """Say whether there is nothing left to do but to end."""
    if imported.attempts >= MAX_ATTEMPTS:
        return Job.State.FAILED
    if imported.job.is_cancel_requested:
        return Job.State.CANCELLED
    return "" if imported.has_file else Job.State.DONE  # it died between its last chunk and its end


def _work(plan: _Plan, until: float, watch: Callable[[Progress], None]) -> bool:
    source, total = _source(plan)
    if not jobs.begin(plan.organisation_id, plan.job_id, total=total):
        _finish(plan, Job.State.CANCELLED)
        return True
    source.skip(plan.cursor)
    for chunk in _ahead(source):
        counts = _take_chunk(plan, chunk)
        plan = replace(plan, cursor=plan.cursor + chunk.size)
        watch(Progress(counts["rows"], total, counts))
        if time.monotonic() > until:
            return False
    _finish(plan, Job.State.DONE)
    return True


def _ahead(source: Source) -> Iterator[Chunk]:
    """Give chunks, reading the next one while the database takes the present one in."""
    with ThreadPoolExecutor(1, thread_name_prefix="import") as reader:
        coming = reader.submit(source.chunk)
        while chunk := coming.result():
            coming = reader.submit(source.chunk)
            yield chunk


def _source(plan: _Plan) -> tuple[Source, int]:
    """Give the file in chunks, and how many rows it has."""

    def raw():
        return reading.rows(plan.file, plan.layout)

    size = CHUNK_ROWS[plan.kind]
    if plan.kind == Import.Kind.PURCHASES:
        overview = purchases.survey(raw(), plan.how)
        return Items(purchases.read_purchases(raw(), plan.how, overview), size), overview.total
    total, suspects = repeats.survey(reading.cells_of(plan.file, plan.layout), plan.kind, plan.how.positions)
    if plan.kind == Import.Kind.OPENING_BALANCES:
        return Items(balances.read_balances(raw(), plan.how, suspects), size), total
    if plan.kind == Import.Kind.DEALS:
        return Items(deals.read_deals(raw(), plan.how, suspects), size), total
    parted = BY_COLUMNS[plan.kind](plan.how, suspects)
    odd = REHEARSED if plan.is_dry_run else 0
    return Lines(reading.cells_of(plan.file, plan.layout), parted, size, odd), total


def _take_chunk(plan: _Plan, chunk: Chunk) -> dict[str, int]:
    with door.organisation(plan.organisation_id, actor=plan.actor), translation.override(plan.how.habits.language):
        imported = _hold(plan)
        quietly = nullcontext() if plan.how.options.is_loud else door.quietly()
        with transaction.atomic(), quietly:
            outcome = take_chunk(chunk, plan.how)
            if plan.is_dry_run:
                transaction.set_rollback(True)  # to the savepoint: what was learnt stays, what was done goes
        if not plan.is_dry_run:
            _notice_growth(outcome.counts["created"])
        counts = _ZERO | dict(Counter(imported.counts) + outcome.counts)
        _keep_issues(plan, outcome.problems)
        _keep_traces(plan, outcome)
        Import.objects.filter(id=plan.import_id).update(
            cursor=plan.cursor + chunk.size, counts=counts, attempts=0, touched_at=timezone.now()
        )
        jobs.advance(plan.job_id, done=counts["rows"])
    return counts


def _notice_growth(made: int) -> None:
    """Let the planner look at tables it takes for smaller than what we have just put in, before foreign keys are checked."""
    if made >= _MANY:
        with connection.cursor() as cursor:
            cursor.execute("SELECT integrations_notice_growth(%s)", [made])


def _hold(plan: _Plan) -> Import:
    """Lock the import; compare-and-set on its cursor keeps two workers apart."""
    imported = Import.objects.select_for_update().defer("content").get(id=plan.import_id)
    if (imported.cursor, imported.job_id) != (plan.cursor, plan.job_id):
        raise Overtaken
    return imported


def _keep_issues(plan: _Plan, problems: Sequence[Problem]) -> None:
    rows = [
        (
            new_key(), problem.row.line, problem.column, problem.code, problem.message, dict(problem.facts), problem.is_skip,
            problem.row.values(plan.layout.columns),
        )
        for problem in problems
    ]  # fmt: skip
    columns = ["id", "row", "column", "code", "template", "facts", "is_skip", "values"]
    bulk.insert(ImportIssue, columns, rows, import_id=str(plan.import_id))


def _keep_traces(plan: _Plan, outcome: Outcome) -> None:
    """Note what could be undone; of a dry run only what a person will look at."""
    traces = outcome.traces
    if not plan.is_dry_run:
        _keep_sheet(plan, outcome)
    told = [one for one in traces if one.taken.verdict in ("created", "updated")]
    if plan.is_dry_run:
        told = [one for one in traces if one.subject not in ("product", "company")] if plan.cursor < REHEARSED else []
        told = told[:REHEARSED]
    rows = [
        (
            new_key(), one.row, one.subject, None if plan.is_dry_run else one.taken.id, one.taken.verdict,
            _changes(one) if one.taken.verdict == "updated" else one.taken.changes, one.taken.added,
        )
        for one in told
    ]  # fmt: skip
    same = {"is_undone": False, "kept_code": ""}
    columns = ["id", "row", "subject", "subject_id", "verdict", "before", "added"]
    bulk.insert(ImportTrace, columns, rows, import_id=str(plan.import_id), **same)


def _keep_sheet(plan: _Plan, outcome: Outcome) -> None:
    """Note what was made by columns, and who became a customer by it, from the tables that it was made from."""
    subject = "order" if plan.kind == Import.Kind.ORDERS else "customer"
    if outcome.made:
        _keep_from(plan, subject, "created", f"SELECT key, row, id, before, added FROM ({outcome.made}) AS made")
    if outcome.advanced:
        changed = f"SELECT key, {outcome.first_line}, id, changes, '{{}}'::jsonb FROM ({outcome.advanced}) AS changed"
        _keep_from(plan, "customer", "updated", changed)


def _keep_from(plan: _Plan, subject: str, verdict: str, rows: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO integrations_importtrace
              (organisation_id, import_id, subject, verdict, is_undone, kept_code, id, row, subject_id, before, added)
            SELECT %s, %s, %s, %s, false, '', m.* FROM ({rows}) AS m
            """,
            [str(plan.organisation_id), str(plan.import_id), subject, verdict],
        )


def _changes(trace: Trace) -> dict[str, list]:
    return {name: [plain(value) for value in pair] for name, pair in trace.taken.changes.items()}


def _finish(plan: _Plan, state: str) -> None:
    """End the job; the file goes when it is taken in for good."""
    with door.organisation(plan.organisation_id, actor=plan.actor):
        imported = Import.objects.defer("content").get(id=plan.import_id)
        if imported.job_id != plan.job_id or not Job.objects.filter(id=plan.job_id, state__in=_OPEN).exists():
            raise Overtaken
        if state == Job.State.DONE and not plan.is_dry_run:
            Import.objects.filter(id=plan.import_id).update(content=None)
            events.publish("import.finished", plan.import_id, kind=plan.kind, counts=imported.counts)
        audit.record(f"import.{state}", imported, {"is_dry_run": plan.is_dry_run, "counts": imported.counts})
    jobs.finish(plan.organisation_id, plan.job_id, state, **imported.counts)
