from datetime import timedelta
from uuid import uuid4

import pytest

from crm import operations
from crm.errors import ContactPointsDiffer, InvalidAmount, OrderConflict, OrderIsCancelled, UnknownCustomer
from crm.models import ContactPoint, Customer, Order, OrderLine, Product
from crm.operations import CustomerReference, OrderLineReport
from tenancy import door
from tenancy.models import Event

TEA = OrderLineReport(sku="tea", name="Green tea", category="drinks", quantity=2, unit_minor=4_000, amount_minor=8_000)
CUP = OrderLineReport(sku="cup", name="Cup", quantity=1, unit_minor=2_000, amount_minor=2_000)


def test_a_paid_order_is_recorded_with_its_lines(at_acme, ann, order_of, told, audited):
    with at_acme():
        order, is_new = order_of(ann, lines=[TEA, CUP])
        order.refresh_from_db()
        assert is_new
        assert (order.customer_id, order.status, order.currency, order.total_minor) == (ann.id, "paid", "GBP", 10_000)
        assert order.placed_at == order.paid_at == door.moment()
        lines = OrderLine.objects.filter(order=order).order_by("position")
        assert list(lines.values_list("position", "product__sku", "quantity", "amount_minor")) == [
            (1, "tea", 2, 8_000),
            (2, "cup", 1, 2_000),
        ]
        assert list(Product.objects.order_by("sku").values_list("sku", "name", "category")) == [
            ("cup", "Cup", ""),
            ("tea", "Green tea", "drinks"),
        ]
    assert told("order.changed") == [(order.id, {"customer_id": str(ann.id), "cause": "paid"})]
    assert audited("order.recorded") == [("order.recorded", {"status": "paid", "total_minor": 10_000})]


def test_the_first_paid_order_makes_a_prospect_a_customer(at_acme, ann, bea, order_of, audited):
    with at_acme():
        order_of(ann, status="placed")
        assert Customer.objects.get(id=ann.id).stage == "prospect"
        order_of(ann, external_id="2")
        order_of(ann, external_id="3")
        assert Customer.objects.get(id=ann.id).stage == "customer"
        operations.update_customer(bea.id, stage="loyal")
        order_of(bea, external_id="4")
        assert Customer.objects.get(id=bea.id).stage == "loyal"
    assert audited("customer.stage") == [("customer.stage", {"stage": ["prospect", "customer"]})]


def test_replay_returns_the_first_answer(at_acme, ann, order_of, told):
    with at_acme():
        first, _ = order_of(ann, lines=[TEA])
    with at_acme(days=1):
        again, is_new = order_of(ann, lines=[TEA])
        assert (again.id, is_new) == (first.id, False)
        by_email, _ = order_of(lines=[TEA], customer=CustomerReference(email="ann@example.com"))
        assert (by_email.id, by_email.placed_at) == (first.id, first.placed_at)
        assert Order.objects.count() == OrderLine.objects.count() == 1
    assert len(told("order.changed")) == 1


@pytest.mark.parametrize(
    ("facts", "differs"),
    [
        ({"total_minor": 9_999}, "total"),
        ({"currency": "EUR"}, "currency"),
        ({"customer": CustomerReference(email="bea@example.com")}, "customer"),
        ({"customer": CustomerReference(email="nobody@example.com", name="Nobody")}, "customer"),
        ({"customer": CustomerReference()}, "customer"),
        ({"lines": [TEA]}, "lines"),
    ],
)
def test_the_same_number_for_another_order_is_a_conflict(at_acme, ann, bea, order_of, told, facts, differs):
    with at_acme():
        order_of(ann)
        with pytest.raises(OrderConflict) as refused:
            order_of(ann, **facts)
        assert refused.value.facts == {"source": "shop", "external_id": "1", "differs": differs}
        assert list(Order.objects.values_list("total_minor", "currency", "customer_id")) == [(10_000, "GBP", ann.id)]
        assert Customer.objects.count() == 2
    assert len(told("order.changed")) == 1


def test_the_same_number_from_another_source_is_another_order(at_acme, ann, order_of):
    with at_acme():
        order_of(ann)
        assert order_of(ann, source="till")[1] is True


