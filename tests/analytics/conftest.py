"""Orders, made by hand."""

from datetime import datetime, timedelta

import pytest

from crm.models import Customer, Order, Refund
from tenancy import door


@pytest.fixture
def customer():
    """Make a customer: customer("Cat"); inside the door."""

    def make(name: str, *, created_at: datetime | None = None) -> Customer:
        return Customer.objects.create(name=name, search_text=name.lower(), created_at=created_at or door.moment())

    return make


@pytest.fixture
def order():
    """Make a paid order: order(cat, 5, 1200) was paid five days ago; inside the door."""

    def make(customer, days_ago: float, total_minor: int, *, refunded: int = 0, status="paid", currency="GBP") -> Order:
        at = door.moment() - timedelta(days=days_ago)
        number = str(Order.objects.count() + 1)
        row = Order.objects.create(
            source="shop", external_id=number, input_hash="", customer=customer, status=status, currency=currency,
            total_minor=total_minor, placed_at=at, paid_at=at,
        )  # fmt: skip
        if refunded:
            Refund.objects.create(
                source="shop", external_id=f"r{number}", order_external_id=number, order=row, currency=currency,
                amount_minor=refunded, refunded_at=door.moment(),
            )  # fmt: skip
        return row

    return make
