"""At the till: reserve, redeem, release, take back, time out; coupons, points, books and budgets together."""

from datetime import timedelta

import pytest

from crm.operations import CustomerReference, OrderReport, record_order
from rewards import operations, queries
from rewards.errors.coupons import (
    BasketInvalid,
    CheckoutConflict,
    CheckoutCouponGone,
    CheckoutOver,
    CheckoutTimedOut,
    CheckoutUnknown,
    CouponExpired,
    CouponOfAnother,
    CouponReserved,
    NothingToReserve,
    NotOnThisCheckout,
    PersonLimitReached,
    PointsTooFew,
    TooManyCodes,
    TotalLimitReached,
)
from rewards.models import Checkout, Coupon, CouponCounter, CouponUse, JournalEntry
from rewards.operations.accounts.merging import move_customer
from rewards.queries import Asked
from rewards.rules.coupons import Basket, Line
from tenancy import door
from tenancy.models import AuditRecord, Event

pytestmark = pytest.mark.usefixtures("books_are_whole")


@pytest.fixture
def budget(at_acme):
    with at_acme():
        return operations.open_budget(name="Spring", currency="GBP", limit_minor=10_000)


@pytest.fixture
def coupon(at_acme, promise, welcome, budget):
    """Ann's welcome coupon, issued on 4 December: five pounds from thirty, for sixty days."""
    with at_acme():
        operations.accrue([promise(1, kind="coupon", coupon_kind_id=welcome.id, budget_id=budget.id)])
    with at_acme(days=14):
        operations.settle_due(limit=1)
        return Coupon.objects.get()


@pytest.fixture
def kind(at_acme):
    """Make a kind: kind("AUTUMN", value_minor=300)."""

    def make(code, **terms):
        terms = {"effect": "value", "value_minor": 300} | terms
        return operations.make_coupon_kind(code=code, currency="GBP", name={"en": code, "zh-hans": code}, **terms)

    return make


def ask(*codes, order="7", total=5000, **facts):
    basket = Basket((Line(total, "BEANS"),), "GBP", facts.pop("shipping_minor", 0))
    return Asked(basket, codes, source="shop", external_id=order, **facts)


def state_of(coupon):
    coupon.refresh_from_db()
    return coupon.state


def counted(kind):
    return {row.customer_id: row.uses for row in CouponCounter.objects.filter(kind_id=kind.id)}


# --- reserve and redeem --------------------------------------------------------------------------------------


def test_reserve_holds_and_redeem_uses(at_acme, coupon, ann, has, budget, budget_figures):
    with at_acme(days=20):
        checkout = operations.reserve(ask(coupon.code))
        assert (checkout.state, checkout.discount_minor, checkout.to_pay_minor) == ("reserved", 500, 4500)
        assert checkout.customer_id == ann.id  # the holder is taken for who pays
        assert checkout.expires_at == door.moment() + timedelta(minutes=15)
        assert state_of(coupon) == "reserved"
        assert has(ann, "COUPON") == (0, 1, 0)
        assert budget_figures(budget) == (0, 500, 0)

        redeemed = operations.redeem(checkout.id)
        assert (redeemed.state, state_of(coupon), coupon.redeemed_order) == ("redeemed", "redeemed", "shop:7")
        assert has(ann, "COUPON") == (0, 0, 0)
        assert CouponUse.objects.get().entry_id == JournalEntry.objects.get(kind="redemption").id
        assert Event.objects.filter(kind="coupon.redeemed").get().payload["discount_minor"] == 500


def test_each_call_again_gets_the_first_answer(at_acme, coupon):
    with at_acme(days=20):
        first = operations.reserve(ask(coupon.code))
        assert operations.reserve(ask(coupon.code.lower(), coupon.code)).id == first.id
        assert operations.redeem(first.id).redeemed_at == operations.redeem(first.id).redeemed_at
        assert operations.reserve(ask(coupon.code)).state == "redeemed"
        assert operations.reverse(first.id).ended_at == operations.reverse(first.id).ended_at
        assert JournalEntry.objects.filter(kind="redemption").count() == 1
        assert JournalEntry.objects.filter(kind="return").count() == 1
        assert AuditRecord.objects.filter(action__startswith="checkout.").count() == 3


