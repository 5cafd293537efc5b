"""Work an import off, chunk by chunk: each one a transaction that also keeps how far it has come."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from integrations import purchases, reading
from integrations.models import Import, ImportIssue
from integrations.operations.imports import READERS, layout_of, reading_of
from integrations.operations.take_in import take_in
from integrations.reading import Layout
from integrations.rows import Item, Problem, Reading
from tenancy import audit, door, events, jobs
from tenancy.models import Job

log = logging.getLogger(__name__)

CHUNK_ROWS = {"customers": 500, "orders": 500, "purchases": 2500, "opening_balances": 1000}  # an invoice has 20 lines
MAX_ATTEMPTS = 5
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
    content: bytes
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
        imported = Import.objects.select_related("job").filter(id=import_id).first()
        if imported is None or imported.job is None or imported.job.is_over:
            return None
        Import.objects.filter(id=import_id).update(attempts=F("attempts") + 1, touched_at=timezone.now())
        by = imported.job.created_by_id
        plan = _Plan(
            organisation_id, import_id, imported.job_id, imported.kind, imported.is_dry_run,
            door.Actor("user", by) if by else door.SYSTEM,
            imported.content, layout_of(imported), reading_of(imported), imported.cursor,
        )  # fmt: skip
    return plan, _early_end(imported)


def _early_end(imported: Import) -> str:
    """Say whether there is nothing left to do but to end."""
    if imported.attempts >= MAX_ATTEMPTS:
        return Job.State.FAILED
    if imported.job.is_cancel_requested:
        return Job.State.CANCELLED
    return Job.State.DONE if imported.content is None else ""  # it died between its last chunk and its end


def _work(plan: _Plan, until: float, watch: Callable[[Progress], None]) -> bool:
    items, total = _items(plan)
    if not jobs.begin(plan.organisation_id, plan.job_id, total=total):
        _finish(plan, Job.State.CANCELLED)
        return True
    for _ in islice(items, plan.cursor):
        pass  # done before; read again, since later rows may refer to them
    while chunk := _next_chunk(items, CHUNK_ROWS[plan.kind]):
        counts = _take_chunk(plan, chunk)
        plan = replace(plan, cursor=plan.cursor + len(chunk))
        watch(Progress(counts["rows"], total, counts))
        if time.monotonic() > until:
            return False
    _finish(plan, Job.State.DONE)
    return True


def _items(plan: _Plan) -> tuple[Iterator[Item], int]:
    """Give the items of the file, and how many rows it has."""

    def raw():
        return reading.rows(plan.content, plan.layout)

    if plan.kind == Import.Kind.PURCHASES:
        overview = purchases.survey(raw(), plan.how)
        return purchases.read_purchases(raw(), plan.how, overview), overview.total
    return READERS[plan.kind](raw(), plan.how), sum(1 for _ in raw())


def _next_chunk(items: Iterator[Item], size: int) -> list[Item]:
    chunk, count = [], 0
    for item in items:
        chunk.append(item)
        count += len(item.rows)
        if count >= size:
            break
    return chunk


def _take_chunk(plan: _Plan, chunk: Sequence[Item]) -> dict[str, int]:
    with door.organisation(plan.organisation_id, actor=plan.actor):
        imported = _hold(plan)
        with transaction.atomic():
            outcome = take_in(chunk, plan.how)
            if plan.is_dry_run:
                transaction.set_rollback(True)  # to the savepoint: what was learnt stays, what was done goes
        counts = _ZERO | dict(Counter(imported.counts) + outcome.counts)
        _keep_issues(plan, outcome.problems)
        Import.objects.filter(id=plan.import_id).update(
            cursor=plan.cursor + len(chunk), counts=counts, attempts=0, touched_at=timezone.now()
        )
        jobs.advance(plan.job_id, done=counts["rows"])
    return counts


def _hold(plan: _Plan) -> Import:
    """Lock the import; compare-and-set on its cursor keeps two workers apart."""
    imported = Import.objects.select_for_update().defer("content").get(id=plan.import_id)
    if (imported.cursor, imported.job_id) != (plan.cursor, plan.job_id):
        raise Overtaken
    return imported


def _keep_issues(plan: _Plan, problems: Sequence[Problem]) -> None:
    columns = plan.layout.columns
    ImportIssue.objects.bulk_create(
        (
            ImportIssue(
                import_id=plan.import_id,
                row=problem.row.line,
                column=problem.column,
                code=problem.code,
                template=problem.message,
                facts=dict(problem.facts),
                is_skip=problem.is_skip,
                values=problem.row.values(columns),
            )
            for problem in problems
        ),
        batch_size=2000,
    )


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
