"""Reads of customers, orders and what happened with them."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import phonenumbers
from django.db import connection
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from crm.models import Consent, ContactPoint, Customer, CustomerTag, Order, Product, Refund, Task
from crm.rules import PAID, phone_prefixes
from crm.timeline import TimelineItem, timeline
from tenancy import door
from tenancy.models import Organisation

__all__ = ["TimelineItem", "timeline"]


# --- customers -----------------------------------------------------------------------------------------


def customers() -> QuerySet[Customer]:
    """List customers with what a list shows: owner, contacts, tags; four statements however long it is."""
    contacts = ContactPoint.objects.order_by("kind", "-is_primary", "id")
    return Customer.objects.select_related("owner__user").prefetch_related(
        Prefetch("contact_points", queryset=contacts),
        Prefetch("tags", queryset=CustomerTag.objects.select_related("tag").order_by("tag__name")),
    )


def search_ids(text: str, limit: int = 20) -> list[UUID]:
    """Find customers as people type: a name, its pinyin or initials, digits of a phone, the start of an e-mail.

    Best matches first.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())[:100].replace("\x00", "")
    if not plain:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM crm_search_customers(%s, %s, %s::text[], %s)",
            [door.organisation_id(), plain, phone_prefixes(plain, _calling_code()), limit],
        )
        return [row[0] for row in cursor.fetchall()]


def _calling_code() -> int:
    return phonenumbers.country_code_for_region(Organisation.objects.get(id=door.organisation_id()).country)


def find_by_contact(kind: str, normalised: str) -> Customer | None:
    """Find whose contact this is; `normalised` as crm.rules.read_contact writes it."""
    return Customer.objects.filter(contact_points__kind=kind, contact_points__normalised=normalised).first()


def addresses(customer_ids: Iterable[UUID], kind: str = "email") -> dict[UUID, str]:
    """Give the primary contact of a kind for each customer who has one."""
    points = ContactPoint.objects.filter(customer_id__in=list(customer_ids), kind=kind, is_primary=True)
    return dict(points.values_list("customer_id", "normalised"))


def present_consents(customer_id: UUID) -> dict[tuple[str, str], Consent]:
    """Give the newest consent of each (purpose, channel)."""
    rows = Consent.objects.filter(customer_id=customer_id).order_by("occurred_at", "id")
    return {(consent.purpose, consent.channel): consent for consent in rows}


def has_consented(customer_id: UUID, *, purpose: str, channel: str = "email") -> bool:
    """Say whether the newest word of the customer on this is a yes."""
    consent = present_consents(customer_id).get((purpose, channel))
    return bool(consent and consent.is_granted)


def wants_reminders(customer_id: UUID) -> bool:
    """Say whether reminders by e-mail are welcome: until the customer has said no."""
    consent = present_consents(customer_id).get((Consent.Purpose.REMINDERS, "email"))
    return consent is None or consent.is_granted


# --- orders ----------------------------------------------------------------------------------------------


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


# --- tasks -----------------------------------------------------------------------------------------------


def tasks() -> QuerySet[Task]:
    """List tasks with customer and assignee."""
    return Task.objects.select_related("customer", "assignee__user")


def open_tasks() -> QuerySet[Task]:
    """List what is to be done, most urgent first."""
    return tasks().filter(state=Task.State.OPEN).order_by("due_at", "priority", "id")


def overdue_tasks(moment: datetime) -> QuerySet[Task]:
    return open_tasks().filter(due_at__lt=moment)