def test_the_same_order_with_other_facts_is_a_conflict(at_acme, coupon):
    with at_acme(days=20):
        operations.reserve(ask(coupon.code))
        with pytest.raises(CheckoutConflict):
            operations.reserve(ask(coupon.code, total=6000))
        assert Checkout.objects.count() == 1


def test_what_does_not_count_is_left_out_and_says_why(at_acme, coupon, kind):
    with at_acme(days=20):
        small = operations.issue_coupon(kind("SMALL", stack_group="g").id, customer_id=coupon.customer_id)
        large = operations.issue_coupon(kind("LARGE", value_minor=400, stack_group="g").id, customer_id=coupon.customer_id)
        checkout = operations.reserve(ask(coupon.code, small.code, large.code, "NOSUCH"))
        assert checkout.discount_minor == 900
        assert {one["code"]: one["reason"] for one in checkout.refusals} == {
            small.code: "coupon_group_taken", "NOSUCH": "coupon_unknown"
        }  # fmt: skip
        assert (state_of(small), state_of(large)) == ("issued", "reserved")


def test_where_nothing_counts_nothing_is_reserved(at_acme, coupon, bea, welcome):
    with at_acme(days=20):
        with pytest.raises(CouponOfAnother):
            operations.reserve(ask(coupon.code, customer_id=bea.id))
        with pytest.raises(NothingToReserve):
            operations.reserve(ask())
        with pytest.raises(TooManyCodes):
            operations.reserve(ask(*[f"CODE{n}" for n in range(9)]))
        with pytest.raises(BasketInvalid):
            operations.reserve(ask(coupon.code, total=-1))
        assert (Checkout.objects.count(), state_of(coupon)) == (0, "issued")


def test_a_reserved_coupon_is_not_there_for_another_order(at_acme, coupon):
    with at_acme(days=20):
        operations.reserve(ask(coupon.code))
        with pytest.raises(CouponReserved):
            operations.reserve(ask(coupon.code, order="8"))
        assert Checkout.objects.count() == 1


def test_assessing_changes_nothing(at_acme, coupon):
    with at_acme(days=20):
        calculation, _ = queries.assess(ask(coupon.code))
        assert (calculation.to_pay_minor, state_of(coupon), Checkout.objects.count()) == (4500, "issued", 0)


def test_a_first_order_may_be_recorded_before_its_coupon_is_used(at_acme, ann, kind):
    """The till may tell of the order first; that order is not an earlier one."""
    with at_acme():
        first = operations.issue_coupon(kind("FIRST", audience="first").id, customer_id=ann.id)
        report = OrderReport(
            source="shop", external_id="7", currency="GBP", total_minor=5000, status="paid",
            customer=CustomerReference(customer_id=ann.id),
        )  # fmt: skip
        record_order(report)
        assert queries.assess(ask(first.code, order="7"))[0].discount_minor == 300
        assert [one.reason for one in queries.assess(ask(first.code, order="8"))[0].refusals] == ["coupon_first_order_only"]


# --- release and time-out ------------------------------------------------------------------------------------


def test_release_gives_everything_back(at_acme, coupon, ann, has):
    with at_acme(days=20):
        operations.adjust_points(ann.id, amount=1000, reason="a gift", key="a")
        checkout = operations.reserve(ask(coupon.code, points=700))
        assert (checkout.points, checkout.points_minor, checkout.to_pay_minor) == (700, 700, 3800)
        assert has(ann) == (0, 300, 0)
        released = operations.release(checkout.id)
        assert (released.state, state_of(coupon)) == ("released", "issued")
        assert (has(ann), has(ann, "COUPON")) == ((0, 1000, 0), (0, 1, 0))
        assert operations.release(checkout.id).ended_at == released.ended_at
        with pytest.raises(CheckoutOver):
            operations.redeem(checkout.id)
        assert operations.reserve(ask(coupon.code)).id != checkout.id


