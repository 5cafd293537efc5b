from datetime import timedelta

from crm import operations, queries
from tenancy import door


def test_kept_is_what_was_paid_and_not_given_back(at_acme, ann, order_of, refund_of):
    with at_acme():
        paid, _ = order_of(ann)
        refund_of(amount_minor=2_500)
        placed, _ = order_of(ann, external_id="2", status="placed")
        cancelled, _ = order_of(ann, external_id="3")
        operations.cancel_order(cancelled.id)
        assert queries.kept_minor([paid.id, placed.id, cancelled.id]) == {paid.id: 7_500, placed.id: 0, cancelled.id: 0}


def test_spend_counts_paid_orders_of_the_window_in_the_house_currency(at_acme, ann, bea, order_of, refund_of):
    with at_acme():
        now = door.moment()
        order_of(ann, external_id="1", placed_at=now - timedelta(days=10))
        refund_of(order_external_id="1", amount_minor=1_000)
        order_of(ann, external_id="2", placed_at=now - timedelta(days=400))
        order_of(ann, external_id="3", currency="EUR")
        order_of(ann, external_id="4", status="placed")
        order_of(bea, external_id="5", placed_at=now)
        order_of(external_id="6")
        since, until = now - timedelta(days=365), now
        assert queries.kept_spend([ann.id, bea.id], since, until) == {ann.id: 9_000}
        assert queries.kept_spend(None, since, until + timedelta(seconds=1)) == {ann.id: 9_000, bea.id: 10_000}
        assert queries.kept_spend([ann.id], since, until + timedelta(seconds=1), currency="EUR") == {ann.id: 10_000}


def test_spend_of_globex_is_not_seen(at_acme, ann, order_of, globex):
    with at_acme():
        order_of(ann)
        window = door.moment() - timedelta(days=1), door.moment() + timedelta(days=1)
    with door.organisation(globex.id):
        assert queries.kept_spend(None, *window) == queries.kept_spend([ann.id], *window) == {}


def test_an_existing_customer_had_paid_before(at_acme, ann, bea, order_of):
    with at_acme():
        order, _ = order_of(ann)
        order_of(bea, external_id="2", status="placed")
        assert queries.is_existing_customer(ann.id, order.paid_at) is False
        assert queries.is_existing_customer(ann.id, order.paid_at + timedelta(seconds=1)) is True
        assert queries.is_existing_customer(bea.id, order.paid_at + timedelta(days=1)) is False


def test_customers_are_found_by_contact(at_acme, ann, globex):
    with at_acme():
        assert queries.find_by_contact("email", "ann@example.com") == ann
        assert queries.find_by_contact("phone", "ann@example.com") is None
        assert queries.addresses([ann.id]) == {ann.id: "ann@example.com"}
    with door.organisation(globex.id):
        assert queries.find_by_contact("email", "ann@example.com") is None
