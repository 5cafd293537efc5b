"""Work on many rows, chunk by chunk: each in a transaction of its own, so that it can be cancelled, killed and resumed."""

import logging
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import OperationalError, transaction
from django.utils import timezone, translation

from crm.models import ListWork
from crm.operations.lists import work as working
from dashboard.lists import files
from dashboard.lists.registry import LISTS
from dashboard.lists.shape import Chunk, List, Outcome
from dashboard.lists.state import State, state_of
from dashboard.sight import seen
from tenancy import audit, door, jobs
from tenancy.keyset import place
from tenancy.models import Job, Organisation

log = logging.getLogger(__name__)

CHUNK = 500
SECONDS = 60  # then another task goes on: nobody's work waits behind a million rows


def run(organisation_id: UUID, work_id: UUID) -> bool:
    """Go on with a work until it is over or the time is up; False when there is more to do."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        with door.organisation(organisation_id):
            who = ListWork.objects.filter(id=work_id).values_list("member__user_id", flat=True).first()
        actor = door.Actor("user", who) if who else door.SYSTEM
        try:
            with door.organisation(organisation_id, actor=actor):
                if _is_over(work_id):
                    return True
        except jobs.Cancelled:
            _finish(organisation_id, work_id, actor, Job.State.CANCELLED)
            return True
        except OperationalError:
            raise  # the database went away: beat takes it up again
        except Exception:
            log.exception("work %s failed", work_id)
            _finish(organisation_id, work_id, actor, Job.State.FAILED)
            return True
    return False


def _is_over(work_id: UUID) -> bool:
    """Do one chunk; True when there was none left, or another worker has this work."""
    work = working.take_up(work_id)
    if work is None or work.job.is_over:
        return True
    if work.member is None or not work.member.is_active:
        raise jobs.Cancelled  # who asked for it may not see these rows any more
    Job.objects.filter(id=work.job_id, state=Job.State.QUEUED).update(state=Job.State.RUNNING)
    organisation = Organisation.objects.get(id=door.organisation_id())
    with translation.override(work.language), timezone.override(ZoneInfo(organisation.time_zone)):
        is_done = files.write_chunk(work) if work.verb == "export" else _chunk(work)
    if is_done:
        _close(work, Job.State.DONE)
    return is_done


def _chunk(work: ListWork) -> bool:
    kind = LISTS[work.list_name]
    verb = kind.verb(work.verb)
    if not work.member.may(verb.permission):
        raise jobs.Cancelled
    rows = _next_rows(work, kind)
    if not rows:
        return True
    outcome = verb.run(Chunk(work.id, rows, work.arguments))
    working.note_problems(work, [(row_id, _name(kind, rows, row_id), error) for row_id, _label, error in outcome.refused])
    _note(work, outcome, str(rows[-1].id))
    return False


def _next_rows(work: ListWork, kind: List) -> Sequence[Any]:
    """The next rows by id among those that were there when it was asked for; what work changes cannot hide one of them."""
    rows = wanted(work, kind).filter(id__lte=work.until)
    if work.cursor:
        rows = rows.filter(id__gt=place(UUID(work.cursor)))
    return list(rows.order_by("id")[:CHUNK])


def wanted(work: ListWork, kind: List):
    """Narrow to the rows that were named, or that the query finds, as the person who asked sees them."""
    if work.ids is not None:
        return seen(work.member, kind.rows()).filter(id__in=work.ids)
    return of_query(work).narrowed(kind.rows())


def of_query(work: ListWork) -> State:
    return state_of(LISTS[work.list_name], work.member, work.query)


def _name(kind: List, rows: Sequence[Any], row_id: UUID) -> str:
    return next((kind.name_of(row) for row in rows if row.id == row_id), "")


def _note(work: ListWork, outcome: Outcome, cursor: Any) -> None:
    counts = {"changed": outcome.changed, "unchanged": outcome.unchanged, "failed": len(outcome.refused)}
    jobs.advance(work.job_id, done=working.note_chunk(work, cursor=cursor, counts=counts))


def _close(work: ListWork, state: str) -> None:
    Job.objects.filter(id=work.job_id).update(state=state, result=work.counts, finished_at=timezone.now())
    audit.record(f"list.work_{state}", work.job, {"list": work.list_name, "verb": work.verb, "counts": work.counts})


def _finish(organisation_id: UUID, work_id: UUID, actor: door.Actor, state: str) -> None:
    with door.organisation(organisation_id, actor=actor), transaction.atomic():
        work = ListWork.objects.select_related("job").get(id=work_id)
        if not work.job.is_over:
            _close(work, state)
