"""What becomes of a reservation: redeemed, released, timed out."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from rewards import ledger
from rewards.errors.coupons import CheckoutCouponGone, CheckoutOver, CheckoutTimedOut, CheckoutUnknown
from rewards.models import Checkout, Coupon, CouponUse, JournalEntry, Reward
from rewards.operations.budgets.spending import refigure
from rewards.operations.coupons.counting import uncount
from rewards.operations.till.held import (
    Held,
    facts,
    give_coupons_back,
    give_points_back,
    hold,
    is_overdue,
    news,
    standing,
)
from rewards.queries.checkouts import overdue_checkouts
from tenancy import audit, door, events

State = Checkout.State
CHUNK = 200


@transaction.atomic
def redeem(checkout_id: UUID) -> Checkout:
    """Use what was reserved; again: the same answer. Coupons and books move together."""
    held = hold(checkout_id)
    checkout = held.checkout
    if checkout.state == State.REDEEMED:
        return checkout
    if checkout.state == State.TIMED_OUT or is_overdue(checkout):
        raise CheckoutTimedOut(expires_at=checkout.expires_at.isoformat())
    if checkout.state != State.RESERVED:
        raise CheckoutOver(state=checkout.state)
    _refuse_gone(held.uses)
    checkout.state, checkout.redeemed_at = State.REDEEMED, door.moment()
    checkout.save(update_fields=["state", "redeemed_at"])
    _redeem_coupons(held)
    audit.record("checkout.redeemed", checkout, facts(checkout))
    return checkout


@transaction.atomic
def release(checkout_id: UUID) -> Checkout:
    """Let go what was reserved: the order does not come about. Again: the same answer."""
    held = hold(checkout_id)
    if held.checkout.state == State.REDEEMED or held.checkout.state == State.REVERSED:
        raise CheckoutOver(state=held.checkout.state)
    if held.checkout.state == State.RESERVED:
        _let_go(held, State.RELEASED)
        audit.record("checkout.released", held.checkout, facts(held.checkout))
    return held.checkout


def time_out_due(*, limit: int = CHUNK) -> int:
    """End reservations whose time is over, at most `limit`; count them. Several workers may do it at once."""
    ids = list(overdue_checkouts().values_list("id", flat=True)[:limit])
    return sum(_time_out(checkout_id) for checkout_id in ids)


def end_overdue(checkout: Checkout) -> None:
    """End a reservation whose time is over; the caller has locked it, its rewards and its coupons."""
    _let_go(Held(checkout, list(standing(checkout)), {}), State.TIMED_OUT)


def _time_out(checkout_id: UUID) -> int:
    with transaction.atomic():
        try:
            held = hold(checkout_id, skip_locked=True)
        except CheckoutUnknown:
            return 0  # somebody is at work on it
        if not is_overdue(held.checkout):
            return 0
        _let_go(held, State.TIMED_OUT)
        audit.record("checkout.timed_out", held.checkout, facts(held.checkout))
        return 1


# --- redeeming -----------------------------------------------------------------------------------------------


def _refuse_gone(uses: Sequence[CouponUse]) -> None:
    for use in uses:
        if use.coupon.state == Coupon.State.VOID:
            raise CheckoutCouponGone(coupon=use.coupon.code)


def _redeem_coupons(held: Held) -> None:
    now, checkout = door.moment(), held.checkout
    unique = [use.coupon_id for use in held.uses if not use.coupon.is_shared]
    Coupon.objects.filter(id__in=unique).update(
        state=Coupon.State.REDEEMED, redeemed_at=now, redeemed_order=f"{checkout.source}:{checkout.external_id}"
    )
    _post_redemptions(held)
    CouponUse.objects.filter(id__in=[use.id for use in held.uses]).update(state=State.REDEEMED, used_at=now)
    events.publish_many("coupon.redeemed", [(use.coupon_id, None, news(use, checkout)) for use in held.uses])


def _post_redemptions(held: Held) -> None:
    given = [use for use in held.uses if use.coupon.reward_id]
    posted = ledger.post([_redemption(use, held.rewards[use.coupon.reward_id]) for use in given])
    for use, entry in zip(given, posted, strict=True):
        CouponUse.objects.filter(id=use.id).update(entry_id=entry.entry_id)
    refigure([held.rewards[use.coupon.reward_id] for use in given])


def _redemption(use: CouponUse, reward: Reward) -> ledger.Entry:
    arrow = ledger.Arrow(
        reward.beneficiary_id, reward.unit_id, "available", "redeemed", 1, preferred=(reward.lot_id,), is_own_only=True,
        reward_id=reward.id,
    )  # fmt: skip
    return ledger.Entry(kind=JournalEntry.Kind.REDEMPTION, key=f"coupon_use:{use.id}", arrows=(arrow,), reason="till")


# --- letting go ----------------------------------------------------------------------------------------------


def _let_go(held: Held, end: str) -> None:
    checkout = held.checkout
    give_coupons_back(held.uses, grace=timedelta(0))
    CouponUse.objects.filter(id__in=[use.id for use in held.uses]).update(state=end, ended_at=door.moment())
    uncount(held.uses)
    give_points_back(checkout)
    checkout.state, checkout.ended_at = end, door.moment()
    checkout.save(update_fields=["state", "ended_at", "points_return_id"])
