"""Reads of customers, orders and what happened with them."""

from crm.queries.customers import (
    addresses,
    customers,
    find_by_contact,
    has_consented,
    present_consents,
    search_ids,
    wants_reminders,
)
from crm.queries.purchases import (
    is_existing_customer,
    kept_minor,
    kept_spend,
    orders,
    paid_orders_of,
    products,
    waiting_refunds,
)
from crm.queries.tasks import open_tasks, overdue_tasks, tasks
from crm.timeline import TimelineItem, timeline

__all__ = [
    "TimelineItem",
    "addresses",
    "customers",
    "find_by_contact",
    "has_consented",
    "is_existing_customer",
    "kept_minor",
    "kept_spend",
    "open_tasks",
    "orders",
    "overdue_tasks",
    "paid_orders_of",
    "present_consents",
    "products",
    "search_ids",
    "tasks",
    "timeline",
    "waiting_refunds",
    "wants_reminders",
]