def test_the_same_number_at_globex_is_another_order(at_acme, ann, order_of, globex):
    with at_acme():
        order_of(ann)
    with door.organisation(globex.id):
        assert order_of(total_minor=7)[1] is True
    with at_acme():
        assert Order.objects.get().total_minor == 10_000


@pytest.mark.parametrize("reference", [{"email": "ANN@example.com"}, {"phone": "07700 900001"}])
def test_customers_are_found_by_their_contacts(at_acme, ann, order_of, reference):
    with at_acme():
        assert order_of(customer=CustomerReference(**reference))[0].customer_id == ann.id


def test_a_sale_without_a_customer_is_recorded(at_acme, order_of, told):
    with at_acme():
        order, _ = order_of()
    assert told("order.changed") == [(order.id, {"customer_id": None, "cause": "paid"})]


def test_an_unknown_customer_with_a_name_is_made(at_acme, order_of, told):
    with at_acme():
        order, _ = order_of(customer=CustomerReference(email="cat@example.com", external_id="C9", name="Cat"))
        cat = Customer.objects.get()
        assert (order.customer_id, cat.name, cat.source, cat.stage) == (cat.id, "Cat", "api", "customer")
        assert ContactPoint.objects.count() == 2
        again, is_new = order_of(customer=CustomerReference(email="cat@example.com", external_id="C9", name="Cat"))
        assert (again.id, is_new) == (order.id, False)
    assert [payload for _, payload in told("customer.created")] == [{"source": "api"}]


@pytest.mark.parametrize(
    "reference", [CustomerReference(customer_id=uuid4(), name="Cat"), CustomerReference(email="cat@example.com")]
)
def test_an_unknown_customer_without_a_name_is_refused(at_acme, order_of, reference):
    with at_acme():
        with pytest.raises(UnknownCustomer):
            order_of(customer=reference)
        assert Order.objects.count() == Customer.objects.count() == 0


def test_a_customer_of_globex_is_unknown(ann, globex, order_of):
    with door.organisation(globex.id):
        with pytest.raises(UnknownCustomer):
            order_of(ann)
        assert Order.objects.count() == 0


def test_contacts_of_two_customers_are_refused(at_acme, ann, bea, order_of):
    with at_acme():
        with pytest.raises(ContactPointsDiffer):
            order_of(customer=CustomerReference(email="ann@example.com", phone="+447700900002", name="Ann"))
        assert Order.objects.count() == 0


def test_a_negative_total_is_refused(at_acme, ann, order_of):
    with at_acme():
        with pytest.raises(InvalidAmount):
            order_of(ann, total_minor=-1)
        assert Order.objects.count() == Event.objects.filter(kind="order.changed").count() == 0


def test_another_currency_than_the_organisations_is_recorded(at_acme, ann, order_of):
    with at_acme():
        assert order_of(ann, currency="EUR")[0].currency == "EUR"


def test_an_order_told_again_as_paid_is_paid(at_acme, ann, order_of, told):
    with at_acme():
        order, _ = order_of(ann, status="placed")
    with at_acme(days=1):
        again, is_new = order_of(ann, status="paid")
        again.refresh_from_db()
        assert (again.id, is_new, again.status, again.paid_at) == (order.id, False, "paid", door.moment())
        order_of(ann, status="placed")
        assert Order.objects.get().status == "paid"
    assert [payload["cause"] for _, payload in told("order.changed")] == ["recorded", "paid"]


def test_pay_and_cancel_once(at_acme, ann, order_of, told):
    with at_acme():
        order, _ = order_of(ann, status="placed")
        operations.pay_order(order.id)
        operations.pay_order(order.id)
        assert Customer.objects.get(id=ann.id).stage == "customer"
        operations.cancel_order(order.id)
        operations.cancel_order(order.id)
        with pytest.raises(OrderIsCancelled):
            operations.pay_order(order.id)
        assert Order.objects.get().status == "cancelled"
    assert [payload["cause"] for _, payload in told("order.changed")] == ["recorded", "paid", "cancelled"]


def test_a_payment_keeps_its_own_time(at_acme, ann, order_of):
    with at_acme():
        placed_at = door.moment() - timedelta(days=3)
        order, _ = order_of(ann, placed_at=placed_at)
        later, _ = order_of(ann, external_id="2", placed_at=placed_at, paid_at=door.moment())
        assert (order.paid_at, later.paid_at) == (placed_at, door.moment())
