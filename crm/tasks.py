"""Celery entries of the customer room: what falls due by itself."""

from celery import shared_task

from crm import operations
from tenancy.tasks import each_organisation, organisation_task


@organisation_task
def take_care() -> None:
    """Begin plans, make their tasks, take what was missed up the chain, close what was solved."""
    operations.enrol_by_calendar()
    operations.turn_plans()
    operations.escalate_missed()
    operations.close_solved()


@shared_task
def ring_for_care() -> None:
    """Beat: look everywhere for contacts and cases that are due."""
    each_organisation(take_care)
