"""Reads of orders and refunds, and of the money that came and stayed."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from crm.models import Order, Product, Refund
from crm.rules import PAID
from tenancy import door
from tenancy.models import Organisation


def orders() -> QuerySet[Order]:
    """List orders with customer, lines and refunds, `refunded_minor` and `kept_minor` beside them."""
    return _with_sums(Order.objects.select_related("customer").prefetch_related("lines", "refunds"))


def _with_sums(orders: QuerySet[Order]) -> QuerySet[Order]:
    refunds = Refund.objects.filter(order_id=OuterRef("id"), organisation_id=OuterRef("organisation_id"), cancelled_at=None)
    sums = refunds.order_by().values("order_id").annotate(sum=Sum("amount_minor")).values("sum")
    return orders.annotate(refunded_minor=Coalesce(Subquery(sums), 0))


def kept_minor(order_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Say how much of each order's money has come and stayed: 0 unless paid, 0 when cancelled."""
    rows = _with_sums(Order.objects.filter(id__in=list(order_ids)))
    values = rows.values_list("id", "status", "total_minor", "refunded_minor")
    return {id: total - refunded if status == PAID else 0 for id, status, total, refunded in values}


def kept_spend(
    customer_ids: Iterable[UUID] | None, since: datetime, until: datetime, *, currency: str | None = None
) -> dict[UUID, int]:
    """Sum what customers paid in [since, until) and have not got back, in the organisation's currency unless told.

    Refunds count against their order's date, whenever they came. None means everybody; who spent nothing is left out.
    """
    paid = _paid_orders(customer_ids, since, until, currency)
    counted = Refund.objects.filter(order__in=paid, cancelled_at=None)
    refunds = counted.values("order__customer_id").annotate(sum=Sum("amount_minor"))
    spent = {row["customer_id"]: row["sum"] for row in paid.values("customer_id").annotate(sum=Sum("total_minor"))}
    for row in refunds:
        spent[row["order__customer_id"]] -= row["sum"]
    return spent


def _paid_orders(customer_ids, since, until, currency) -> QuerySet[Order]:
    currency = currency or Organisation.objects.get(id=door.organisation_id()).currency
    paid = Order.objects.filter(status=PAID, currency=currency, paid_at__gte=since, paid_at__lt=until)
    if customer_ids is None:
        return paid.filter(customer__isnull=False).order_by()
    return paid.filter(customer_id__in=list(customer_ids)).order_by()


def is_existing_customer(customer_id: UUID, before: datetime) -> bool:
    """Say whether the customer had paid an order before this moment (one cancelled since does not count)."""
    return Order.objects.filter(customer_id=customer_id, status=PAID, paid_at__lt=before).exists()


def paid_orders_of(customer_id: UUID) -> QuerySet[Order]:
    """List a customer's paid orders, first paid first, with `refunded_minor`."""
    return _with_sums(Order.objects.filter(customer_id=customer_id, status=PAID)).order_by("paid_at", "id")


def waiting_refunds() -> QuerySet[Refund]:
    """List refunds whose order is unknown or unpaid, or that do not fit it."""
    return Refund.objects.filter(order=None, cancelled_at=None).order_by("-id")


def products() -> QuerySet[Product]:
    return Product.objects.all()
