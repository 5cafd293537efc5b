"""What tests of the loyalty room need: a programme, and orders."""

from itertools import count

import pytest

from crm.models import Order, Refund
from loyalty import listeners, operations
from rewards import queries as rewards
from tenancy import door
from tenancy.models import Event

_numbers = count(1)


@pytest.fixture
def programme(at_acme):
    """One point a pound; gold from 500 pounds (1.5 times), platinum from 2,000 (twice)."""
    with at_acme():
        operations.set_up_programme()
        operations.set_up_default_tiers("GBP")


@pytest.fixture
def buys(ann):
    """Write an order that is paid now; the loyalty room has not heard of it yet."""

    def buy(total_minor, *, customer=ann, currency="GBP", **fields):
        now = door.moment()
        return Order.objects.create(
            **{
                "source": "shop", "external_id": f"l{next(_numbers)}", "input_hash": "", "customer": customer,
                "status": "paid", "currency": currency, "total_minor": total_minor, "placed_at": now, "paid_at": now,
            } | fields
        )  # fmt: skip

    return buy


@pytest.fixture
def refunds():
    def refund(order, amount_minor):
        return Refund.objects.create(
            source=order.source, external_id=f"l{next(_numbers)}", order_external_id=order.external_id, order=order,
            currency=order.currency, amount_minor=amount_minor, refunded_at=door.moment(),
        )  # fmt: skip

    return refund


@pytest.fixture
def heard():
    """Let the listener hear of orders, as the worker does."""

    def hear(*orders):
        listeners.on_orders_changed([Event(kind="order.changed", subject_id=order.id) for order in orders])

    return hear


@pytest.fixture
def points():
    """Look at a customer's points: (available, owed)."""

    def look(customer):
        lines = [line for line in rewards.balances(customer.id) if line.unit == "POINT"]
        return (lines[0].available, lines[0].owed) if lines else (0, 0)

    return look


@pytest.fixture(autouse=True)
def books_are_whole(at_acme):
    yield
    with at_acme():
        assert rewards.verify_books().wrong == ()
