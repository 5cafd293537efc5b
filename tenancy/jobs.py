"""Long work with progress that a person can watch and cancel.

A job's work runs in many small transactions, so these functions open the door themselves.
"""

from typing import Any
from uuid import UUID

from django.utils import timezone

from tenancy import door
from tenancy.models import Job


class Cancelled(Exception):
    """The person who watches the job has stopped it."""


def begin(organisation_id: UUID, job_id: UUID, *, total: int) -> bool:
    """Take a queued or interrupted job; False when it is over or was cancelled before it began."""
    with door.organisation(organisation_id):
        fresh = Job.objects.filter(id=job_id, state__in=[Job.State.QUEUED, Job.State.RUNNING], is_cancel_requested=False)
        return bool(fresh.update(state=Job.State.RUNNING, total=total))


def advance(job_id: UUID, *, done: int) -> None:
    """Note progress inside the chunk's own transaction; raise Cancelled when asked to stop."""
    Job.objects.filter(id=job_id).update(done=done)
    if Job.objects.filter(id=job_id, is_cancel_requested=True).exists():
        raise Cancelled


def finish(organisation_id: UUID, job_id: UUID, state: str = Job.State.DONE, **result: Any) -> None:
    with door.organisation(organisation_id):
        Job.objects.filter(id=job_id).update(state=state, result=result, finished_at=timezone.now())


def request_cancel(job_id: UUID) -> bool:
    return bool(
        Job.objects.filter(id=job_id, state__in=[Job.State.QUEUED, Job.State.RUNNING]).update(is_cancel_requested=True)
    )
