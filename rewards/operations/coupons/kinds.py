"""Say what kinds of coupons are good for, change that, and withdraw them."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from crm.models import Customer
from rewards.errors.coupons import (
    CouponKindInvalid,
    GiftUnknown,
    KindInUse,
    KindTaken,
    KindWithdrawn,
    PercentNeedsCap,
    WindowInvalid,
)
from rewards.errors.general import NotPositive
from rewards.models import Coupon, CouponGuest, CouponKind
from rewards.operations.coupons.counting import begin_counting
from tenancy import audit, door

Effect = CouponKind.Effect
# What a coupon is worth and to whom: fixed once somebody may hold one.
PROMISED = frozenset({
    "effect", "scope", "value_minor", "percent", "cap_minor", "gift_sku", "minimum_minor", "currency", "products",
    "categories", "excluded_products", "excluded_categories", "audience", "per_person",
})  # fmt: skip
CHANGEABLE = PROMISED | {
    "name", "conditions", "starts_at", "ends_at", "valid_days", "total", "stack_group", "is_exclusive", "priority",
}  # fmt: skip


def ensure_coupon_kind(
    *, code: str, name: dict[str, str], currency: str, value_minor: int = 0, percent: Decimal = Decimal(0),
    cap_minor: int | None = None, minimum_minor: int = 0, valid_days: int = 60,
) -> CouponKind:  # fmt: skip
    """Say what a kind of coupon is good for; the kind of this code as it is now, if there is one.

    Of a percentage the cap must be said: a budget has to know what it may cost.
    """
    if (value_minor > 0) == (percent > 0):
        raise CouponKindInvalid
    if percent > 0 and not cap_minor:
        raise PercentNeedsCap
    found = CouponKind.objects.filter(code=code).first()
    if found:
        return found
    try:
        return make_coupon_kind(
            code=code, name=name, currency=currency, effect=Effect.VALUE if value_minor else Effect.PERCENT,
            value_minor=value_minor, percent=percent, cap_minor=cap_minor, minimum_minor=minimum_minor,
            valid_days=valid_days,
        )  # fmt: skip
    except KindTaken:  # by somebody who said the same at the same time
        return CouponKind.objects.get(code=code)


@transaction.atomic
def make_coupon_kind(*, code: str, currency: str, guests: Collection[UUID] = (), **terms: Any) -> CouponKind:
    """Say what a new kind of coupon is good for; `terms` are columns of CouponKind, `guests` its named customers."""
    kind = CouponKind(code=code.strip(), currency=currency, created_at=door.moment(), **terms)
    _refuse_nonsense(kind)
    CouponKind.objects.bulk_create([kind], ignore_conflicts=True)  # waits for whoever says this code at the same time
    if not CouponKind.objects.filter(id=kind.id).exists():
        raise KindTaken
    _invite(kind, guests)
    begin_counting(kind)
    audit.record("coupon_kind.made", kind, {"code": code, "effect": kind.effect, "value_minor": kind.value_minor,
                                            "percent": str(kind.percent)})  # fmt: skip
    return kind


@transaction.atomic
def change_coupon_kind(kind_id: UUID, *, guests: Collection[UUID] | None = None, **changes: Any) -> CouponKind:
    """Change a kind; what its coupons are worth only as long as nobody holds one."""
    assert set(changes) <= CHANGEABLE, set(changes) - CHANGEABLE
    kind = CouponKind.objects.select_for_update().get(id=kind_id)
    if kind.withdrawn_at:
        raise KindWithdrawn
    changed = sorted(name for name, value in changes.items() if getattr(kind, name) != value)
    if PROMISED & set(changed) and Coupon.objects.filter(kind=kind).exists():
        raise KindInUse(field=sorted(PROMISED & set(changed))[0])
    for name in changed:
        setattr(kind, name, changes[name])
    _refuse_nonsense(kind)
    kind.save(update_fields=changed)
    if guests is not None:
        _invite(kind, guests)
    begin_counting(kind)
    if changed or guests is not None:
        audit.record("coupon_kind.changed", kind, {"fields": changed})
    return kind


@transaction.atomic
def withdraw_coupon_kind(kind_id: UUID) -> CouponKind:
    """Issue nothing of a kind any more: shared and unclaimed codes stop working, what customers hold stays good."""
    kind = CouponKind.objects.select_for_update().get(id=kind_id)
    if kind.withdrawn_at is None:
        kind.withdrawn_at = door.moment()
        kind.save(update_fields=["withdrawn_at"])
        audit.record("coupon_kind.withdrawn", kind, {"code": kind.code})
    return kind


@transaction.atomic
def invite_guest(kind_id: UUID, customer_id: UUID) -> None:
    """Put a customer on the list of a kind for named customers."""
    kind, customer = CouponKind.objects.get(id=kind_id), Customer.objects.get(id=customer_id)
    _, is_new = CouponGuest.objects.get_or_create(kind=kind, customer=customer)
    if is_new:
        audit.record("coupon_kind.guest_invited", kind, {"customer_id": str(customer_id)})


@transaction.atomic
def uninvite_guest(kind_id: UUID, customer_id: UUID) -> None:
    """Take a customer off the list; coupons that they hold are refused at the till from now on."""
    kind = CouponKind.objects.get(id=kind_id)
    if CouponGuest.objects.filter(kind=kind, customer_id=customer_id).delete()[0]:
        audit.record("coupon_kind.guest_removed", kind, {"customer_id": str(customer_id)})


def _refuse_nonsense(kind: CouponKind) -> None:
    if kind.valid_days <= 0:
        raise NotPositive(field="valid_days")
    if kind.effect == Effect.VALUE and kind.value_minor <= 0:
        raise CouponKindInvalid(field="value_minor")
    if kind.effect == Effect.PERCENT and not 0 < kind.percent <= 100:
        raise CouponKindInvalid(field="percent")
    if kind.effect == Effect.GIFT and not kind.gift_sku:
        raise GiftUnknown
    if not kind.code or min(kind.value_minor, kind.minimum_minor, kind.cap_minor or 0) < 0:
        raise CouponKindInvalid
    for name in ("cap_minor", "per_person", "total"):
        if getattr(kind, name) is not None and getattr(kind, name) <= 0:
            raise NotPositive(field=name)
    if kind.starts_at and kind.ends_at and kind.ends_at <= kind.starts_at:
        raise WindowInvalid


def _invite(kind: CouponKind, guests: Collection[UUID]) -> None:
    """Let exactly these customers be on the kind's list."""
    wanted = set(Customer.objects.filter(id__in=guests).values_list("id", flat=True))
    CouponGuest.objects.filter(kind=kind).exclude(customer_id__in=wanted).delete()
    CouponGuest.objects.bulk_create(
        [CouponGuest(kind=kind, customer_id=one) for one in sorted(wanted)], ignore_conflicts=True
    )
