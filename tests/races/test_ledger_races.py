"""Real threads and commits against the books."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from rewards import ledger, operations, queries
from rewards.errors import BudgetExhausted, InsufficientBalance
from rewards.models import Coupon, JournalEntry, Lot, Reward, RewardMove
from tenancy import door


@pytest.fixture
def race(at_acme):
    """Let many do the same at once, each in a transaction and connection of its own: race(40, work) gives what each got."""

    def run(times, work, *, days=0):
        def one(number):
            try:
                with at_acme(days=days):
                    return work(number)
            except (InsufficientBalance, BudgetExhausted) as refusal:
                return type(refusal)
            finally:
                connections["default"].close()

        with ThreadPoolExecutor(12) as threads:
            return list(threads.map(one, range(times)))

    yield run
    with at_acme():
        assert queries.verify_books().wrong == ()


def promise(customer, key, amount=10, **facts):
    return operations.Promise(
        key=key, kind="points", customer_id=customer.id, role="referrer", amount=amount,
        hold_until=door.moment() + timedelta(days=14), **facts,
    )  # fmt: skip


def points(customer):
    return queries.balances(customer.id)[0]


def test_forty_posts_of_one_key_are_one_entry(race, at_acme, ann):
    ids = race(40, lambda _: operations.earn_points([operations.Grant(ann.id, 50, "same", "order")])[0])
    assert len(set(ids)) == 1
    with at_acme():
        assert JournalEntry.objects.count() == 1
        assert points(ann).available == 50


def test_forty_promises_of_one_key_are_one_reward(race, at_acme, ann):
    ids = race(40, lambda _: operations.accrue([promise(ann, "same")])[0].id)
    assert len(set(ids)) == 1
    with at_acme():
        assert points(ann).pending == 10
        assert RewardMove.objects.count() == 1


def test_fifty_redemptions_of_ten_points_take_exactly_ten(race, at_acme, ann):
    with at_acme():
        operations.earn_points([operations.Grant(ann.id, 4, "a", "order"), operations.Grant(ann.id, 6, "b", "order")])
    got = race(50, lambda n: operations.redeem_points(ann.id, amount=1, reason="", key=str(n)).kind)
    assert (got.count("redemption"), got.count(InsufficientBalance)) == (10, 40)
    with at_acme():
        assert points(ann).available == 0


def test_twenty_four_settlers_settle_each_reward_once(race, at_acme, ann, bea):
    with at_acme():
        operations.accrue([promise(ann if n % 2 else bea, f"r{n}") for n in range(300)])
    got = race(24, lambda _: operations.settle_due(limit=40), days=14)
    assert sum(got) == 300
    with at_acme():
        assert (points(ann).pending, points(ann).available) == (0, 1500)
        assert (points(bea).pending, points(bea).available) == (0, 1500)
        assert Lot.objects.count() == 300


def test_the_ledger_settles_once_even_when_told_the_same_ids_at_once(race, at_acme, ann):
    with at_acme():
        ids = [reward.id for reward in operations.accrue([promise(ann, f"r{n}") for n in range(50)])]
    got = race(24, lambda _: len(ledger.settle(ids)), days=14)
    assert sorted(got) == [0] * 23 + [50]
    with at_acme():  # the ledger alone moves balances; bring the rewards along so that the books can be proved
        assert points(ann).available == 500
        for reward_id in ids:
            entry = JournalEntry.objects.get(key=f"settle:{reward_id}")
            Reward.objects.filter(id=reward_id).update(state="available")
            RewardMove.objects.create(
                reward_id=reward_id, before="accrued", after="available", amount=10, cause="hold_ended", entry_id=entry.id,
                occurred_at=door.moment(),
            )  # fmt: skip


def test_two_hundred_promises_never_exceed_one_budget(race, at_acme, ann, bea):
    with at_acme():
        budget = operations.open_budget(name="Spring", currency="GBP", limit_minor=1005)
    got = race(200, lambda n: len(operations.accrue([promise(ann if n % 2 else bea, f"r{n}", budget_id=budget.id)])))
    assert (got.count(1), got.count(BudgetExhausted)) == (100, 100)
    with at_acme():
        budget.refresh_from_db()
        assert (budget.reserved_minor, budget.committed_minor) == (1000, 0)
        assert points(ann).pending + points(bea).pending == 1000


def test_refund_and_settlement_at_once_take_the_part_back_once(race, at_acme, ann):
    with at_acme():
        ids = [reward.id for reward in operations.accrue([promise(ann, f"r{n}") for n in range(40)])]

    def work(number):
        if number % 4 == 0:
            return operations.settle_due(limit=7)
        return operations.keep_only(ids[number % 40], keep=4, cause="refund", key=f"refund:{number % 40}").kept

    race(160, work, days=14)
    race(1, lambda _: operations.settle_due(limit=100), days=14)
    with at_acme():
        assert (points(ann).pending, points(ann).available, points(ann).owed) == (0, 30 * 4 + 10 * 10, 0)


def test_one_coupon_is_used_by_one_of_many_tills(race, at_acme, ann):
    with at_acme():
        kind = operations.ensure_coupon_kind(code="W", name={}, currency="GBP", value_minor=500)
        operations.accrue(
            [
                operations.Promise(
                    key="c", kind="coupon", customer_id=ann.id, role="referee", hold_until=door.moment(),
                    coupon_kind_id=kind.id,
                )
            ]
        )  # fmt: skip
        operations.settle_due(limit=1)
        code = Coupon.objects.get().code

    def work(number):
        from rewards.errors import CouponUsed

        try:
            return operations.redeem_coupon(
                code, source="shop", external_id=str(number), order_minor=900, currency="GBP"
            ).discount_minor
        except CouponUsed:
            return CouponUsed

    got = race(20, work)
    assert got.count(500) == 1
    with at_acme():
        assert JournalEntry.objects.filter(kind="redemption").count() == 1


def test_expiry_and_redemption_share_a_lot_exactly(race, at_acme, ann):
    with at_acme():
        operations.set_points_expiry(1)
        operations.earn_points([operations.Grant(ann.id, 5, f"g{n}", "order") for n in range(20)])
        operations.set_points_expiry(12)
        operations.earn_points([operations.Grant(ann.id, 5, f"h{n}", "order") for n in range(20)])

    def work(number):
        if number % 2:
            return operations.expire_lots(limit=6)
        return operations.redeem_points(ann.id, amount=5, reason="", key=str(number)).kind

    got = race(40, work, days=31)
    assert sum(one for one in got if isinstance(one, int)) == 20
    assert got.count("redemption") == 20
    with at_acme():
        assert points(ann).available == 0
