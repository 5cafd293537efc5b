"""Take redemptions back."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from foundation.ids import normalise_code
from rewards import ledger
from rewards.errors.coupons import CheckoutOver, NotOnThisCheckout
from rewards.models import Checkout, Coupon, CouponUse, JournalEntry, Lot, Reward, RewardMove
from rewards.operations.budgets.spending import refigure
from rewards.operations.coupons.counting import uncount
from rewards.operations.lifecycle.reducing import keep_only
from rewards.operations.till.held import Held, facts, give_coupons_back, give_points_back, hold, news
from tenancy import audit, door, events

State = Checkout.State
GRACE = timedelta(days=30)  # for a coupon that has expired while it was used; the ledger gives its lot the same


@transaction.atomic
def reverse(checkout_id: UUID, *, code: str = "") -> Checkout:
    """Take a redemption back: all of it with its points, or one coupon alone.

    A unique coupon can be used again; one that has expired meanwhile gets 30 days. A coupon
    whose reward was to be taken back while it was used is taken back now.
    """
    held = hold(checkout_id)
    checkout = held.checkout
    if checkout.state == State.REVERSED:
        return checkout
    if checkout.state != State.REDEEMED:
        raise CheckoutOver(state=checkout.state)
    uses = _chosen(held, code) if code else held.uses
    if uses or not code:
        _take_back(held, uses, is_all=not code)
        audit.record("checkout.reversed", checkout, facts(checkout) | {"coupons": len(uses)})
    return checkout


def reverse_refunded(orders: Sequence[tuple[str, str]]) -> int:
    """Take back what was redeemed on orders, (source, external_id) each, of whose money nothing was kept; count them."""
    redeemed = Checkout.objects.filter(state=State.REDEEMED)
    found = [redeemed.filter(source=source, external_id=external_id).first() for source, external_id in orders]
    ids = sorted(checkout.id for checkout in found if checkout)
    for checkout_id in ids:
        reverse(checkout_id)
    return len(ids)


def _chosen(held: Held, code: str) -> list[CouponUse]:
    """The use of this coupon; none if it was taken back before."""
    typed = normalise_code(code)
    if not held.checkout.uses.filter(coupon__code=typed).exists():
        raise NotOnThisCheckout(code=typed)
    return [use for use in held.uses if use.coupon.code == typed]


def _take_back(held: Held, uses: Sequence[CouponUse], *, is_all: bool) -> None:
    now, checkout = door.moment(), held.checkout
    give_coupons_back(uses, grace=GRACE)
    CouponUse.objects.filter(id__in=[use.id for use in uses]).update(state=State.REVERSED, ended_at=now)
    uncount(uses)
    _post_returns(held, uses)
    if is_all:
        give_points_back(checkout)
    has_points = bool(checkout.points_entry_id) and not checkout.points_return_id
    if len(uses) == len(held.uses) and not has_points:
        checkout.state, checkout.ended_at = State.REVERSED, now
    checkout.save(update_fields=["state", "ended_at", "points_return_id"])
    events.publish_many("coupon.returned", [(use.coupon_id, None, news(use, checkout)) for use in uses])
    _take_back_rewards(held, uses)


def _post_returns(held: Held, uses: Sequence[CouponUse]) -> None:
    given = [use for use in uses if use.entry_id]
    posted = ledger.post([_return(use, held.rewards[use.coupon.reward_id]) for use in given])
    for use, entry in zip(given, posted, strict=True):
        CouponUse.objects.filter(id=use.id).update(return_id=entry.entry_id)
        _end_with_lot(use, held.rewards[use.coupon.reward_id])
    refigure([held.rewards[use.coupon.reward_id] for use in given])


def _return(use: CouponUse, reward: Reward) -> ledger.Entry:
    arrow = ledger.Arrow(
        reward.beneficiary_id, reward.unit_id, "redeemed", "available", 1, gives_back=use.entry_id, reward_id=reward.id
    )
    return ledger.Entry(
        kind=JournalEntry.Kind.RETURN, key=f"coupon_use:{use.id}:back", arrows=(arrow,), reason="till", reverses=use.entry_id
    )


def _end_with_lot(use: CouponUse, reward: Reward) -> None:
    """Let the coupon expire when its piece in the books does."""
    ends = Lot.objects.filter(id=reward.lot_id).values_list("expires_at", flat=True).first()
    if ends and ends != use.coupon.expires_at:
        Coupon.objects.filter(id=use.coupon_id).update(expires_at=ends)


def _take_back_rewards(held: Held, uses: Sequence[CouponUse]) -> None:
    """Take rewards back that were to be reduced while their coupon was used, and that the house bore until now."""
    for use in uses:
        reward = held.rewards.get(use.coupon.reward_id)
        borne = reward and RewardMove.objects.filter(reward_id=reward.id, amount=0).exclude(key="").order_by("id").last()
        if borne:
            keep_only(reward.id, keep=0, cause=borne.cause, key=f"{borne.key}:returned:{use.id}"[:160])