def test_points_go_back_to_the_lots_they_came_from(at_acme, ann):
    with at_acme():
        operations.set_points_expiry(1)
        operations.adjust_points(ann.id, amount=400, reason="a gift", key="a")
        operations.set_points_expiry(6)
        operations.adjust_points(ann.id, amount=400, reason="a gift", key="b")
        [before] = [line for line in queries.balances(ann.id) if line.unit == "POINT"]
        operations.release(operations.reserve(ask(points=500, customer_id=ann.id)).id)
        [after] = [line for line in queries.balances(ann.id) if line.unit == "POINT"]
        assert (after.next_expiry_at, after.next_expiry_amount) == (before.next_expiry_at, 400)


def test_reserved_points_cannot_be_spent_twice(at_acme, ann, has):
    with at_acme():
        operations.adjust_points(ann.id, amount=1000, reason="a gift", key="a")
        operations.reserve(ask(points=700, customer_id=ann.id))
        with pytest.raises(PointsTooFew):
            operations.reserve(ask(order="8", points=700, customer_id=ann.id))
        assert has(ann) == (0, 300, 0)


def test_a_reservation_times_out_and_frees_what_it_held(at_acme, coupon, ann, has):
    with at_acme(days=20):
        operations.adjust_points(ann.id, amount=100, reason="a gift", key="a")
        checkout = operations.reserve(ask(coupon.code, points=100))
    with at_acme(days=20, minutes=14):
        assert operations.time_out_due() == 0
    with at_acme(days=20, minutes=15):
        with pytest.raises(CheckoutTimedOut):
            operations.redeem(checkout.id)
        assert operations.time_out_due() == 1
        assert operations.time_out_due() == 0
        checkout.refresh_from_db()
        assert (checkout.state, state_of(coupon), has(ann)) == ("timed_out", "issued", (0, 100, 0))
        with pytest.raises(CheckoutTimedOut):
            operations.redeem(checkout.id)
        assert operations.release(checkout.id).state == "timed_out"


def test_the_same_order_may_be_reserved_anew_after_its_time_before_the_sweep(at_acme, coupon):
    with at_acme(days=20):
        first = operations.reserve(ask(coupon.code))
    with at_acme(days=20, minutes=20):
        second = operations.reserve(ask(coupon.code))
        first.refresh_from_db()
        assert (first.state, second.state) == ("timed_out", "reserved")
        assert operations.redeem(second.id).state == "redeemed"


def test_a_reservation_never_outlives_its_coupon(at_acme, coupon):
    with at_acme(days=74, minutes=-5):
        checkout = operations.reserve(ask(coupon.code))
        assert checkout.expires_at == coupon.expires_at
    with at_acme(days=74):
        operations.expire_lots()
        assert operations.time_out_due() == 1
        assert state_of(coupon) == "expired"


# --- taking back ---------------------------------------------------------------------------------------------


def test_a_redemption_taken_back_moves_coupon_points_books_and_budget_back(
    at_acme, coupon, ann, has, budget, budget_figures
):
    with at_acme(days=20):
        operations.adjust_points(ann.id, amount=100, reason="a gift", key="a")
        checkout = operations.redeem(operations.reserve(ask(coupon.code, points=100)).id)
        reversed_ = operations.reverse(checkout.id)
        assert (reversed_.state, state_of(coupon), coupon.redeemed_order) == ("reversed", "issued", "")
        assert (has(ann), has(ann, "COUPON")) == ((0, 100, 0), (0, 1, 0))
        use = CouponUse.objects.get()
        assert (use.state, JournalEntry.objects.get(id=use.return_id).reverses_id) == ("reversed", use.entry_id)
        again = operations.redeem(operations.reserve(ask(coupon.code, order="8")).id)
        assert (again.state, state_of(coupon), coupon.redeemed_order) == ("redeemed", "redeemed", "shop:8")


