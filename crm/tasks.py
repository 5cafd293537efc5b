"""Celery entries of the customer room."""

from celery import shared_task

from crm import operations
from crm.operations import leads
from tenancy.tasks import each_organisation, organisation_task, ring_where


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


@organisation_task
def wake_due_leads() -> int:
    """Remind, escalate and recycle whatever is due."""
    done = 0
    while found := leads.wake_leads():
        done += found
        if found < 500:
            break
    return done


@shared_task
def ring_for_due_leads() -> None:
    """Beat: look after leads wherever a clock has run down."""
    ring_where(wake_due_leads, "due_leads")
