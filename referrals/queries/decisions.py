"""Reads of decisions."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.queries.merging import former_ids
from referrals.models import Decision, Referral


def decisions_for(
    *, order_id: UUID | None = None, referral_id: UUID | None = None, customer_id: UUID | None = None
) -> QuerySet[Decision]:
    """Decisions, newest first. `customer_id` finds those about a customer's own orders and about their friends'."""
    rows = Decision.objects.select_related("rule_version")
    if order_id:
        rows = rows.filter(order_id=order_id)
    if referral_id:
        rows = rows.filter(referral_id=referral_id)
    if customer_id:
        rows = rows.filter(about_customer(customer_id))
    return rows.order_by("-id")


def about_customer(customer_id: UUID) -> Q:
    """Say how decisions name a customer; those of before a merge call them by their former id."""
    brought = Referral.objects.filter(referrer_id=customer_id).values("id")
    return Q(customer_id__in=[customer_id, *former_ids(customer_id)]) | Q(referral_id__in=brought)


def latest_decisions(order_ids: Sequence[UUID]) -> dict[UUID, Decision]:
    """Give the decision in force for each order, in one statement."""
    rows = Decision.objects.filter(order_id__in=order_ids).order_by("order_id", "-id").distinct("order_id")
    return {row.order_id: row for row in rows}


def latest_milestone_decisions(referral_ids: Sequence[UUID]) -> dict[tuple[UUID, str, str], Decision]:
    """Give the decision in force for each milestone and what it is about, by (referral, milestone, subject)."""
    rows = Decision.objects.filter(referral_id__in=referral_ids, subject_id__isnull=False)
    newest = rows.order_by("referral_id", "milestone", "subject_id", "-id").distinct(
        "referral_id", "milestone", "subject_id"
    )
    return {(row.referral_id, row.milestone, str(row.subject_id)): row for row in newest}
