"""Reads of customers, orders and what happened with them."""

from crm.queries.care import care_policy
from crm.queries.cases import case_figures, case_figures_by, case_views, cases, categories, moves_of, ratings_of, said_in
from crm.queries.contact_plans import enrolments_of, plan_figures, plans, visits, visits_of
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
from crm.queries.tasks import (
    by_due,
    comments_of,
    feed_member,
    feed_of,
    feed_tasks,
    open_tasks,
    overdue_tasks,
    tasks,
    tasks_between,
)
from crm.timeline import TimelineItem, timeline

__all__ = [
    "TimelineItem",
    "addresses",
    "by_due",
    "care_policy",
    "case_figures",
    "case_figures_by",
    "case_views",
    "cases",
    "categories",
    "comments_of",
    "customers",
    "enrolments_of",
    "feed_member",
    "feed_of",
    "feed_tasks",
    "find_by_contact",
    "has_consented",
    "is_existing_customer",
    "kept_minor",
    "kept_spend",
    "moves_of",
    "open_tasks",
    "orders",
    "overdue_tasks",
    "paid_orders_of",
    "plan_figures",
    "plans",
    "present_consents",
    "products",
    "ratings_of",
    "said_in",
    "search_ids",
    "tasks",
    "tasks_between",
    "timeline",
    "visits",
    "visits_of",
    "waiting_refunds",
    "wants_reminders",
]
