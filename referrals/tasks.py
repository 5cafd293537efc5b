"""Celery entries of the referral room."""

from uuid import UUID

from celery import shared_task

from messaging.operations import run_robot_tests
from referrals import operations
from referrals.operations import (
    close_due_claims,
    find_rings,
    judge_referees,
    purge_invitations,
    turn_due_campaigns,
    wake_follow_ups,
)
from referrals.operations.abuse.assessing import review
from referrals.operations.abuse.traces import forget_traces
from referrals.operations.asking import let_cards_lapse
from referrals.operations.material import print_batch, unprinted
from referrals.operations.promotions import (
    due_promotions,
    post_to_followers,
    post_waiting,
    promotions_to_post_again,
    run_promotion,
)
from referrals.operations.reminding import purge_left_out, run_reminders
from referrals.queries import due_sweeps
from tenancy import door, events
from tenancy.tasks import each_organisation, organisation_task


@organisation_task
def turn_campaigns() -> None:
    """Start and end campaigns whose time has come, empty invitations nobody confirmed, close cards and claims.

    And forget whom reminders left out long ago.
    """
    turn_due_campaigns()
    purge_invitations()
    purge_left_out()
    let_cards_lapse()
    close_due_claims()
    wake_follow_ups()


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


@organisation_task
def look_for_abuse() -> None:
    """Forget old traces, search for rings, then weigh all that is recent again, a thousand at a time."""
    forget_traces()
    find_rings()
    events.ring(weigh_again, str(door.organisation_id()), "")


@organisation_task
def weigh_again(after: str) -> None:
    if last := review(UUID(after) if after else None):
        events.ring(weigh_again, str(door.organisation_id()), str(last))


@shared_task
def ring_for_abuse() -> None:
    """Beat: every night, at every organisation."""
    each_organisation(look_for_abuse)


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


@shared_task
def send_promotions(organisation_id: str) -> int:
    """Tell customers of campaigns, go on where another worker stopped, and post to groups what is to be posted again."""
    with door.organisation(UUID(organisation_id)):
        due, again = due_promotions(), promotions_to_post_again()
    told = sum(run_promotion(UUID(organisation_id), promotion_id) for promotion_id in due)
    for promotion_id in again:
        post_waiting(UUID(organisation_id), promotion_id)
        post_to_followers(UUID(organisation_id), promotion_id)
    run_robot_tests(UUID(organisation_id))  # those whose own doorbell was lost
    return told


@shared_task
def ring_for_promotions() -> None:
    """Beat: look everywhere for promotions whose hour has come, or whose doorbell was lost."""
    each_organisation(send_promotions)


@shared_task
def send_reminders(organisation_id: str) -> int:
    """Remind customers to refer, and go on where another worker stopped."""
    return run_reminders(UUID(organisation_id))


@shared_task
def ring_for_reminders() -> None:
    """Beat: look everywhere for customers who are to be reminded to refer."""
    each_organisation(send_reminders)
