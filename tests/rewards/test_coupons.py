import pytest

from rewards import operations
from rewards.errors.coupons import CouponKindInvalid
from rewards.errors.general import CouponCurrencyDiffers, CouponNotValid, CouponUnknown, CouponUsed, OrderTooSmall
from rewards.models import Coupon

pytestmark = pytest.mark.usefixtures("books_are_whole")


@pytest.fixture
def budget(at_acme):
    with at_acme():
        return operations.open_budget(name="Spring", currency="GBP", limit_minor=10_000)


@pytest.fixture
def coupon(at_acme, promise, welcome, budget):
    """Ann's welcome coupon, issued on 4 December."""
    with at_acme():
        operations.accrue([promise(1, kind="coupon", coupon_kind_id=welcome.id, budget_id=budget.id)])
    with at_acme(days=14):
        operations.settle_due(limit=1)
        return Coupon.objects.get()


def use(code, external_id="7", order_minor=5000, currency="GBP"):
    return operations.redeem_coupon(code, source="shop", external_id=external_id, order_minor=order_minor, currency=currency)


def test_a_coupon_is_used_and_its_cost_spent(at_acme, coupon, ann, has, budget, budget_figures):
    with at_acme(days=20):
        assert budget_figures(budget) == (0, 500, 0)
        redemption = use(f" {coupon.code[:5].lower()}-{coupon.code[5:]}")
        assert redemption.discount_minor == 500
        assert (redemption.coupon.state, redemption.coupon.redeemed_order) == ("redeemed", "shop:7")
        assert has(ann, "COUPON") == (0, 0, 0)
        assert budget_figures(budget) == (0, 0, 500)


def test_the_same_order_again_gets_the_same_answer(at_acme, coupon):
    with at_acme(days=20):
        assert use(coupon.code).discount_minor == use(coupon.code).discount_minor == 500
        with pytest.raises(CouponUsed):
            use(coupon.code, external_id="8")


@pytest.mark.parametrize(
    ("case", "refusal"),
    [({"order_minor": 2999}, OrderTooSmall), ({"currency": "EUR"}, CouponCurrencyDiffers)],
)
def test_an_order_that_does_not_fit_leaves_the_coupon(at_acme, coupon, ann, has, case, refusal):
    with at_acme(days=20):
        with pytest.raises(refusal):
            use(coupon.code, **case)
        coupon.refresh_from_db()
        assert coupon.state == "issued"
        assert has(ann, "COUPON") == (0, 1, 0)


def test_an_expired_coupon_is_refused_before_and_after_the_sweep(at_acme, coupon):
    with at_acme(days=74):
        with pytest.raises(CouponNotValid):
            use(coupon.code)
        assert operations.expire_lots() == 1
        coupon.refresh_from_db()
        assert coupon.state == "expired"
        with pytest.raises(CouponNotValid):
            use(coupon.code)


def test_a_strangers_code_is_unknown(at_acme, globex, coupon):
    from tenancy import door

    with door.organisation(globex.id), pytest.raises(CouponUnknown):
        use(coupon.code)


def test_a_kind_takes_off_either_an_amount_or_a_capped_percentage(at_acme):
    with at_acme():
        for terms in [{}, {"value_minor": 5, "percent": 5}, {"percent": 101, "cap_minor": 5}, {"percent": 10}]:
            with pytest.raises(CouponKindInvalid):
                operations.ensure_coupon_kind(code="X", name={}, currency="GBP", **terms)
        first = operations.ensure_coupon_kind(code="X", name={}, currency="GBP", percent=10, cap_minor=700)
        assert operations.ensure_coupon_kind(code="X", name={}, currency="GBP", value_minor=1).id == first.id
