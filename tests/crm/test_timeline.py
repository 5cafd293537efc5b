from datetime import timedelta

import pytest

from crm import operations, queries
from crm.models import Customer
from tenancy import door


def test_everything_that_happened_newest_first(at_acme, ann, order_of, refund_of):
    with at_acme(hours=1):
        operations.record_interaction(ann.id, kind="call", text="Asked about tea")
    with at_acme(hours=2):
        order, _ = order_of(ann, status="placed")
    with at_acme(hours=3):
        operations.pay_order(order.id)
    with at_acme(hours=4):
        refund_of(amount_minor=500)
    with at_acme(hours=5):
        task = operations.add_task(key="k", title="Call back", due_at=door.moment() + timedelta(days=1), customer_id=ann.id)
    with at_acme(hours=6):
        operations.record_consent(
            ann.id, purpose="marketing", channel="email", is_granted=True, text_version="1", language="en", source="staff"
        )
    with at_acme(hours=7):
        operations.complete_task(task.id, "reached")
    with at_acme(hours=8):
        items = queries.timeline(ann.id)
    assert [item.kind for item in items] == [
        "task_closed",
        "consent",
        "task_added",
        "order_refunded",
        "order_paid",
        "order_placed",
        "interaction",
        "customer_created",
    ]
    assert items[0].facts["outcome"] == "reached"
    assert items[3].facts["amount_minor"] == 500
    assert items[6].facts == {"kind": "call", "text": "Asked about tea", "author": ""}


def test_no_more_than_asked_for(at_acme, ann, order_of):
    with at_acme():
        for number in range(5):
            order_of(ann, external_id=str(number))
        assert len(queries.timeline(ann.id, limit=3)) == 3


def test_bea_does_not_show_on_anns_timeline(at_acme, ann, bea, order_of):
    with at_acme():
        order_of(bea)
        assert [item.kind for item in queries.timeline(ann.id)] == ["customer_created"]


def test_at_globex_there_is_no_ann(ann, globex):
    with door.organisation(globex.id), pytest.raises(Customer.DoesNotExist):
        queries.timeline(ann.id)
