"""Real threads and commits at the till."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from foundation.errors import DomainError
from rewards import operations, queries
from rewards.models import Checkout, Coupon, CouponCounter, CouponUse, JournalEntry
from rewards.queries import Asked
from rewards.rules.coupons import Basket, Line
from tenancy import door


@pytest.fixture
def race(at_acme):
    """Let many do the same at once, each in a transaction and connection of its own: race(40, work) gives what each got."""

    def run(times, work, *, minutes=0):
        def one(number):
            try:
                with at_acme(minutes=minutes):
                    return work(number)
            except DomainError as refusal:
                return refusal.code
            finally:
                connections["default"].close()

        with ThreadPoolExecutor(12) as threads:
            return list(threads.map(one, range(times)))

    yield run
    with at_acme():
        assert queries.verify_books().wrong == ()


@pytest.fixture
def kind(at_acme):
    def make(**terms):
        return operations.make_coupon_kind(code="K", currency="GBP", name={}, effect="value", value_minor=300, **terms)

    return make


def test_one_kind_that_many_say_at_once_is_one_kind(race):
    """A campaign is begun while its preview, which ends in a rollback, says the same coupon."""

    def say(_number):
        found = operations.ensure_coupon_kind(code="HELLO", name={"en": "Hello"}, currency="GBP", value_minor=300)
        time.sleep(0.05)  # the others come before the commit
        return found.id

    assert len(set(race(12, say))) == 1


def ask(*codes, order="7", **facts):
    return Asked(Basket((Line(5000),), "GBP"), codes, source="shop", external_id=order, **facts)


def test_forty_tills_use_a_code_that_may_be_used_ten_times_exactly_ten_times(race, at_acme, kind):
    with at_acme():
        autumn = kind(total=10)
        operations.open_shared_code(autumn.id, code="AUTUMN")
    got = race(40, lambda n: operations.redeem(operations.reserve(ask("AUTUMN", order=str(n))).id).state)
    assert (got.count("redeemed"), got.count("coupon_total_limit_reached")) == (10, 30)
    with at_acme():
        assert CouponCounter.objects.get().uses == CouponUse.objects.count() == 10


def test_a_limit_by_person_holds_at_many_tills(race, at_acme, ann, bea, kind):
    with at_acme():
        autumn = kind(per_person=3)
        operations.open_shared_code(autumn.id, code="AUTUMN")
    people = (ann, bea)
    got = race(40, lambda n: operations.reserve(ask("AUTUMN", order=str(n), customer_id=people[n % 2].id)).state)
    assert (got.count("reserved"), got.count("coupon_person_limit_reached")) == (6, 34)
    with at_acme():
        assert sorted(CouponCounter.objects.values_list("uses", flat=True)) == [3, 3]


def test_a_limit_that_is_set_meanwhile_counts_every_use(race, at_acme, kind):
    with at_acme():
        autumn = kind()
        operations.open_shared_code(autumn.id, code="AUTUMN")

    def work(number):
        if number == 10:
            return operations.change_coupon_kind(autumn.id, total=20).total
        return operations.reserve(ask("AUTUMN", order=str(number))).state

    got = race(40, work)
    with at_acme():
        assert CouponCounter.objects.get().uses == CouponUse.objects.count() == got.count("reserved") >= 20


def test_one_coupon_is_on_one_of_many_orders(race, at_acme, ann, kind):
    with at_acme():
        coupon = operations.issue_coupon(kind().id, customer_id=ann.id)
    got = race(20, lambda n: operations.reserve(ask(coupon.code, order=str(n))).state)
    assert (got.count("reserved"), got.count("coupon_reserved")) == (1, 19)
    with at_acme():
        assert Checkout.objects.count() == CouponUse.objects.count() == 1


def test_one_order_is_reserved_once_however_often_it_is_told(race, at_acme, ann, kind):
    with at_acme():
        coupon = operations.issue_coupon(kind().id, customer_id=ann.id)
        operations.adjust_points(ann.id, amount=100, reason="a gift", key="a")
    ids = race(20, lambda _: operations.reserve(ask(coupon.code, points=100)).id)
    assert len(set(ids)) == 1
    with at_acme():
        assert JournalEntry.objects.filter(kind="redemption").count() == 1


def test_points_are_paid_with_once(race, at_acme, ann):
    with at_acme():
        operations.adjust_points(ann.id, amount=1000, reason="a gift", key="a")
    got = race(20, lambda n: operations.reserve(ask(order=str(n), points=400, customer_id=ann.id)).state)
    assert got.count("reserved") == 2
    assert set(got) <= {"reserved", "points_too_few", "insufficient_balance"}
    with at_acme():
        assert queries.available_points([ann.id]) == {ann.id: 200}


def test_time_out_and_redemption_never_both_happen(race, at_acme, ann, kind):
    """Half of the threads see the clock just before the end of the reservation, half just after."""
    with at_acme():
        issued = kind()
        coupons = [operations.issue_coupon(issued.id, customer_id=ann.id) for _ in range(8)]
        held = [operations.reserve(ask(one.code, order=str(n))) for n, one in enumerate(coupons)]

    def work(number):
        if number % 2:
            return operations.time_out_due(limit=3)
        return operations.redeem(held[number // 2 % 8].id).state

    with ThreadPoolExecutor(2) as both:
        before = both.submit(race, 32, lambda n: operations.redeem(held[n % 8].id).state, minutes=14)
        after = both.submit(race, 32, work, minutes=16)
        before, after = before.result(), after.result()
    with at_acme():
        states = {one.id: one.state for one in Checkout.objects.all()}
        assert set(states.values()) <= {"redeemed", "timed_out"}
        timed_out = sum(one for one in after if isinstance(one, int))
        assert timed_out == list(states.values()).count("timed_out")
        for coupon in Coupon.objects.all():
            use = CouponUse.objects.get(coupon=coupon)
            assert (coupon.state, use.state) in {("redeemed", "redeemed"), ("issued", "timed_out")}


def test_redeem_and_release_at_once_do_one_of_both(race, at_acme, ann, kind):
    with at_acme():
        issued = kind(per_person=100)
        operations.adjust_points(ann.id, amount=1000, reason="a gift", key="a")
        coupons = [operations.issue_coupon(issued.id, customer_id=ann.id) for _ in range(10)]
        held = [operations.reserve(ask(one.code, order=str(n), points=100)) for n, one in enumerate(coupons)]

    def work(number):
        verb = operations.redeem if number % 2 else operations.release
        return verb(held[number // 2 % 10].id).state

    race(80, work)
    with at_acme():
        released = Checkout.objects.filter(state="released").count()
        assert released + Checkout.objects.filter(state="redeemed").count() == 10
        assert queries.available_points([ann.id]) == {ann.id: 100 * released}
        assert CouponCounter.objects.get().uses == 10 - released


def test_a_redemption_is_taken_back_once(race, at_acme, ann, kind):
    with at_acme():
        coupon = operations.issue_coupon(kind().id, customer_id=ann.id)
        operations.adjust_points(ann.id, amount=100, reason="a gift", key="a")
        checkout = operations.redeem(operations.reserve(ask(coupon.code, points=100)).id)
    got = race(20, lambda _: operations.reverse(checkout.id).state)
    assert set(got) == {"reversed"}
    with at_acme():
        assert JournalEntry.objects.filter(kind="return").count() == 1
        assert queries.available_points([ann.id]) == {ann.id: 100}


def test_a_refund_and_a_redemption_of_one_coupon_do_not_wait_for_each_other_for_ever(race, at_acme, ann):
    """Many coupons of one customer: rewards are taken back while tills redeem, release and take back."""
    with at_acme():
        welcome = operations.ensure_coupon_kind(code="W", name={}, currency="GBP", value_minor=100)
        promises = [
            operations.Promise(
                key=f"c{n}", kind="coupon", customer_id=ann.id, role="referee", hold_until=door.moment(),
                coupon_kind_id=welcome.id,
            )
            for n in range(12)
        ]  # fmt: skip
        rewards = [reward.id for reward in operations.accrue(promises)]
        operations.settle_due(limit=20)
        codes = [Coupon.objects.get(reward_id=reward_id).code for reward_id in rewards]
        held = [operations.reserve(ask(code, order=str(n))).id for n, code in enumerate(codes)]

    def work(number):
        place = number % 12
        match number // 12 % 3:
            case 0:
                return operations.redeem(held[place]).state
            case 1:
                return operations.keep_only(rewards[place], keep=0, cause="refund", key=f"r{place}").state
            case _:
                return operations.reverse(held[place]).state

    got = race(72, work)
    assert set(got) <= {
        "redeemed", "reversed", "available", "checkout_over", "checkout_coupon_gone", "insufficient_balance"
    }  # fmt: skip
    with at_acme():
        for coupon in Coupon.objects.all():
            assert coupon.state in {"redeemed", "void"}
