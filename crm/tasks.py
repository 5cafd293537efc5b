"""What is done for every organisation by the clock: counts of segments, stages by rules."""

from celery import shared_task

from crm import operations
from tenancy.tasks import each_organisation, organisation_task


@shared_task
def ring_for_segments() -> None:
    """Beat: count all segments, everywhere."""
    each_organisation(count_segments)


@organisation_task
def count_segments() -> int:
    return operations.count_segments()


@shared_task
def ring_for_stages() -> None:
    """Beat: let the lifecycle rules run, everywhere."""
    each_organisation(apply_rules)


@organisation_task
def apply_rules() -> int:
    return operations.apply_rules()
