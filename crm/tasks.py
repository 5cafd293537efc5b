"""Celery entries of the customer room."""

from celery import shared_task

from crm.operations import leads
from tenancy.tasks import organisation_task, ring_where


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
