"""Refunds that were told before their order was there or paid."""

from collections.abc import Sequence, Set
from datetime import timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, Sum
from django.utils.translation import gettext, override

from crm import rules
from crm.models import Order, Refund, Task
from crm.operations.identity import here
from crm.operations.tasks import add_task
from tenancy import audit, door

REVIEW_WITHIN = timedelta(days=1)


def refunded_of(order_ids) -> dict[UUID, int]:
    """Sum the refunds of each order."""
    counted = Refund.objects.filter(order_id__in=list(order_ids), cancelled_at=None)
    rows = counted.values("order_id").annotate(sum=Sum("amount_minor"))
    return {row["order_id"]: row["sum"] for row in rows}


def attach_waiting_refunds(orders: Sequence[Order], *, undated: Set[UUID] = frozenset()) -> list[Order]:
    """Let waiting refunds count for these paid, locked orders; give back the orders that got some.

    A refund that does not fit keeps waiting, with its problem and a task for staff:
    the money was given back, so neither forgetting nor cutting it would be true.
    """
    waiting = _waiting_for(orders)
    touched = [order for order in orders if (order.source, order.external_id) in waiting]
    refunded = refunded_of(order.id for order in touched) if touched else {}
    attached: list[Refund] = []
    for order in touched:
        left = order.total_minor - refunded.get(order.id, 0)
        told = waiting[order.source, order.external_id]
        fitting, problems = rules.fit_waiting(order, told, left, is_dated=order.id not in undated)
        for refund in fitting:
            refund.order, refund.problem = order, ""
        for refund, error in problems:
            _ask_staff(refund, order, error.code)
        attached += fitting
    if attached:
        Refund.objects.bulk_update(attached, ["order", "problem"])
    audit.record_many("refund.attached", [(refund, {"order_id": str(refund.order_id)}) for refund in attached])
    with_refunds = {refund.order_id for refund in attached}
    return [order for order in touched if order.id in with_refunds]


def _waiting_for(orders: Sequence[Order]) -> dict[tuple[str, str], list[Refund]]:
    by_source: dict[str, list[str]] = {}
    for order in orders:
        by_source.setdefault(order.source, []).append(order.external_id)
    keys = reduce(or_, (Q(source=s, order_external_id__in=ids) for s, ids in by_source.items()))
    found: dict[tuple[str, str], list[Refund]] = {}
    for refund in Refund.objects.select_for_update().filter(keys, order=None, cancelled_at=None).order_by("id"):
        found.setdefault((refund.source, refund.order_external_id), []).append(refund)
    return found


def _ask_staff(refund: Refund, order: Order, problem: str) -> None:
    Refund.objects.filter(id=refund.id).update(problem=problem)
    refund.problem = problem
    facts = {"refund": refund.external_id, "order": order.external_id, "source": order.source}
    with override(here().language):
        title = gettext("Check refund %(refund)s of order %(order)s") % facts
        script = gettext(
            "The shop “%(source)s” reported this refund before its order. Now that the order is here, the refund does "
            "not fit: it is too large, dated before the order, or in another currency. It does not count until somebody "
            "has cleared it up with the shop."
        )
    add_task(
        key=f"refund:{refund.id}:review",
        title=title,
        script=script % facts,
        due_at=door.moment() + REVIEW_WITHIN,
        customer_id=order.customer_id,
        priority=Task.Priority.HIGH,
    )
