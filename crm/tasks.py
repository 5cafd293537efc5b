"""Celery entries of the customer room: what falls due by itself."""

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
def ring_for_following() -> None:
    """Beat: note who enters and leaves followed segments, everywhere."""
    each_organisation(follow_segments)


@organisation_task
def follow_segments() -> int:
    return operations.follow_segments()


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


@organisation_task
def find_duplicates_of() -> int:
    return operations.find_duplicates()


@shared_task
def ring_for_duplicates() -> None:
    """Beat, every night: look everywhere for customers who may be one person."""
    each_organisation(find_duplicates_of)


@organisation_task
def recycle_customers() -> int:
    """Warn, and take back whom nobody talks to."""
    done = 0
    while sum(found := operations.recycle_customers()):
        done += sum(found)
        if max(found) < 500:
            break
    return done


@shared_task
def ring_for_idle_customers() -> None:
    """Beat: look everywhere for customers to whom nobody talks."""
    each_organisation(recycle_customers)
