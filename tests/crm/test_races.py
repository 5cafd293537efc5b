"""What two transactions at once must not do to an order."""

import threading

import pytest
from django.db import connection

from crm import queries
from crm.models import Order, Refund
from foundation.errors import DomainError
from tenancy import door


def _at_once(organisation, *verbs):
    """Run each verb in a thread and a transaction of its own, all let go together; give the error codes."""
    together, codes = threading.Barrier(len(verbs)), []

    def run(verb):
        together.wait(10)
        try:
            _inside(organisation, verb)
            codes.append("")
        except DomainError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=_closing(lambda verb=verb: run(verb))) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(codes) == len(verbs)
    return sorted(codes)


def test_refunds_at_once_never_exceed_the_order(acme, at_acme, ann, order_of, refund_of):
    with at_acme():
        order, _ = order_of(ann)
    refunds = [lambda n=n: refund_of(external_id=f"r{n}", amount_minor=3_000) for n in range(8)]
    assert _at_once(acme, *refunds) == [""] * 3 + ["refund_too_large"] * 5
    with at_acme():
        assert queries.kept_minor([order.id]) == {order.id: 1_000}


def test_the_same_refund_at_once_counts_once(acme, at_acme, ann, order_of, refund_of):
    with at_acme():
        order, _ = order_of(ann)
    assert _at_once(acme, *[lambda: refund_of(amount_minor=3_000)] * 4) == [""] * 4
    with at_acme():
        assert queries.kept_minor([order.id]) == {order.id: 7_000}


@pytest.mark.parametrize("first_told", ["refund", "order"])
def test_an_order_and_its_refund_find_each_other_before_either_is_committed(
    acme, at_acme, ann, order_of, refund_of, first_told
):
    """The first stays uncommitted until the second has been told, or waits for it: half a second."""
    is_told, is_over = threading.Event(), threading.Event()
    verbs = {"order": lambda: order_of(ann), "refund": lambda: refund_of()}

    def first():
        verbs.pop(first_told)()
        is_told.set()
        is_over.wait(0.5)

    def second():
        is_told.wait(10)
        _inside(acme, verbs.popitem()[1])
        is_over.set()

    threads = [threading.Thread(target=_closing(work)) for work in (lambda: _inside(acme, first), second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with at_acme():
        assert queries.kept_minor([Order.objects.get().id]) == {Order.objects.get().id: 9_000}
        assert Refund.objects.get().order_id is not None


def _inside(organisation, work):
    with door.organisation(organisation.id):
        work()


def _closing(work):
    def run():
        try:
            work()
        finally:
            connection.close()

    return run


def test_the_same_order_at_once_is_recorded_once(acme, at_acme, ann, order_of, told):
    assert _at_once(acme, *[lambda: order_of(ann)] * 4) == [""] * 4
    with at_acme():
        assert Order.objects.count() == 1
    assert len(told("order.changed")) == 1
