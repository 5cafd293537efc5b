"""Celery entries of analytics."""

from uuid import UUID

from celery import shared_task

from analytics import operations
from tenancy import door
from tenancy.tasks import each_organisation


@shared_task
def score_rfm_of(organisation_id: str, job_id: str | None = None) -> None:
    operations.score_rfm(UUID(organisation_id), UUID(job_id) if job_id else None)


@shared_task
def score_rfm_if_due(organisation_id: str) -> None:
    with door.organisation(UUID(organisation_id)):
        is_due, job_id = operations.is_scoring_due()
    if is_due:
        operations.score_rfm(UUID(organisation_id), job_id)


@shared_task
def ring_for_rfm() -> None:
    """Beat: look everywhere for customers whose marks are older than 20 hours."""
    each_organisation(score_rfm_if_due)
