"""Real threads at the shelf: nothing is sold twice, nobody gets more than their share."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from crm.operations import record_customer
from foundation.errors import DomainError
from foundation.ids import new_id
from rewards import operations, queries
from rewards.errors.catalogue import ItemLimitReached, OrderCannotMove, OutOfStock
from rewards.errors.general import InsufficientBalance
from rewards.models import CatalogueItem, GiftOrder, JournalEntry, StockMove


@pytest.fixture
def race(at_acme):
    """Let many do the same at once, each in a transaction and connection of its own: race(40, work) gives what each got."""

    def run(times, work):
        def one(number):
            try:
                with at_acme():
                    return work(number)
            except DomainError as refusal:
                return type(refusal)
            finally:
                connections["default"].close()

        with ThreadPoolExecutor(12) as threads:
            return list(threads.map(one, range(times)))

    yield run
    with at_acme():
        assert queries.verify_books().wrong == ()


@pytest.fixture
def crowd(at_acme):
    """Forty customers with 100 points each."""
    with at_acme():
        people = [record_customer(name=f"Guest {n}", email=f"guest{n}@example.com") for n in range(40)]
        operations.earn_points([operations.Grant(one.id, 100, f"start {n}", "order") for n, one in enumerate(people)])
    return people


@pytest.fixture
def item(at_acme):
    """Put a thing on the shelf: item(stock=7)."""

    def make(**facts):
        with at_acme():
            return operations.create_item(
                kind="gift", name={"en": "Mug", "zh-hans": "杯子"}, points=60, can_be_fetched=True, **facts
            )

    return make


def test_forty_hands_at_seven_mugs_get_seven(race, at_acme, crowd, item):
    mug = item(stock=7)
    got = race(40, lambda n: operations.order_gift(mug.id, crowd[n].id, key=str(n)).state)
    assert (got.count("ordered"), got.count(OutOfStock)) == (7, 33)
    with at_acme():
        assert CatalogueItem.objects.get().stock == 0
        assert GiftOrder.objects.count() == JournalEntry.objects.filter(kind="redemption").count() == 7


def test_forty_orders_of_one_person_keep_to_the_limit(race, at_acme, crowd, item):
    mug = item(stock=None, per_customer=3)
    ann = crowd[0]
    with at_acme():
        operations.earn_points([operations.Grant(ann.id, 10_000, "plenty", "order")])
    got = race(40, lambda n: operations.order_gift(mug.id, ann.id, key=str(n)).state)
    assert (got.count("ordered"), got.count(ItemLimitReached)) == (3, 37)


def test_points_for_one_of_two_things_buy_one(race, at_acme, crowd, item):
    things = [item(stock=7), item(stock=7)]
    got = race(2, lambda n: operations.order_gift(things[n].id, crowd[0].id, key=str(n)).state)
    assert sorted(map(str, got)) == sorted(["ordered", str(InsufficientBalance)])
    with at_acme():
        assert queries.available_points([crowd[0].id]) == {crowd[0].id: 40}
        assert sum(CatalogueItem.objects.values_list("stock", flat=True)) == 13


def test_forty_requests_of_one_key_are_one_order(race, at_acme, crowd, item):
    mug = item(stock=7)
    got = race(40, lambda _: operations.order_gift(mug.id, crowd[0].id, key="same").id)
    assert len(set(got)) == 1
    with at_acme():
        assert (CatalogueItem.objects.get().stock, GiftOrder.objects.count()) == (6, 1)


def test_twenty_cancellers_give_back_once(race, at_acme, crowd, item):
    mug = item(stock=7)
    with at_acme():
        order = operations.order_gift(mug.id, crowd[0].id, key="1")
    got = race(20, lambda _: operations.cancel_gift(order.id).state)
    assert got.count("cancelled") == 20
    with at_acme():
        assert queries.available_points([crowd[0].id]) == {crowd[0].id: 100}
        assert (CatalogueItem.objects.get().stock, StockMove.objects.count()) == (7, 3)


def test_packing_and_cancelling_at_once_end_in_one_of_both(race, at_acme, crowd, item):
    mug = item(stock=7)
    with at_acme():
        orders = [operations.order_gift(mug.id, crowd[n].id, key=str(n)) for n in range(7)]

    def work(n):
        verb = operations.make_gift_ready if n % 2 else operations.cancel_gift
        return verb(orders[n // 2].id).state

    got = race(14, work)
    with at_acme():
        states = [GiftOrder.objects.get(id=order.id).state for order in orders]
        cancelled = states.count("cancelled")
        assert CatalogueItem.objects.get().stock == cancelled
        assert all(state in ("cancelled", "ready") for state in states)
        assert set(got) <= {"cancelled", "ready", OrderCannotMove}


def test_codes_go_to_one_order_each(race, at_acme, crowd):
    with at_acme():
        cinema = operations.create_item(kind="voucher", name={"en": "Cinema", "zh-hans": "电影票"}, points=60, stock=0)
        operations.add_codes(cinema.id, [f"CODE-{n}" for n in range(7)])
    got = race(40, lambda n: operations.order_gift(cinema.id, crowd[n].id, key=str(n)).issued)
    codes = [code for code in got if isinstance(code, str)]
    assert sorted(codes) == [f"CODE-{n}" for n in range(7)]


def test_rewards_and_orders_share_the_last_pieces(race, at_acme, crowd, item):
    mug = item(stock=7)
    rewards = [new_id() for _ in range(20)]

    def work(n):
        if n % 2:
            return operations.deliver_gift(mug.id, crowd[n].id, key=f"reward {n}", reward_id=rewards[n // 2]).state
        return operations.order_gift(mug.id, crowd[n].id, key=f"order {n}").state

    got = race(40, work)
    assert (got.count("ordered"), got.count(OutOfStock)) == (7, 33)
