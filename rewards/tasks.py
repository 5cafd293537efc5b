"""Settlement, expiry and the nightly proof, for each organisation."""

import logging
import time
from datetime import timedelta
from uuid import UUID

from celery import shared_task

from rewards import operations, queries
from rewards.operations import payouts
from tenancy import door
from tenancy.tasks import each_organisation, organisation_task, ring_where

log = logging.getLogger(__name__)
FOLLOWING = 240  # seconds for all payouts of an organisation; the next beat goes on


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
    house, until = UUID(organisation_id), time.monotonic() + FOLLOWING
    payouts.doubt_the_lost(house)
    payouts.look_up_lines(house)
    waiting = payouts.unfinished(house)
    return sum(payouts.send_lines(house, batch_id, seconds=until - time.monotonic()) for batch_id in waiting)


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


@shared_task
def ring_for_touched_rewards() -> None:
    """Beat: let budgets follow what was used."""
    ring_where(follow_spending, "touched_rewards")


@shared_task
def follow_spending(organisation_id: str) -> int:
    return _until_none(UUID(organisation_id), operations.follow_spending)


@shared_task
def ring_for_budgets() -> None:
    """Beat: begin new months of budgets, let go on what waits for money, and write down how the day stands."""
    each_organisation(keep_budgets)


@organisation_task
def keep_budgets() -> None:
    operations.turn_periods()
    operations.release_waiting()
    operations.note_days()


@shared_task
def release_waiting(organisation_id: str) -> int:
    """Let go on what waits for budgets that have room again."""
    return _until_none(UUID(organisation_id), operations.release_waiting)


@shared_task
def ring_for_promises() -> None:
    """Beat: let go what will not come, and sound the alarm over what should have."""
    each_organisation(keep_promises)


@shared_task
def keep_promises(organisation_id: str) -> int:
    house = UUID(organisation_id)
    _until_none(house, operations.lapse_overdue)
    return _until_none(house, operations.tell_of_late)


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


@shared_task
def ring_for_due_checkouts() -> None:
    """Beat: free what reservations hold whose time is over."""
    ring_where(time_out_checkouts, "due_checkouts")


@shared_task
def time_out_checkouts(organisation_id: str) -> int:
    """End reservations whose time is over; one that stays longer than an hour is an alarm."""
    ended = _until_none(UUID(organisation_id), operations.time_out_due)
    with door.organisation(UUID(organisation_id)):
        if stuck := queries.overdue_checkouts().filter(expires_at__lt=door.moment() - timedelta(hours=1)).count():
            log.error("%s reservations of %s outlive their time", stuck, organisation_id)
    return ended


@shared_task
def ring_for_unmade_coupons() -> None:
    """Beat: go on with codes whose maker was cut off."""
    ring_where(make_coupon_codes, "unmade_coupons")


@shared_task
def make_coupon_codes(organisation_id: str) -> int:
    house = UUID(organisation_id)
    with door.organisation(house):
        waiting = operations.unmade_batches()
    return sum(operations.make_codes(house, batch_id) for batch_id in waiting)


@shared_task
def ring_for_expiring_coupons() -> None:
    """Beat: let coupons expire that no lot of the books stands for."""
    each_organisation(expire_due_coupons)


@shared_task
def expire_due_coupons(organisation_id: str) -> int:
    return _until_none(UUID(organisation_id), operations.expire_coupons)


def _until_none(organisation_id: UUID, work) -> int:
    total = 0
    while done := _chunk(organisation_id, work):
        total += done
    return total


def _chunk(organisation_id: UUID, work) -> int:
    with door.organisation(organisation_id):
        return work()