def test_each_coupon_can_be_taken_back_alone(at_acme, coupon, ann, kind):
    with at_acme(days=20):
        second = operations.issue_coupon(kind("SECOND").id, customer_id=ann.id)
        checkout = operations.redeem(operations.reserve(ask(coupon.code, second.code)).id)
        assert operations.reverse(checkout.id, code=second.code).state == "redeemed"
        assert operations.reverse(checkout.id, code=second.code).state == "redeemed"
        assert (state_of(coupon), state_of(second)) == ("redeemed", "issued")
        with pytest.raises(NotOnThisCheckout):
            operations.reverse(checkout.id, code="NOSUCH")
        assert operations.reverse(checkout.id, code=coupon.code).state == "reversed"


def test_what_is_only_reserved_cannot_be_taken_back(at_acme, coupon):
    with at_acme(days=20):
        checkout = operations.reserve(ask(coupon.code))
        with pytest.raises(CheckoutOver):
            operations.reverse(checkout.id)
        operations.redeem(checkout.id)
        with pytest.raises(CheckoutOver):
            operations.release(checkout.id)
        assert state_of(coupon) == "redeemed"


def test_a_coupon_that_expired_while_it_was_used_gets_thirty_days(at_acme, coupon, ann, has):
    with at_acme(days=73):
        checkout = operations.redeem(operations.reserve(ask(coupon.code)).id)
    with at_acme(days=100):
        operations.reverse(checkout.id)
        assert (state_of(coupon), coupon.expires_at) == ("issued", door.moment() + timedelta(days=30))
        assert has(ann, "COUPON") == (0, 1, 0)
    with at_acme(days=131):
        assert operations.expire_lots() == 1
        assert state_of(coupon) == "expired"


def test_a_reward_taken_back_while_its_coupon_was_used_is_taken_back_with_it(at_acme, coupon, ann, has):
    """The welcome coupon paid for the very order that is sent back: it does not come back to be used again."""
    with at_acme(days=20):
        checkout = operations.redeem(operations.reserve(ask(coupon.code)).id)
        operations.keep_only(coupon.reward_id, keep=0, cause="refund", key="r1")
        assert state_of(coupon) == "redeemed"
        operations.reverse(checkout.id)
        assert state_of(coupon) == "void"
        coupon.reward.refresh_from_db()
        assert (coupon.reward.state, has(ann, "COUPON")) == ("reversed", (0, 0, 0))


def test_a_coupon_taken_back_while_reserved_cannot_be_redeemed(at_acme, coupon, ann, has):
    with at_acme(days=20):
        checkout = operations.reserve(ask(coupon.code))
        operations.keep_only(coupon.reward_id, keep=0, cause="refund", key="r1")
        assert state_of(coupon) == "void"
    with at_acme(days=20), pytest.raises(CheckoutCouponGone):
        operations.redeem(checkout.id)
    with at_acme(days=20):
        operations.release(checkout.id)
        assert (state_of(coupon), has(ann, "COUPON")) == ("void", (0, 0, 0))


def test_an_order_of_which_nothing_is_kept_gives_its_coupon_back(at_acme, coupon):
    with at_acme(days=20):
        operations.redeem(operations.reserve(ask(coupon.code)).id)
        assert operations.reverse_refunded([("shop", "7"), ("shop", "8")]) == 1
        assert state_of(coupon) == "issued"


# --- limits --------------------------------------------------------------------------------------------------


