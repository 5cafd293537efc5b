"""Imports take the same path as a single verb, a thousand at a time."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import operations, queries
from crm.models import Customer, Order, OrderLine, Product, Refund
from crm.operations import CustomerReference, OrderLineReport, OrderReport, RefundReport
from tenancy import door
from tenancy.models import AuditRecord, Event


def _order(number, customer=None, **facts):
    told = {"source": "import", "external_id": str(number), "currency": "GBP", "total_minor": 1_000}
    return OrderReport(**told | {"customer": customer or CustomerReference()} | facts)


def _refund(number, order, amount_minor=100, **facts):
    told = {"source": "import", "external_id": f"r{number}", "order_external_id": str(order), "currency": "GBP"}
    return RefundReport(**told | {"amount_minor": amount_minor} | facts)


def _codes(answers):
    return ["new" if a.is_new else "again" for a in answers if hasattr(a, "row")] + [
        a.error.code for a in answers if hasattr(a, "error")
    ]


def _file(count):
    """Orders of count/4 customers, three lines each of twenty products."""
    return [
        _order(
            n,
            CustomerReference(external_id=f"C{n % (count // 4)}", name=f"Customer {n % (count // 4)}"),
            lines=[OrderLineReport(sku=f"S{(n + k) % 20}", name="Thing", quantity=1, amount_minor=333) for k in range(3)],
            customer_source="import",
        )
        for n in range(count)
    ]


def test_good_orders_are_recorded_beside_bad_ones(at_acme, ann):
    with at_acme():
        answers = operations.record_orders(
            [
                _order(1, CustomerReference(customer_id=ann.id)),
                _order(2, CustomerReference(email="nobody@example.com")),
                _order(3, total_minor=-5),
                _order(1, CustomerReference(customer_id=ann.id)),
                _order(1, total_minor=7),
                _order(4, CustomerReference(phone="12", name="Dee")),
                _order(5),
            ]
        )
        answered = [getattr(answer, "is_new", None) for answer in answers]
        assert answered == [True, None, None, False, None, None, True]
        codes = [answer.error.code for answer in answers if hasattr(answer, "error")]
        assert codes == ["unknown_customer", "invalid_amount", "order_conflict", "invalid_phone"]
        assert answers[3].row.id == answers[0].row.id
        assert list(Order.objects.order_by("external_id").values_list("external_id", flat=True)) == ["1", "5"]
        assert Customer.objects.count() == 1


def test_a_batch_makes_a_customer_of_many_orders_once(at_acme):
    with at_acme():
        operations.record_orders(_file(40))
        assert Customer.objects.count() == 10
        assert set(Customer.objects.values_list("stage", "source")) == {("customer", "import")}
        assert (OrderLine.objects.count(), Product.objects.count()) == (120, 20)


def test_a_second_load_changes_nothing(at_acme):
    with at_acme():
        operations.record_orders(_file(40))
    with at_acme(days=1):
        before = [model.objects.count() for model in (Order, OrderLine, Customer, Product, Event, AuditRecord)]
        assert not any(answer.is_new for answer in operations.record_orders(_file(40)))
        assert [model.objects.count() for model in (Order, OrderLine, Customer, Product, Event, AuditRecord)] == before


def test_refunds_in_one_batch_share_what_is_left(at_acme):
    with at_acme():
        operations.record_orders([_order(1), _order(2)])
        answers = operations.record_refunds(
            [_refund(1, 1, 600), _refund(2, 1, 600), _refund(3, 1, 400), _refund(1, 1, 600), _refund(1, 1, 5), _refund(4, 9)]
        )
        assert [getattr(answer, "is_new", None) for answer in answers] == [True, None, True, False, None, True]
        assert [a.error.code for a in answers if hasattr(a, "error")] == ["refund_too_large", "refund_conflict"]
        kept = queries.kept_minor(Order.objects.values_list("id", flat=True))
        assert sorted(kept.values()) == [0, 1_000]
        assert Refund.objects.get(external_id="r4").order_id is None


def test_waiting_refunds_meet_a_batch_of_orders(at_acme):
    with at_acme():
        operations.record_refunds([_refund(n, n, 100 * n) for n in range(1, 13)])
        operations.record_orders([_order(n) for n in range(1, 13)])
        fitting = Refund.objects.filter(order__isnull=False)
        assert (fitting.count(), Refund.objects.filter(problem="refund_too_large").count()) == (10, 2)


def _statements(work):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        work()
    return len(captured)


def test_a_thousand_orders_take_as_many_statements_as_ten(at_acme):
    with at_acme():
        few = _statements(lambda: operations.record_orders(_file(8)))
    with at_acme():
        reports = [_order(f"b{report.external_id}", report.customer, lines=report.lines) for report in _file(1_000)]
        many = _statements(lambda: operations.record_orders(reports))
        assert Order.objects.count() == 1_008
    assert many <= few + 12, (few, many)  # 3,000 lines and a thousand orders go in by more than one INSERT
    assert many <= 45


def test_a_thousand_refunds_take_as_many_statements_as_ten(at_acme):
    with at_acme():
        operations.record_orders([_order(n) for n in range(1_000)])
    with at_acme():
        refunds = [_refund(n, n, refunded_at=door.moment() + timedelta(days=1)) for n in range(1_000)]
        assert _statements(lambda: operations.record_refunds(refunds)) <= 20
        assert Refund.objects.filter(order__isnull=False).count() == 1_000
