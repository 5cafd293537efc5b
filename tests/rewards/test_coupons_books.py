"""The oracle sees when coupons, counters and checkouts tell another story than their uses and the books."""

import pytest

from rewards import operations, queries
from rewards.models import Checkout, Coupon, CouponCounter, CouponUse
from rewards.queries import Asked
from rewards.rules.coupons import Basket, Line


@pytest.fixture
def busy(at_acme, promise, welcome, ann):
    """A redeemed coupon of a reward, a use of a limited code, points paid with."""
    with at_acme():
        operations.accrue([promise(1, kind="coupon", coupon_kind_id=welcome.id, days=0)])
        operations.settle_due(limit=1)
        limited = operations.make_coupon_kind(
            code="L", currency="GBP", effect="value", value_minor=300, total=5, per_person=5
        )
        operations.open_shared_code(limited.id, code="LIMITED")
        operations.adjust_points(ann.id, amount=500, reason="a gift", key="a")
        own = Coupon.objects.get(reward__isnull=False)
        asked = Asked(
            Basket((Line(9000),), "GBP"),
            (own.code, "LIMITED"),
            points=500,
            customer_id=ann.id,
            source="shop",
            external_id="1",
        )
        operations.redeem(operations.reserve(asked).id)
        assert queries.verify_books().wrong == ()


def free(**filters):
    return lambda: Coupon.objects.filter(**filters).update(state="issued")


@pytest.mark.parametrize(
    ("tamper", "rule"),
    [
        (
            lambda: CouponUse.objects.filter(entry_id__isnull=False).update(entry_id=None),
            "a redeemed coupon of a reward has its redemption in the books",
        ),
        (free(reward__isnull=False), "a coupon is held by the uses that stand"),
        (
            lambda: CouponCounter.objects.filter(customer_id=None).update(uses=4),
            "a counter of coupons is the number of uses that stand",
        ),
        (
            lambda: CouponCounter.objects.exclude(customer_id=None).update(uses=0),
            "a counter of coupons is the number of uses that stand",
        ),
        (
            lambda: CouponUse.objects.filter(coupon__is_shared=True).update(discount_minor=1),
            "a checkout's uses take off what it says",
        ),
        (lambda: Checkout.objects.update(state="reversed"), "points at the till are in the books while they are used"),
    ],
)
def test_what_was_tampered_with_is_named(at_acme, busy, tamper, rule):
    with at_acme():
        tamper()
        assert rule in [row.rule for row in queries.verify_books().wrong]
