"""Celery entries of the referral room."""

from uuid import UUID

from celery import shared_task

from referrals.operations import purge_invitations, turn_due_campaigns
from referrals.operations.material import print_batch, unprinted
from tenancy import door
from tenancy.tasks import each_organisation, organisation_task


@organisation_task
def turn_campaigns() -> None:
    """Start and end campaigns whose time has come, and empty invitations nobody confirmed."""
    turn_due_campaigns()
    purge_invitations()


@shared_task
def ring_for_campaigns() -> None:
    """Beat: look at every organisation's campaigns."""
    each_organisation(turn_campaigns)


@shared_task
def print_materials(organisation_id: str) -> int:
    """Draw the sheets of batches that wait for it."""
    with door.organisation(UUID(organisation_id)):
        waiting = unprinted()
    return sum(print_batch(UUID(organisation_id), batch_id) for batch_id in waiting)


@shared_task
def ring_for_materials() -> None:
    """Beat: go on with sheets whose doorbell was lost."""
    each_organisation(print_materials)
