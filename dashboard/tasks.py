"""Celery entries of the pages: work on many rows of a list."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from crm.operations.lists import work as working
from dashboard.lists.working import run
from tenancy import door, events
from tenancy.models import Organisation


@shared_task
def run_list_work(organisation_id: str, work_id: str) -> None:
    """Go on with a work; ask for another worker when the time is up."""
    if not run(UUID(organisation_id), UUID(work_id)):
        events.ring(run_list_work, organisation_id, work_id)


@shared_task
def ring_for_list_work() -> None:
    """Beat: pick up work that nobody has begun, or whose worker died, and forget old files."""
    now = timezone.now()
    for organisation_id in list(Organisation.objects.values_list("id", flat=True)):
        with door.organisation(organisation_id):
            found = working.unfinished_work(now)
            working.forget_old_files(now)
        for work_id in found:
            events.ring(run_list_work, str(organisation_id), str(work_id))
