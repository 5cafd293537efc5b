from datetime import timedelta

import pytest

from crm import operations, queries
from crm.errors import RefundBeforeOrder, RefundConflict, RefundNotPositive, RefundOtherCurrency, RefundTooLarge
from crm.models import Order, Refund, Task
from tenancy import door


def _causes(told):
    return [payload["cause"] for _, payload in told("order.changed")]


def test_a_refund_takes_from_what_was_kept(at_acme, ann, order_of, refund_of, told):
    with at_acme():
        order, _ = order_of(ann)
        refund, is_new = refund_of(amount_minor=3_000, reason="broken cup")
        assert (refund.order_id, refund.reason, is_new) == (order.id, "broken cup", True)
        assert queries.kept_minor([order.id]) == {order.id: 7_000}
    assert told("order.changed")[-1] == (order.id, {"customer_id": str(ann.id), "cause": "refunded"})


def test_told_twice_it_counts_once(at_acme, ann, order_of, refund_of, told):
    with at_acme():
        order, _ = order_of(ann)
        first, _ = refund_of(amount_minor=6_000)
        again, is_new = refund_of(amount_minor=6_000)
        assert (again.id, is_new) == (first.id, False)
        assert queries.kept_minor([order.id]) == {order.id: 4_000}
    assert _causes(told) == ["paid", "refunded"]


@pytest.mark.parametrize(
    ("facts", "differs"),
    [({"amount_minor": 2}, "amount"), ({"currency": "EUR"}, "currency"), ({"order_external_id": "2"}, "order")],
)
def test_the_same_number_for_another_refund_is_a_conflict(at_acme, ann, order_of, refund_of, facts, differs):
    with at_acme():
        order_of(ann)
        refund_of()
        with pytest.raises(RefundConflict) as refused:
            refund_of(**facts)
        assert refused.value.facts["differs"] == differs
        assert Refund.objects.get().amount_minor == 1_000


def test_more_than_what_is_left_is_refused(at_acme, ann, order_of, refund_of, told):
    with at_acme():
        order_of(ann)
        refund_of(amount_minor=6_000)
        with pytest.raises(RefundTooLarge) as refused:
            refund_of(external_id="r2", amount_minor=4_001)
        assert refused.value.facts == {"amount_minor": 4_001, "left_minor": 4_000}
        assert Refund.objects.count() == 1
        refund_of(external_id="r2", amount_minor=4_000)
    assert _causes(told) == ["paid", "refunded", "refunded"]


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"amount_minor": 0}, RefundNotPositive),
        ({"amount_minor": -1_000}, RefundNotPositive),
        ({"currency": "EUR"}, RefundOtherCurrency),
    ],
)
def test_a_refund_that_cannot_be_is_refused(at_acme, ann, order_of, refund_of, facts, error):
    with at_acme():
        order_of(ann)
        with pytest.raises(error):
            refund_of(**facts)
        assert Refund.objects.count() == 0


def test_a_refund_dated_before_its_order_is_refused(at_acme, ann, order_of, refund_of):
    with at_acme():
        order_of(ann)
        with pytest.raises(RefundBeforeOrder):
            refund_of(refunded_at=door.moment() - timedelta(seconds=1))
        assert Refund.objects.count() == 0


def test_told_before_its_order_it_waits_and_then_counts(at_acme, ann, order_of, refund_of, told):
    with at_acme():
        refund, is_new = refund_of(amount_minor=3_000)
        assert (refund.order_id, is_new) == (None, True)
        order, _ = order_of(ann)
        assert Refund.objects.get().order_id == order.id
        assert queries.kept_minor([order.id]) == {order.id: 7_000}
        assert Task.objects.count() == 0
    assert _causes(told) == ["paid", "refunded"]


def test_an_order_without_a_date_is_older_than_its_refund(at_acme, ann, order_of, refund_of):
    with at_acme():
        refund_of(amount_minor=3_000)
    with at_acme(days=1):
        order, _ = order_of(ann)
        assert Refund.objects.get().order_id == order.id


def test_for_an_unpaid_order_it_waits_for_the_payment(at_acme, ann, order_of, refund_of):
    with at_acme():
        order, _ = order_of(ann, status="placed")
        assert refund_of(amount_minor=3_000)[0].order_id is None
        assert queries.kept_minor([order.id]) == {order.id: 0}
        operations.pay_order(order.id)
        assert queries.kept_minor([order.id]) == {order.id: 7_000}


@pytest.mark.parametrize(
    ("order_facts", "refund_facts", "problem"),
    [
        ({"total_minor": 999}, {}, "refund_too_large"),
        ({"currency": "EUR"}, {}, "refund_other_currency"),
        ({}, {"refunded_at": timedelta(days=-1)}, "refund_before_order"),
    ],
)
def test_a_waiting_refund_that_does_not_fit_is_given_to_staff(
    at_acme, ann, order_of, refund_of, told, order_facts, refund_facts, problem
):
    with at_acme():
        facts = {name: door.moment() + shift for name, shift in refund_facts.items()}
        refund_of(**facts)
        order, is_new = order_of(ann, placed_at=door.moment(), **order_facts)
        refund = Refund.objects.get()
        assert (is_new, refund.order_id, refund.problem, refund.amount_minor) == (True, None, problem, 1_000)
        assert queries.kept_minor([order.id]) == {order.id: order.total_minor}
        task = Task.objects.get()
        assert (task.key, task.title, task.priority, task.customer_id) == (
            f"refund:{refund.id}:review", "Check refund r1 of order 1", Task.Priority.HIGH, ann.id,
        )  # fmt: skip
        order_of(ann, placed_at=door.moment(), **order_facts)
        assert Task.objects.count() == 1
    assert _causes(told) == ["paid"]


def test_of_two_waiting_refunds_the_older_counts_and_the_other_is_looked_at(at_acme, ann, order_of, refund_of):
    with at_acme():
        refund_of(external_id="r2", amount_minor=6_000, refunded_at=door.moment() + timedelta(days=2))
        refund_of(external_id="r1", amount_minor=6_000, refunded_at=door.moment() + timedelta(days=1))
        order, _ = order_of(ann)
        states = Refund.objects.order_by("external_id").values_list("external_id", "order_id", "problem")
        assert list(states) == [("r1", order.id, ""), ("r2", None, "refund_too_large")]


def test_a_refund_of_a_cancelled_order_is_noted_and_keeps_nothing(at_acme, ann, order_of, refund_of):
    with at_acme():
        order, _ = order_of(ann)
        operations.cancel_order(order.id)
        assert refund_of(amount_minor=10_000)[0].order_id == order.id
        assert queries.kept_minor([order.id]) == {order.id: 0}


def test_a_refund_at_globex_does_not_touch_the_same_number_at_acme(at_acme, ann, order_of, refund_of, globex):
    with at_acme():
        order, _ = order_of(ann)
    with door.organisation(globex.id):
        assert refund_of()[0].order_id is None
        assert Order.objects.count() == 0
    with at_acme():
        assert queries.kept_minor([order.id]) == {order.id: 10_000}
