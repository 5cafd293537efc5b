"""A checkout with what it holds, locked; and giving that back.

Locks are taken in one order everywhere: order, checkout, rewards, coupons, kinds, counters, balances, budgets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from rewards import ledger
from rewards.errors.coupons import CheckoutUnknown
from rewards.models import Checkout, Coupon, CouponUse, JournalEntry, Reward
from rewards.operations.accounts.units import POINT, units
from rewards.operations.lifecycle.claiming import claim
from tenancy import door

State = Checkout.State


@dataclass(frozen=True)
class Held:
    """A locked checkout with its uses that stand, their coupons and rewards locked as well."""

    checkout: Checkout
    uses: list[CouponUse]
    rewards: dict[UUID, Reward]


def hold(checkout_id: UUID, *, skip_locked: bool = False) -> Held:
    """Lock a checkout with its rewards and unique coupons; CheckoutUnknown if there is none, or it is locked and skipped."""
    rows = Checkout.objects.select_for_update(of=("self",), skip_locked=skip_locked)
    checkout = rows.filter(id=checkout_id).first()
    if checkout is None:
        raise CheckoutUnknown
    reward_ids = {use.coupon.reward_id for use in standing(checkout)} - {None}
    rewards = claim(reward_ids) if reward_ids else {}
    unique = Coupon.objects.filter(uses__checkout=checkout, is_shared=False).order_by("id")
    list(Coupon.objects.select_for_update().filter(id__in=list(unique.values_list("id", flat=True))).order_by("id"))
    return Held(checkout, list(standing(checkout)), rewards)


def standing(checkout: Checkout) -> QuerySet[CouponUse]:
    """Uses that have not ended."""
    alive = [State.RESERVED, State.REDEEMED]
    return checkout.uses.filter(state__in=alive).select_related("coupon__kind").order_by("id")


def is_overdue(checkout: Checkout) -> bool:
    return checkout.state == State.RESERVED and checkout.expires_at <= door.moment()


def give_coupons_back(uses: Sequence[CouponUse], *, grace: timedelta) -> None:
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


def give_points_back(checkout: Checkout) -> None:
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


def facts(checkout: Checkout) -> dict:
    return {"order": f"{checkout.source}:{checkout.external_id}", "discount_minor": checkout.discount_minor}


def news(use: CouponUse, checkout: Checkout) -> dict:
    return {
        "customer_id": str(use.customer_id) if use.customer_id else None,
        "checkout_id": str(checkout.id),
        "kind": use.coupon.kind.code,
        "discount_minor": use.discount_minor,
        "currency": checkout.currency,
    }
