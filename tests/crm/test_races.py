"""What two transactions at once must not do to an order."""

import threading

from django.db import connection

from crm import queries
from crm.models import Order, Refund
from foundation.errors import DomainError
from tenancy import door


def _at_once(organisation, *verbs):
    """Run each verb in a thread and a transaction of its own, all let go together; give the error codes."""
    together, codes = threading.Barrier(len(verbs)), []

    def run(verb):
        try:
            together.wait(10)
            with door.organisation(organisation.id):
                verb()
            codes.append("")
        except DomainError as error:
            codes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[verb]) for verb in verbs]
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


def test_an_order_and_its_early_refund_always_find_each_other(acme, at_acme, ann, order_of, refund_of):
    for n in range(6):
        facts = {"external_id": f"r{n}", "order_external_id": str(n)}
        assert _at_once(acme, lambda n=n: order_of(ann, external_id=str(n)), lambda f=facts: refund_of(**f)) == ["", ""]
    with at_acme():
        assert Refund.objects.filter(order=None).count() == 0
        assert set(queries.kept_minor(Order.objects.values_list("id", flat=True)).values()) == {9_000}


def test_the_same_order_at_once_is_recorded_once(acme, at_acme, ann, order_of, told):
    assert _at_once(acme, *[lambda: order_of(ann)] * 4) == [""] * 4
    with at_acme():
        assert Order.objects.count() == 1
    assert len(told("order.changed")) == 1