def test_a_shared_code_counts_uses_in_all_and_by_person(at_acme, ann, bea, kind):
    with at_acme():
        autumn = kind("AUTUMN", total=3, per_person=2)
        operations.open_shared_code(autumn.id, code="autumn-26")
        for order in ("1", "2"):
            operations.redeem(operations.reserve(ask("AUTUMN26", order=order, customer_id=ann.id)).id)
        with pytest.raises(PersonLimitReached):
            operations.reserve(ask("AUTUMN26", order="3", customer_id=ann.id))
        third = operations.reserve(ask("AUTUMN26", order="4", customer_id=bea.id))
        with pytest.raises(TotalLimitReached):
            operations.reserve(ask("AUTUMN26", order="5", customer_id=bea.id))
        assert counted(autumn) == {None: 3, ann.id: 2, bea.id: 1}
        operations.release(third.id)
        assert counted(autumn) == {None: 2, ann.id: 2, bea.id: 0}
        assert Coupon.objects.get().state == "issued"


def test_a_limit_may_come_later_and_counts_what_is_in_use(at_acme, ann, bea, kind):
    with at_acme():
        autumn = kind("AUTUMN")
        operations.open_shared_code(autumn.id, code="AUTUMN")
        operations.redeem(operations.reserve(ask("AUTUMN", order="1")).id)
        assert counted(autumn) == {}
        operations.change_coupon_kind(autumn.id, total=2)
        operations.reserve(ask("AUTUMN", order="2", customer_id=bea.id))
        with pytest.raises(TotalLimitReached):
            operations.reserve(ask("AUTUMN", order="3"))
        assert counted(autumn) == {None: 2, bea.id: 1}


def test_an_expired_code_is_refused(at_acme, kind):
    with at_acme():
        operations.open_shared_code(kind("AUTUMN", valid_days=3).id, code="AUTUMN")
    with at_acme(days=3), pytest.raises(CouponExpired):
        operations.reserve(ask("AUTUMN"))


def test_two_customers_who_are_one_share_limits_and_what_comes_back(at_acme, ann, bea, kind, has):
    with at_acme():
        autumn = kind("AUTUMN", per_person=2)
        operations.open_shared_code(autumn.id, code="AUTUMN")
        operations.adjust_points(ann.id, amount=100, reason="a gift", key="a")
        mine = operations.redeem(operations.reserve(ask("AUTUMN", order="1", customer_id=ann.id, points=100)).id)
        operations.redeem(operations.reserve(ask("AUTUMN", order="2", customer_id=bea.id)).id)
        move_customer(ann.id, bea.id, key="m1")
        assert counted(autumn) == {bea.id: 2}
        with pytest.raises(PersonLimitReached):
            operations.reserve(ask("AUTUMN", order="3", customer_id=bea.id))
        operations.reverse(mine.id)
        assert (counted(autumn), has(bea)) == ({bea.id: 1}, (0, 100, 0))


# --- the wall and the terms ----------------------------------------------------------------------------------


def test_a_stranger_finds_no_checkout(at_acme, globex, coupon):
    with at_acme(days=20):
        checkout = operations.reserve(ask(coupon.code))
    for verb in (operations.redeem, operations.release, operations.reverse):
        with door.organisation(globex.id), pytest.raises(CheckoutUnknown):
            verb(checkout.id)
    with at_acme(days=20):
        assert state_of(coupon) == "reserved"


def test_the_till_has_terms_of_its_own(at_acme, ann):
    with at_acme():
        operations.set_till_terms(hold_minutes=5, points_step=1000, step_minor=300, points_percent=10)
        operations.adjust_points(ann.id, amount=5000, reason="a gift", key="a")
        checkout = operations.reserve(ask(points=5000, customer_id=ann.id))
        assert (checkout.points, checkout.points_minor) == (1667, 500)
        assert [one["reason"] for one in checkout.refusals] == ["points_left_over"]
        assert checkout.expires_at == door.moment() + timedelta(minutes=5)
