"""Pay and cancel orders, and what follows from it."""

from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from uuid import UUID

from crm import rules
from crm.errors import OrderIsCancelled
from crm.models import Customer, Order
from crm.operations.waiting_refunds import attach_waiting_refunds
from tenancy import audit, door, events

_MANY = 200  # from here on a table between is worth its making


def pay_order(order_id: UUID, *, paid_at: datetime | None = None) -> Order:
    """Note that an order was paid; paying it again changes nothing."""
    order = Order.objects.select_for_update().get(id=order_id)
    if order.status == rules.CANCELLED:
        raise OrderIsCancelled
    if order.status == rules.PLACED:
        order.status, order.paid_at = rules.PAID, paid_at or door.moment()
        order.save(update_fields=["status", "paid_at"])
        audit.record("order.paid", order)
        now_paid([order])
    return order


def cancel_order(order_id: UUID, *, cancelled_at: datetime | None = None) -> Order:
    """Cancel an order: nothing of its money counts any more. Cancelling it again changes nothing."""
    order = Order.objects.select_for_update().get(id=order_id)
    if order.status != rules.CANCELLED:
        before = order.status
        order.status, order.cancelled_at = rules.CANCELLED, cancelled_at or door.moment()
        order.save(update_fields=["status", "cancelled_at"])
        audit.record("order.cancelled", order, {"status": [before, order.status]})
        announce_orders([order], "cancelled")
    return order


def now_paid(orders: Sequence[Order], *, undated: Set[UUID] = frozenset()) -> None:
    """Do what follows when orders have become paid: the event, waiting refunds, the customer's stage.

    `undated` names orders whose time was not told: the moment of telling stands in, and no refund is older than its order.
    """
    if not orders:
        return
    announce_orders(orders, "paid")
    announce_orders(attach_waiting_refunds(orders, undated=undated), "refunded")
    advance_customers({order.customer_id for order in orders if order.customer_id})


def advance_customers(customer_ids: set[UUID]) -> dict[UUID, str]:
    """Make customers of those who have bought; tell the stages they were at."""
    early = Customer.objects.filter(id__in=customer_ids, stage__in=[Customer.Stage.PROSPECT, Customer.Stage.LEAD])
    held = early.select_for_update(no_key=True).order_by("id").values_list("id", "stage")
    stages = dict(held) if customer_ids else {}
    if stages:
        Customer.objects.filter(id__in=stages).update(stage=Customer.Stage.CUSTOMER)
    noted = [(id, {"stage": [stage, Customer.Stage.CUSTOMER]}) for id, stage in stages.items()]
    audit.record_all("customer.stage", Customer, noted)
    publish = events.publish_all if len(stages) > _MANY else events.publish_many
    publish("customer.stage", [(id, None, {"stage": Customer.Stage.CUSTOMER}) for id in stages])
    return stages


def announce_orders(orders: Iterable[Order], cause: str) -> None:
    """Tell upstairs that the kept amount or the status of orders may be another one now."""
    facts = [(o.id, None, {"customer_id": str(o.customer_id) if o.customer_id else None, "cause": cause}) for o in orders]
    events.publish_many("order.changed", facts)
