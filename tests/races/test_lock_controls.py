"""Negative controls: with one lock of the ledger taken away, the races must turn red."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, OperationalError

from rewards import ledger, operations, queries
from rewards.errors.general import InsufficientBalance
from tests.conftest import NOON
from tests.races.conftest import THREADS, Race

DUE = NOON + timedelta(days=14)


@pytest.fixture
def collide(house, acme):
    """Race as the others do, but bear errors and deadlocks: they are what is looked for."""
    race = Race(house)

    def run(times, work):
        def one(number):
            try:
                return race.apart(acme, lambda: work(number))
            except DatabaseError as error:
                return error

        with ThreadPoolExecutor(THREADS) as threads:
            return list(threads.map(one, range(times)))

    return run


@pytest.fixture
def held_by(at_acme):
    """Look at what a customer has, days later: (pending, available, owed)."""

    def look(customer, days=0):
        with at_acme(days=days):
            line = queries.balances(customer.id)[0]
            return line.pending, line.available, line.owed

    return look


def test_without_the_lock_of_balances_a_settlement_misses_a_debt(
    changed_function, in_thread, waits_for, acme, at_acme, ann, held_by
):
    """The scenario of test_a_debt_that_comes_while_a_settlement_waits_is_repaid."""
    with at_acme():
        promise = operations.Promise(key="r", kind="points", customer_id=ann.id, role="referrer", amount=100, hold_until=DUE)
        operations.accrue([promise])
        [origin] = operations.earn_points([operations.Grant(ann.id, 30, "g", "order")])
        operations.redeem_points(ann.id, amount=30, reason="mug", key="1")
    with changed_function("ledger_settle", "FOR NO KEY UPDATE OF b", ""):
        with at_acme(days=14):
            operations.take_back_points([operations.TakeBack(ann.id, 30, "t", "refund", (origin,))])
            settled = in_thread(acme, lambda: operations.settle_due(limit=10), moment=DUE)
            waits_for(1)
        assert settled() == 1
    assert held_by(ann, 14) == (0, 100, 30)  # she owes and has at once
    with at_acme(days=14):
        assert [row.rule for row in queries.verify_books().wrong] == ["who owes has nothing"]


def test_without_the_lock_of_a_balance_redemptions_meet_in_a_lot(changed_function, collide, at_acme, ann):
    """The lots' own constraint then stops what the lock would have refused in words."""
    with at_acme():
        operations.earn_points([operations.Grant(ann.id, 5, f"g{n}", "order") for n in range(17)])
    with changed_function(
        "ledger_move",
        "WHERE b.organisation_id = organisation AND b.id = account FOR NO KEY UPDATE;\n  IF NOT FOUND",
        "WHERE b.organisation_id = organisation AND b.id = account;\n  PERFORM pg_sleep(0.005);\n  IF NOT FOUND",
    ):
        got = collide(50, lambda n: operations.redeem_points(ann.id, amount=5, reason="", key=str(n)).kind)
    assert (got.count("redemption"), got.count(InsufficientBalance)) != (17, 33)
    assert any(isinstance(one, DatabaseError) for one in got)


def test_without_the_order_of_locks_batches_wait_in_a_ring(changed_function, collide, at_acme, ann, bea):
    with at_acme():
        unit = operations.ensure_units()["POINT"]
        operations.earn_points([operations.Grant(one.id, 1000, f"g{one.id}", "order") for one in (ann, bea)])

    def work(number):
        people = (ann, bea) if number % 2 else (bea, ann)
        arrows = tuple(ledger.Arrow(one.id, unit.id, "available", "redeemed", 3) for one in people)
        return ledger.post([ledger.Entry("redemption", f"down {number}", arrows)])[0].is_new

    disorder = "ORDER BY md5(b.id::text || pg_backend_pid())"
    with changed_function("ledger_post", "ORDER BY b.id\n  FOR", f"{disorder}\n  FOR"):
        rounds = (collide(12, lambda number, turn=turn: work(turn + number)) for turn in range(0, 1200, 12))
        assert any(isinstance(one, OperationalError) and "deadlock" in str(one) for got in rounds for one in got)
