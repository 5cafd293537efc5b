"""Celery entries of the referral room."""

from uuid import UUID

from celery import shared_task

from referrals import operations
from referrals.operations import judge_referees, purge_invitations, turn_due_campaigns
from referrals.queries import due_sweeps
from tenancy import door
from tenancy.tasks import each_organisation, organisation_task


@organisation_task
def turn_campaigns() -> None:
    """Start and end campaigns whose time has come, and empty invitations nobody confirmed."""
    turn_due_campaigns()
    purge_invitations()


@organisation_task
def sweep_milestones() -> None:
    """Judge friends whose day has come: whether somebody is still active nobody tells us, so we look."""
    if due := due_sweeps():
        judge_referees(due)


@shared_task
def ring_for_milestones() -> None:
    """Beat: look at every organisation's friends who converted long enough ago."""
    each_organisation(sweep_milestones)


@shared_task
def ring_for_campaigns() -> None:
    """Beat: look at every organisation's campaigns."""
    each_organisation(turn_campaigns)


@shared_task
def run_simulation(organisation_id: str, simulation_id: str) -> None:
    operations.run_simulation(UUID(organisation_id), UUID(simulation_id))


@shared_task
def take_up_simulations(organisation_id: str) -> None:
    """Go on with simulations that nobody works at."""
    with door.organisation(UUID(organisation_id)):
        forgotten = operations.forgotten_simulations()
    for simulation_id in forgotten:
        operations.run_simulation(UUID(organisation_id), simulation_id)


@shared_task
def ring_for_simulations() -> None:
    """Beat: look everywhere for simulations whose doorbell was lost."""
    each_organisation(take_up_simulations)
