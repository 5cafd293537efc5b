"""Coupons: their kinds, and their use at a till or in a shop."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from foundation.errors import Invalid
from foundation.ids import normalise_code
from rewards import ledger
from rewards.errors import CouponCurrencyDiffers, CouponNotValid, CouponUnknown, CouponUsed, NotPositive, OrderTooSmall
from rewards.models import Coupon, CouponKind, JournalEntry
from rewards.operations import budgets
from rewards.operations.claiming import claim
from rewards.rules import percent_off, value_off
from tenancy import audit, door


class CouponKindInvalid(Invalid):
    code = "coupon_kind_invalid"
    message = "A coupon takes off an amount, or a percentage between 0 and 100 with a cap."


@dataclass(frozen=True)
class Redemption:
    coupon: Coupon
    discount_minor: int


def ensure_coupon_kind(
    *, code: str, name: dict[str, str], currency: str, value_minor: int = 0, percent: Decimal = Decimal(0),
    cap_minor: int | None = None, minimum_minor: int = 0, valid_days: int = 60,
) -> CouponKind:  # fmt: skip
    """Say what a kind of coupon is good for; the kind of this code as it is now, if there is one."""
    if (value_minor > 0) == (percent > 0) or percent > 100 or (percent > 0 and not cap_minor):
        raise CouponKindInvalid
    if valid_days <= 0:
        raise NotPositive(field="valid_days")
    effect = CouponKind.Effect.VALUE if value_minor else CouponKind.Effect.PERCENT
    kind, is_new = CouponKind.objects.get_or_create(
        code=code,
        defaults={
            "name": name, "effect": effect, "value_minor": value_minor, "percent": percent, "cap_minor": cap_minor,
            "minimum_minor": minimum_minor, "currency": currency, "valid_days": valid_days,
        },
    )  # fmt: skip
    if is_new:
        audit.record("coupon_kind.made", kind, {"code": code, "value_minor": value_minor, "percent": str(percent)})
    return kind


@transaction.atomic
def redeem_coupon(code: str, *, source: str, external_id: str, order_minor: int, currency: str) -> Redemption:
    """Use a coupon on an order; the same order again gets the first answer.

    Coupon and books move together: available → redeemed, budget committed → spent.
    """
    coupon = _locked(code)
    discount = _discount(coupon.kind, order_minor)
    order = f"{source}:{external_id}"
    if coupon.state == Coupon.State.REDEEMED:
        if coupon.redeemed_order != order:
            raise CouponUsed
        return Redemption(coupon, discount)
    _refuse_unfit(coupon, order_minor=order_minor, currency=currency)
    coupon.state, coupon.redeemed_at, coupon.redeemed_order = Coupon.State.REDEEMED, door.moment(), order
    coupon.save(update_fields=["state", "redeemed_at", "redeemed_order"])
    _post(coupon)
    audit.record("coupon.redeemed", coupon, {"order": order, "discount_minor": discount})
    return Redemption(coupon, discount)


def _locked(code: str) -> Coupon:
    """Find a coupon by its code, its reward locked first: in the order in which reductions lock."""
    found = Coupon.objects.filter(code=normalise_code(code)).values("id", "reward_id").first()
    if found is None:
        raise CouponUnknown
    if found["reward_id"]:
        claim([found["reward_id"]])
    rows = Coupon.objects.select_for_update(of=("self",)).select_related("kind", "reward")
    return rows.get(id=found["id"])


def _refuse_unfit(coupon: Coupon, *, order_minor: int, currency: str) -> None:
    if coupon.state != Coupon.State.ISSUED or coupon.expires_at <= door.moment():
        raise CouponNotValid(state=coupon.state, expires_at=coupon.expires_at)
    if coupon.kind.currency != currency:
        raise CouponCurrencyDiffers(currency=coupon.kind.currency)
    if order_minor < coupon.kind.minimum_minor or order_minor <= 0:
        raise OrderTooSmall(minimum_minor=coupon.kind.minimum_minor, currency=coupon.kind.currency)


def _discount(kind: CouponKind, order_minor: int) -> int:
    if kind.effect == CouponKind.Effect.VALUE:
        return value_off(order_minor=order_minor, value_minor=kind.value_minor)
    return percent_off(order_minor=order_minor, percent=kind.percent, cap_minor=kind.cap_minor)


def _post(coupon: Coupon) -> None:
    reward = coupon.reward
    if reward is None:
        return
    arrow = ledger.Arrow(
        reward.beneficiary_id, reward.unit_id, "available", "redeemed", 1, preferred=(reward.lot_id,), reward_id=reward.id
    )
    ledger.post([ledger.Entry(kind=JournalEntry.Kind.REDEMPTION, key=f"coupon:{coupon.id}", arrows=(arrow,))])
    budgets.move(
        committed=Counter({reward.budget_id: -reward.cost_minor}), spent=Counter({reward.budget_id: reward.cost_minor})
    )
