"""The scheduled review of tiers, and the warning before points expire."""

from celery import shared_task

from loyalty import operations
from tenancy.tasks import each_organisation, organisation_task


@shared_task
def ring_for_tiers() -> None:
    """Beat: review everybody's tier, everywhere."""
    each_organisation(review_everybody)


@organisation_task
def review_everybody() -> int:
    """Move customers up and down by what their spend within the window is now, and warn of expiring points."""
    moved = operations.review_tiers()
    operations.warn_of_expiry()
    return moved
