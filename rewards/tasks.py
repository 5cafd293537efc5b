"""Settlement, expiry and the nightly proof, for each organisation."""

import logging
from uuid import UUID

from celery import shared_task

from rewards import operations, queries
from tenancy import audit, door
from tenancy.models import Organisation
from tenancy.tasks import each_organisation, organisation_task, ring_where

log = logging.getLogger(__name__)


@shared_task
def ring_for_due_rewards() -> None:
    """Beat: settle wherever holds have ended."""
    ring_where(settle_due_rewards, "due_rewards")


@shared_task
def ring_for_expiring_lots() -> None:
    """Beat: let lots expire wherever their time is over."""
    each_organisation(expire_due_lots)


@shared_task
def ring_for_books() -> None:
    """Beat: prove every organisation's books."""
    each_organisation(verify_books)


@shared_task
def ring_for_payouts() -> None:
    """Beat: go on with payouts that were cut off, and ask providers for news."""
    ring_where(follow_payouts, "payouts_under_way")


@shared_task
def send_payout_lines(organisation_id: str, batch_id: str) -> int:
    """Send what waits in a payout, and ask at once about lines that somebody wants to know of."""
    sent = payouts.send_lines(UUID(organisation_id), UUID(batch_id))
    payouts.look_up_lines(UUID(organisation_id))
    return sent


@shared_task
def follow_payouts(organisation_id: str) -> int:
    """Hold lines of dead workers in doubt, ask about them, and send what has not left yet."""
    house = UUID(organisation_id)
    payouts.doubt_the_lost(house)
    payouts.look_up_lines(house)
    return sum(payouts.send_lines(house, batch_id, seconds=120) for batch_id in payouts.unfinished(house))


@shared_task
def ring_for_old_addresses() -> None:
    """Beat: forget where gifts went once nobody needs it any more."""
    each_organisation(erase_old_addresses)


@shared_task
def erase_old_addresses(organisation_id: str) -> int:
    return _until_none(UUID(organisation_id), operations.erase_addresses)


@shared_task
def settle_due_rewards(organisation_id: str) -> int:
    """Settle in transactions of at most 5,000 rewards until none is due; a killed worker loses one chunk."""
    return _until_none(UUID(organisation_id), operations.settle_due)


@shared_task
def expire_due_lots(organisation_id: str) -> int:
    return _until_none(UUID(organisation_id), operations.expire_lots)


@organisation_task
def verify_books() -> bool:
    """Seal what a killed worker left unsealed, then prove the books; broken ones are an alarm."""
    operations.seal_closed_months()
    return operations.prove_books().is_whole


@shared_task
def prove_job(organisation_id: str, job_id: str) -> bool:
    return operations.prove_in_steps(UUID(organisation_id), UUID(job_id))


@shared_task
def seal_month(organisation_id: str, closing_id: str, job_id: str) -> bool:
    return operations.seal_in_steps(UUID(organisation_id), UUID(closing_id), UUID(job_id))


def _until_none(organisation_id: UUID, work) -> int:
    total = 0
    while done := _chunk(organisation_id, work):
        total += done
    return total


def _chunk(organisation_id: UUID, work) -> int:
    with door.organisation(organisation_id):
        done = work()
        return done
