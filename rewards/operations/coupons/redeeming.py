"""One coupon on an order of which only the total is known, in a single call."""

from dataclasses import dataclass

from django.db import transaction

from foundation.ids import normalise_code
from rewards.errors.coupons import CouponUsed
from rewards.errors.general import CouponUnknown, OrderTooSmall
from rewards.models import Checkout, Coupon, CouponUse
from rewards.operations.till.ending import redeem
from rewards.operations.till.reserving import reserve
from rewards.queries.checkouts import Asked
from rewards.rules.coupons import Basket, Line, facts_of_minimum


@dataclass(frozen=True)
class Redemption:
    coupon: Coupon
    discount_minor: int


@transaction.atomic
def redeem_coupon(code: str, *, source: str, external_id: str, order_minor: int, currency: str) -> Redemption:
    """Use a coupon on an order; the same order again gets the first answer.

    A coupon for certain articles needs their lines: reserve and redeem a checkout instead.
    """
    if order_minor <= 0:
        raise OrderTooSmall(**facts_of_minimum(1, currency))
    earlier = _earlier(code, source, external_id)
    if earlier:
        return earlier
    basket = Basket((Line(order_minor),), currency)
    checkout = redeem(reserve(Asked(basket, (code,), source=source, external_id=external_id)).id)
    use = checkout.uses.select_related("coupon__kind").get()
    return Redemption(use.coupon, use.discount_minor)


def _earlier(code: str, source: str, external_id: str) -> Redemption | None:
    """Find the first answer, whatever total is told now."""
    coupon = Coupon.objects.filter(code=normalise_code(code)).select_related("kind").first()
    if coupon is None:
        raise CouponUnknown
    redeemed = CouponUse.objects.filter(coupon=coupon, state=Checkout.State.REDEEMED)
    use = redeemed.filter(checkout__source=source, checkout__external_id=external_id).first()
    if use:
        return Redemption(coupon, use.discount_minor)
    if coupon.state == Coupon.State.REDEEMED:
        raise CouponUsed
    return None
