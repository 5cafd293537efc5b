"""Reserve coupons and points for an order while its customer pays."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import timedelta

from django.db import connection, transaction

from rewards import ledger
from rewards.errors.coupons import BasketInvalid, CheckoutConflict, NothingToReserve
from rewards.models import Checkout, Coupon, CouponUse, JournalEntry
from rewards.operations.accounts.units import POINT, units
from rewards.operations.coupons.counting import count_use, hold_kinds
from rewards.operations.lifecycle.claiming import claim
from rewards.operations.till.ending import end_overdue
from rewards.operations.till.held import is_overdue
from rewards.queries.checkouts import Asked, assess, payer_id, till_terms
from rewards.rules.basket import Calculation
from tenancy import audit, door

State = Checkout.State


@transaction.atomic
def reserve(asked: Asked) -> Checkout:
    """Hold coupons and points for an order; the same order with the same facts gets the first answer.

    What does not count is left out, and the checkout says why; where nothing counts the
    first reason is the refusal. The points leave the balance at once. The reservation ends
    by itself after the till's minutes, and never outlives one of its coupons.
    """
    if not asked.source.strip() or not asked.external_id.strip():
        raise BasketInvalid(field="external_id")
    _one_at_a_time(asked)
    earlier = _alive(asked)
    if earlier and not is_overdue(earlier):
        if earlier.input_hash != asked.input_hash:
            raise CheckoutConflict(checkout_id=earlier.id, state=earlier.state)
        return earlier
    _lock(asked.typed, earlier)
    if earlier:
        end_overdue(earlier)
    calculation, coupons = assess(asked)
    _refuse_nothing(calculation)
    return _write(asked, calculation, [one for one in coupons if one.code in calculation.discounts])


def _one_at_a_time(asked: Asked) -> None:
    """Let one reservation of an order be decided at a time; the lock ends with the transaction."""
    name = f"checkout:{door.organisation_id()}:{asked.source}:{asked.external_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _alive(asked: Asked) -> Checkout | None:
    of_order = Checkout.objects.filter(source=asked.source, external_id=asked.external_id)
    return of_order.filter(state__in=[State.RESERVED, State.REDEEMED]).select_for_update(of=("self",)).first()


def _lock(codes: Collection[str], earlier: Checkout | None) -> None:
    """Lock rewards, then coupons, each in the order of their ids; a shared code's row is never locked."""
    held = set(earlier.uses.values_list("coupon_id", flat=True)) if earlier else set()
    unique = Coupon.objects.filter(is_shared=False)
    rows = list((unique.filter(code__in=codes) | unique.filter(id__in=held)).values_list("id", "reward_id"))
    claim({reward_id for _, reward_id in rows if reward_id})
    list(Coupon.objects.select_for_update().filter(id__in=[one for one, _ in rows]).order_by("id").values_list("id"))
    hold_kinds(set(Coupon.objects.filter(code__in=codes).values_list("kind_id", flat=True)))


def _refuse_nothing(calculation: Calculation) -> None:
    if calculation.steps:
        return
    if calculation.refusals:
        raise calculation.refusals[0].error
    raise NothingToReserve


def _write(asked: Asked, calculation: Calculation, coupons: Sequence[Coupon]) -> Checkout:
    now = door.moment()
    customer_id = payer_id(asked, coupons)
    checkout = Checkout.objects.create(
        source=asked.source, external_id=asked.external_id, input_hash=asked.input_hash, customer_id=customer_id,
        currency=asked.basket.currency, lines=[asdict(line) for line in calculation.basket.lines], codes=list(asked.typed),
        steps=[asdict(step) for step in calculation.steps],
        refusals=[asdict(refusal) for refusal in calculation.refusals],
        goods_minor=asked.basket.goods_minor, shipping_minor=asked.basket.shipping_minor,
        discount_minor=calculation.discount_minor, points=calculation.points, points_minor=calculation.points_minor,
        to_pay_minor=calculation.to_pay_minor, reserved_at=now, expires_at=_expiry(coupons),
    )  # fmt: skip
    worth = {step.code: step.worth_minor for step in calculation.steps}
    CouponUse.objects.bulk_create(
        CouponUse(
            checkout=checkout, coupon=coupon, kind_id=coupon.kind_id, customer_id=customer_id, used_at=now,
            discount_minor=calculation.discounts[coupon.code], worth_minor=worth[coupon.code],
        )
        for coupon in coupons
    )  # fmt: skip
    _hold_coupons(checkout, coupons)
    for coupon in sorted(coupons, key=lambda one: one.kind_id):
        count_use(coupon.kind, customer_id)
    _hold_points(checkout)
    facts = {"order": f"{checkout.source}:{checkout.external_id}", "discount_minor": checkout.discount_minor}
    audit.record("checkout.reserved", checkout, facts | {"points": checkout.points})
    return checkout


def _expiry(coupons: Sequence[Coupon]):
    own = door.moment() + timedelta(minutes=till_terms().hold_minutes)
    ends = [coupon.kind.ends_at or coupon.expires_at if coupon.is_shared else coupon.expires_at for coupon in coupons]
    return min([own, *ends])


def _hold_coupons(checkout: Checkout, coupons: Sequence[Coupon]) -> None:
    unique = [coupon.id for coupon in coupons if not coupon.is_shared]
    Coupon.objects.filter(id__in=unique).update(state=Coupon.State.RESERVED, checkout_id=checkout.id)


def _hold_points(checkout: Checkout) -> None:
    """Take the points now: what is reserved cannot be spent elsewhere."""
    if not checkout.points:
        return
    unit = units([POINT])[POINT]
    arrow = ledger.Arrow(checkout.customer_id, unit.id, "available", "redeemed", checkout.points)
    entry = ledger.Entry(
        kind=JournalEntry.Kind.REDEMPTION, key=f"checkout:{checkout.id}:points", arrows=(arrow,), reason="till"
    )
    [posted] = ledger.post([entry])
    checkout.points_entry_id = posted.entry_id
    Checkout.objects.filter(id=checkout.id).update(points_entry_id=posted.entry_id)
