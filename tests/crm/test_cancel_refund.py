"""A refund that was cancelled counts no more, wherever money is counted."""

import pytest

from analytics.queries.kept import KEPT_ORDERS, rows
from crm import operations, queries
from crm.errors import RefundTooLarge, UnknownRefund
from crm.models import Refund
from foundation.ids import new_id
from tenancy import door


def _causes(told):
    return [payload["cause"] for _, payload in told("order.changed")]


def test_the_money_counts_again_everywhere(at_acme, ann, order_of, refund_of, told, audited):
    with at_acme():
        order, _ = order_of(ann)
        refund, _ = refund_of(amount_minor=3_000)
        cancelled = operations.cancel_refund(refund.id, reason="the parcel was found")
        assert (cancelled.cancelled_at, cancelled.cancel_reason) == (door.moment(), "the parcel was found")
        assert queries.kept_minor([order.id]) == {order.id: 10_000}
        assert queries.orders().get().refunded_minor == 0
        now = door.moment()
        assert queries.kept_spend([ann.id], now.replace(hour=0), now.replace(hour=23)) == {ann.id: 10_000}
        facts = {"organisation": str(door.organisation_id())}
        assert rows(f"WITH {KEPT_ORDERS} SELECT kept_minor FROM kept_orders", facts) == [(10_000,)]
    assert _causes(told) == ["paid", "refunded", "refund_cancelled"]
    assert [action for action, _ in audited("refund.cancelled")] == ["refund.cancelled"]


def test_cancelling_again_changes_nothing(at_acme, ann, order_of, refund_of, told):
    with at_acme():
        order_of(ann)
        refund, _ = refund_of()
        operations.cancel_refund(refund.id)
    with at_acme(days=1):
        again = operations.cancel_refund(refund.id, reason="twice")
        assert (again.cancelled_at.day, again.cancel_reason) == (20, "")
    assert _causes(told) == ["paid", "refunded", "refund_cancelled"]


def test_told_again_it_stays_cancelled_and_another_may_take_its_room(at_acme, ann, order_of, refund_of):
    with at_acme():
        order, _ = order_of(ann)
        refund, _ = refund_of(amount_minor=10_000)
        with pytest.raises(RefundTooLarge):
            refund_of(external_id="r2", amount_minor=1)
        operations.cancel_refund(refund.id)
        again, is_new = refund_of(amount_minor=10_000)
        assert (again.id, is_new, queries.kept_minor([order.id])) == (refund.id, False, {order.id: 10_000})
        refund_of(external_id="r2", amount_minor=4_000)
        assert queries.kept_minor([order.id]) == {order.id: 6_000}


def test_one_that_waited_for_its_order_waits_no_more(at_acme, ann, order_of, refund_of, told):
    with at_acme():
        refund, _ = refund_of()
        operations.cancel_refund(refund.id)
        order, _ = order_of(ann)
        assert queries.kept_minor([order.id]) == {order.id: 10_000}
        assert Refund.objects.get().order_id is None
        assert not queries.waiting_refunds().exists()
    assert _causes(told) == ["paid"]


def test_who_cancels_what_is_not_there_is_told(at_acme, globex, ann, order_of, refund_of):
    with at_acme():
        order_of(ann)
        refund, _ = refund_of()
        with pytest.raises(UnknownRefund):
            operations.cancel_refund(new_id())
    with door.organisation(globex.id), pytest.raises(UnknownRefund):
        operations.cancel_refund(refund.id)
    with at_acme():
        assert Refund.objects.get().cancelled_at is None


def test_over_the_api(client, api_key, at_acme, ann, order_of, refund_of):
    with at_acme():
        order, _ = order_of(ann)
        refund, _ = refund_of(amount_minor=2_500)
    path, key = f"/api/v1/refunds/{refund.id}/cancel", api_key("orders:read", "orders:write")
    answer = client.post(path, {"reason": "kept it"}, "application/json", **key)
    assert (answer.status_code, answer.json()["state"], answer.json()["cancel_reason"]) == (200, "cancelled", "kept it")
    assert client.get(f"/api/v1/orders/{order.id}", **key).json()["kept_minor"] == 10_000
    assert len(client.get("/api/v1/refunds?state=cancelled", **key).json()["data"]) == 1
    assert client.get("/api/v1/refunds?state=counted", **key).json()["data"] == []
    assert client.post(f"/api/v1/refunds/{new_id()}/cancel", {}, "application/json", **key).status_code == 404
