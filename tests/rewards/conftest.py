"""What tests of the strong room need: promises, and a look at what a customer has."""

from datetime import timedelta

import pytest

from rewards import operations, queries
from rewards.models import Reward
from tenancy import door


@pytest.fixture
def promise(ann):
    """Promise something to ann for fourteen days: promise(100), inside the door."""

    def make(amount=100, *, key="reward:1", kind=Reward.Kind.POINTS, customer=ann, days=14, **facts):
        return operations.Promise(
            key=key, kind=kind, customer_id=customer.id, role="referrer", amount=amount,
            hold_until=door.moment() + timedelta(days=days), **facts,
        )  # fmt: skip

    return make


@pytest.fixture
def has():
    """Look at what a customer has of a unit: (pending, available, owed)."""

    def look(customer, unit="POINT"):
        found = {line.unit: (line.pending, line.available, line.owed) for line in queries.balances(customer.id)}
        return found.get(unit, (0, 0, 0))

    return look


@pytest.fixture
def budget_figures():
    """Look at a budget, when it has followed what was used: (reserved, committed, spent)."""

    def look(budget):
        operations.follow_spending()
        budget.refresh_from_db()
        return budget.reserved_minor, budget.committed_minor, budget.spent_minor

    return look


@pytest.fixture
def welcome(at_acme):
    """A coupon kind: five pounds off from thirty pounds, valid sixty days."""
    with at_acme():
        return operations.ensure_coupon_kind(
            code="WELCOME", name={"en": "Welcome", "zh-hans": "欢迎券"}, currency="GBP", value_minor=500, minimum_minor=3000
        )


@pytest.fixture
def books_are_whole(at_acme):
    """After the test, whatever it did, the books must be whole."""
    yield
    with at_acme():
        report = queries.verify_books()
    assert report.wrong == ()


@pytest.fixture
def put_in():
    """Put something into the catalogue: put_in("Mug", stock=7), inside the door."""

    def make(title, *, kind="gift", **facts):
        usual = {"name": {"en": title, "zh-hans": title}, "points": 500, "stock": 10}
        ways = {"can_be_sent": kind == "gift", "can_be_fetched": kind == "gift"}
        return operations.create_item(kind=kind, **usual | ways | facts)

    return make


@pytest.fixture
def rich(at_acme, ann):
    """Ann with 2,000 points that never expire."""
    with at_acme():
        operations.set_points_expiry(None)
        operations.earn_points([operations.Grant(ann.id, 2000, "plenty", "order")])
    return ann


@pytest.fixture
def cash_of():
    """Look at what a customer's account in pounds holds of what payouts move."""

    def look(customer):
        from rewards.models import Account, Balance

        account = Account.objects.filter(customer=customer, unit__code="GBP").first()
        held = Balance.objects.filter(id=account.id).values().first() if account else {}
        return {name: held.get(name, 0) for name in ("available", "paying", "paid", "arrears")}

    return look
