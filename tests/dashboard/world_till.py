"""Coupons of every kind and what a till made of them, for addresses that need them."""

from uuid import UUID

from rewards import operations
from rewards.models import CouponKind
from rewards.queries import Asked
from rewards.rules.coupons import Basket, Line


def at_the_till(customer_id: UUID) -> dict[str, object]:
    names = {"en": "Coffee week", "zh-hans": "咖啡周"}
    kind = operations.make_coupon_kind(
        code="coffee-week", currency="GBP", name=names, effect=CouponKind.Effect.VALUE, value_minor=500, minimum_minor=2000,
        categories=["coffee"], per_person=3, total=100, stack_group="week",
    )  # fmt: skip
    shipping = operations.make_coupon_kind(
        code="no-postage",
        currency="GBP",
        name={"en": "Free shipping", "zh-hans": "免运费"},
        effect=CouponKind.Effect.SHIPPING,
    )
    batch = operations.order_codes(kind.id, size=20, label="Leaflet")
    operations.open_shared_code(shipping.id, code="POSTFREE")
    coupons = [operations.issue_coupon(kind.id, customer_id=customer_id) for _ in range(3)]
    basket = Basket((Line(4000, sku="BEANS", name="Espresso beans", category="coffee"),), "GBP", 495)
    used, held = (
        operations.reserve(
            Asked(basket, (coupon.code, "postfree", "nosuch"), customer_id=customer_id, source="till", external_id=number)
        )
        for coupon, number in zip(coupons, ("2001", "2002"), strict=False)
    )
    operations.redeem(used.id)
    return {
        "coupon_kind_id": kind.id, "coupon_batch_id": batch.id, "coupon_id": coupons[2].id, "checkout_id": held.id,
    }  # fmt: skip
