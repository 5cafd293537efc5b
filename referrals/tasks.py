"""Celery entries of the referral room."""

from celery import shared_task

from referrals.operations import purge_invitations, turn_due_campaigns, wake_follow_ups
from tenancy.tasks import each_organisation, organisation_task


@organisation_task
def turn_campaigns() -> None:
    """Start and end campaigns whose time has come, empty invitations nobody confirmed, watch over follow-ups."""
    turn_due_campaigns()
    purge_invitations()
    wake_follow_ups()


@shared_task
def ring_for_campaigns() -> None:
    """Beat: look at every organisation's campaigns."""
    each_organisation(turn_campaigns)
