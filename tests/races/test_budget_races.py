"""Many at once on one budget: nothing over its limit, nobody waiting in a ring, everything followed once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from rewards import operations
from rewards.errors.general import BudgetExhausted
from rewards.models import Budget, BudgetAlert, Reward, WaitingReward
from rewards.queries import verify_books
from rewards.rules.budgets import Funding
from tenancy import door
from tests.conftest import NOON


@pytest.fixture
def race(acme):
    """Let so many threads do something at the same moment; give what each got, refusals as their class."""

    def run(count, work, *, days=0):
        got, start = [None] * count, threading.Barrier(count)

        def one(number):
            try:
                start.wait()
                with door.organisation(acme.id, moment=NOON + timedelta(days=days)):
                    got[number] = work(number)
            except BudgetExhausted:
                got[number] = BudgetExhausted
            except Exception as error:
                got[number] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=one, args=[number]) for number in range(count)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        return got

    return run


@pytest.fixture(autouse=True)
def books_are_whole(at_acme):
    yield
    with at_acme(days=30):
        assert verify_books().wrong == ()


def promise(customer, key, *, amount=10, **facts):
    return operations.Promise(
        key=key, kind=Reward.Kind.POINTS, customer_id=customer.id, role="referrer", amount=amount,
        hold_until=NOON + timedelta(days=14), **facts,
    )  # fmt: skip


@pytest.fixture
def budget(at_acme):
    def open_one(limit, **settings):
        with at_acme():
            return operations.open_budget(name="Spring", currency="GBP", limit_minor=limit, **settings)

    return open_one


def test_what_is_cut_and_what_is_promised_cross_without_a_ring(race, at_acme, ann, bea, budget):
    """Half take from ann and give to bea, half the other way round, on two budgets that they meet in either order."""
    pair = sorted([budget(10_000).id, budget(10_000).id])
    people = (ann, bea)
    with at_acme():
        first = operations.accrue([promise(people[n % 2], f"old{n}", budget_id=pair[n // 2 % 2]) for n in range(24)])

    def work(number):
        cut = operations.Cut(first[number].id, 0, "refund", f"cut{number}")
        new = promise(people[(number + 1) % 2], f"new{number}", budget_id=pair[(number // 2 + 1) % 2])
        return len(operations.carry_out(promises=[new], cuts=[cut]))

    assert race(24, work) == [1] * 24
    with at_acme():
        assert [Budget.objects.get(id=one).reserved_minor for one in pair] == [120, 120]


def test_promises_over_the_limit_stop_at_what_may_be_approved(race, at_acme, ann, bea, budget):
    spring = budget(1000, policy="approve", overrun_percent=20)
    people = (ann, bea)
    with at_acme():
        operations.accrue([promise(ann, "first", amount=1000, budget_id=spring.id)])
    got = race(
        50,
        lambda n: len(operations.accrue([promise(people[n % 2], f"r{n}", budget_id=spring.id, funding=Funding.APPROVAL)])),
    )
    assert (got.count(1), got.count(BudgetExhausted)) == (20, 30)
    with at_acme():
        spring.refresh_from_db()
        assert (spring.reserved_minor, spring.overrun_minor) == (1200, 200)


def test_a_step_is_told_once_however_many_pass_it_together(race, at_acme, ann, bea, budget):
    spring = budget(200)
    people = (ann, bea)
    got = race(20, lambda n: len(operations.accrue([promise(people[n % 2], f"r{n}", budget_id=spring.id)])))
    assert got == [1] * 20
    with at_acme():
        told = BudgetAlert.objects.order_by("percent").values_list("percent", "direction")
        assert list(told) == [(50, "up"), (80, "up"), (95, "up"), (100, "up")]


def test_what_waits_is_funded_once(race, at_acme, ann, bea, budget):
    spring = budget(100)
    people = (ann, bea)
    with at_acme():
        operations.accrue([promise(people[n % 2], f"r{n}", budget_id=spring.id, funding=Funding.WAITING) for n in range(20)])
    got = race(8, lambda n: operations.release_waiting(limit=4))
    assert all(isinstance(one, int) for one in got)
    with at_acme():
        while operations.release_waiting(limit=4):
            pass
        spring.refresh_from_db()
        assert (spring.reserved_minor, WaitingReward.objects.count()) == (100, 10)
        assert Reward.objects.filter(state="accrued").count() == 10


def test_spending_is_followed_once_while_it_goes_on(race, at_acme, ann, bea, budget):
    spring = budget(10_000)
    people = (ann, bea)
    with at_acme():
        operations.accrue([promise(people[n % 2], f"r{n}", amount=50, budget_id=spring.id) for n in range(20)])
    with at_acme(days=15):
        operations.settle_due()

    def work(number):
        if number % 4 == 3:
            return operations.follow_spending(limit=5)
        operations.redeem_points(people[number % 2].id, amount=7, reason="gift", key=f"gift{number}")
        return 0

    got = race(40, work, days=16)
    assert all(isinstance(one, int) for one in got)
    with at_acme(days=16):
        while operations.follow_spending():
            pass
        spring.refresh_from_db()
        assert (spring.reserved_minor, spring.committed_minor, spring.spent_minor) == (0, 790, 210)
