"""What becomes of a reservation: redeemed, released, timed out; and a redemption taken back.

Locks are taken in one order everywhere: checkout, rewards, coupons, counters, books, budgets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from foundation.ids import normalise_code
from rewards import ledger
from rewards.errors_coupons import CheckoutCouponGone, CheckoutOver, CheckoutTimedOut, CheckoutUnknown, NotOnThisCheckout
from rewards.models import Checkout, Coupon, CouponUse, JournalEntry, Lot, Reward, RewardMove
from rewards.operations.claiming import claim
from rewards.operations.coupon_counting import uncount
from rewards.operations.reducing import keep_only
from rewards.operations.spending import refigure
from rewards.operations.units import POINT, units
from rewards.queries.checkouts import overdue_checkouts
from tenancy import audit, door, events

State = Checkout.State
GRACE = timedelta(days=30)  # for a coupon that has expired while it was used; the ledger gives its lot the same
CHUNK = 200


@dataclass(frozen=True)
class _Held:
    """A locked checkout with its uses that stand, their coupons and rewards locked as well."""

    checkout: Checkout
    uses: list[CouponUse]
    rewards: dict[UUID, Reward]


@transaction.atomic
def redeem(checkout_id: UUID) -> Checkout:
    """Use what was reserved; again: the same answer. Coupons and books move together."""
    held = _hold(checkout_id)
    checkout = held.checkout
    if checkout.state == State.REDEEMED:
        return checkout
    if checkout.state == State.TIMED_OUT or _is_overdue(checkout):
        raise CheckoutTimedOut(expires_at=checkout.expires_at.isoformat())
    if checkout.state != State.RESERVED:
        raise CheckoutOver(state=checkout.state)
    _refuse_gone(held.uses)
    checkout.state, checkout.redeemed_at = State.REDEEMED, door.moment()
    checkout.save(update_fields=["state", "redeemed_at"])
    _redeem_coupons(held)
    audit.record("checkout.redeemed", checkout, _facts(checkout))
    return checkout


@transaction.atomic
def release(checkout_id: UUID) -> Checkout:
    """Let go what was reserved: the order does not come about. Again: the same answer."""
    held = _hold(checkout_id)
    if held.checkout.state == State.REDEEMED or held.checkout.state == State.REVERSED:
        raise CheckoutOver(state=held.checkout.state)
    if held.checkout.state == State.RESERVED:
        _let_go(held, State.RELEASED)
        audit.record("checkout.released", held.checkout, _facts(held.checkout))
    return held.checkout


@transaction.atomic
def reverse(checkout_id: UUID, *, code: str = "") -> Checkout:
    """Take a redemption back: all of it with its points, or one coupon alone.

    A unique coupon can be used again; one that has expired meanwhile gets 30 days. A coupon
    whose reward was to be taken back while it was used is taken back now.
    """
    held = _hold(checkout_id)
    checkout = held.checkout
    if checkout.state == State.REVERSED:
        return checkout
    if checkout.state != State.REDEEMED:
        raise CheckoutOver(state=checkout.state)
    uses = _chosen(held, code) if code else held.uses
    if uses or not code:
        _take_back(held, uses, is_all=not code)
        audit.record("checkout.reversed", checkout, _facts(checkout) | {"coupons": len(uses)})
    return checkout


def time_out_due(*, limit: int = CHUNK) -> int:
    """End reservations whose time is over, at most `limit`; count them. Several workers may do it at once."""
    ids = list(overdue_checkouts().values_list("id", flat=True)[:limit])
    return sum(_time_out(checkout_id) for checkout_id in ids)


def end_overdue(checkout: Checkout) -> None:
    """End a reservation whose time is over; the caller has locked it, its rewards and its coupons."""
    _let_go(_Held(checkout, list(_standing(checkout)), {}), State.TIMED_OUT)


def reverse_refunded(orders: Sequence[tuple[str, str]]) -> int:
    """Take back what was redeemed on orders, (source, external_id) each, of whose money nothing was kept; count them."""
    ids = [
        checkout_id
        for source, external_id in orders
        for checkout_id in Checkout.objects.filter(
            source=source, external_id=external_id, state=State.REDEEMED
        ).values_list("id", flat=True)
    ]
    for checkout_id in sorted(ids):
        reverse(checkout_id)
    return len(ids)


# --- locking -------------------------------------------------------------------------------------------------


def _hold(checkout_id: UUID, *, skip_locked: bool = False) -> _Held:
    rows = Checkout.objects.select_for_update(of=("self",), skip_locked=skip_locked)
    checkout = rows.filter(id=checkout_id).first()
    if checkout is None:
        raise CheckoutUnknown
    reward_ids = {use.coupon.reward_id for use in _standing(checkout)} - {None}
    rewards = claim(reward_ids) if reward_ids else {}
    unique = Coupon.objects.filter(uses__checkout=checkout, is_shared=False).order_by("id")
    list(Coupon.objects.select_for_update().filter(id__in=list(unique.values_list("id", flat=True))).order_by("id"))
    return _Held(checkout, list(_standing(checkout)), rewards)


def _standing(checkout: Checkout):
    alive = [State.RESERVED, State.REDEEMED]
    return checkout.uses.filter(state__in=alive).select_related("coupon__kind").order_by("id")


def _is_overdue(checkout: Checkout) -> bool:
    return checkout.state == State.RESERVED and checkout.expires_at <= door.moment()


def _time_out(checkout_id: UUID) -> int:
    with transaction.atomic():
        try:
            held = _hold(checkout_id, skip_locked=True)
        except CheckoutUnknown:
            return 0  # somebody is at work on it
        if not _is_overdue(held.checkout):
            return 0
        _let_go(held, State.TIMED_OUT)
        audit.record("checkout.timed_out", held.checkout, _facts(held.checkout))
        return 1


# --- redeeming -----------------------------------------------------------------------------------------------


def _refuse_gone(uses: Sequence[CouponUse]) -> None:
    for use in uses:
        if use.coupon.state == Coupon.State.VOID:
            raise CheckoutCouponGone(coupon=use.coupon.code)


def _redeem_coupons(held: _Held) -> None:
    now, checkout = door.moment(), held.checkout
    unique = [use.coupon_id for use in held.uses if not use.coupon.is_shared]
    Coupon.objects.filter(id__in=unique).update(
        state=Coupon.State.REDEEMED, redeemed_at=now, redeemed_order=f"{checkout.source}:{checkout.external_id}"
    )
    _post_redemptions(held)
    CouponUse.objects.filter(id__in=[use.id for use in held.uses]).update(state=State.REDEEMED, used_at=now)
    events.publish_many("coupon.redeemed", [(use.coupon_id, None, _news(use, checkout)) for use in held.uses])


def _post_redemptions(held: _Held) -> None:
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


def _let_go(held: _Held, end: str) -> None:
    checkout = held.checkout
    _give_coupons_back(held.uses, grace=timedelta(0))
    CouponUse.objects.filter(id__in=[use.id for use in held.uses]).update(state=end, ended_at=door.moment())
    uncount(held.uses)
    _give_points_back(checkout)
    checkout.state, checkout.ended_at = end, door.moment()
    checkout.save(update_fields=["state", "ended_at", "points_return_id"])


def _give_coupons_back(uses: Sequence[CouponUse], *, grace: timedelta) -> None:
    """Let unique coupons be used again; one that was withdrawn meanwhile stays so."""
    now = door.moment()
    for use in uses:
        coupon = use.coupon
        if coupon.is_shared or coupon.state == Coupon.State.VOID:
            continue
        if coupon.expires_at <= now and grace:
            coupon.expires_at = now + grace
        coupon.state = Coupon.State.ISSUED if coupon.expires_at > now else Coupon.State.EXPIRED
        coupon.redeemed_at, coupon.redeemed_order, coupon.checkout_id = None, "", None
        coupon.save(update_fields=["state", "expires_at", "redeemed_at", "redeemed_order", "checkout_id"])


def _give_points_back(checkout: Checkout) -> None:
    """Give points back to the lots that they came from."""
    if not checkout.points_entry_id or checkout.points_return_id:
        return
    unit = units([POINT])[POINT]
    arrow = ledger.Arrow(
        checkout.customer_id, unit.id, "redeemed", "available", checkout.points, gives_back=checkout.points_entry_id
    )
    entry = ledger.Entry(
        kind=JournalEntry.Kind.RETURN, key=f"checkout:{checkout.id}:points:back", arrows=(arrow,), reason="till",
        reverses=checkout.points_entry_id,
    )  # fmt: skip
    [posted] = ledger.post([entry])
    checkout.points_return_id = posted.entry_id


# --- taking a redemption back --------------------------------------------------------------------------------


def _chosen(held: _Held, code: str) -> list[CouponUse]:
    """The use of this coupon; none if it was taken back before."""
    typed = normalise_code(code)
    if not held.checkout.uses.filter(coupon__code=typed).exists():
        raise NotOnThisCheckout(code=typed)
    return [use for use in held.uses if use.coupon.code == typed]


def _take_back(held: _Held, uses: Sequence[CouponUse], *, is_all: bool) -> None:
    now, checkout = door.moment(), held.checkout
    _give_coupons_back(uses, grace=GRACE)
    CouponUse.objects.filter(id__in=[use.id for use in uses]).update(state=State.REVERSED, ended_at=now)
    uncount(uses)
    _post_returns(held, uses)
    if is_all:
        _give_points_back(checkout)
    has_points = bool(checkout.points_entry_id) and not checkout.points_return_id
    if len(uses) == len(held.uses) and not has_points:
        checkout.state, checkout.ended_at = State.REVERSED, now
    checkout.save(update_fields=["state", "ended_at", "points_return_id"])
    events.publish_many("coupon.returned", [(use.coupon_id, None, _news(use, checkout)) for use in uses])
    _take_back_rewards(held, uses)


def _post_returns(held: _Held, uses: Sequence[CouponUse]) -> None:
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


def _take_back_rewards(held: _Held, uses: Sequence[CouponUse]) -> None:
    """Take rewards back that were to be reduced while their coupon was used, and that the house bore until now."""
    for use in uses:
        reward = held.rewards.get(use.coupon.reward_id)
        borne = reward and RewardMove.objects.filter(reward_id=reward.id, amount=0).exclude(key="").order_by("id").last()
        if borne:
            keep_only(reward.id, keep=0, cause=borne.cause, key=f"{borne.key}:returned:{use.id}"[:160])


def _facts(checkout: Checkout) -> dict:
    return {"order": f"{checkout.source}:{checkout.external_id}", "discount_minor": checkout.discount_minor}


def _news(use: CouponUse, checkout: Checkout) -> dict:
    return {
        "customer_id": str(use.customer_id) if use.customer_id else None,
        "checkout_id": str(checkout.id),
        "kind": use.coupon.kind.code,
        "discount_minor": use.discount_minor,
        "currency": checkout.currency,
    }
