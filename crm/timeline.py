"""What happened with a customer, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from crm.models import Case, Consent, ContactVisit, Customer, Interaction, LeadMove, Order, Refund, SurveyAnswer, Task
from crm.timeline_deals import deal_facts


@dataclass(frozen=True)
class TimelineItem:
    """One thing that happened. `kind` says which template shows it, `facts` what it shows."""

    kind: str
    occurred_at: datetime
    subject_id: UUID
    facts: dict[str, Any] = field(default_factory=dict)


def timeline(customer_id: UUID, limit: int = 100) -> list[TimelineItem]:
    """Tell what happened with a customer in this room; upper rooms add theirs and sort again."""
    customer = Customer.objects.get(id=customer_id)
    items = [TimelineItem("customer_created", customer.created_at, customer.id, {"source": customer.source})]
    for tell in _TELLERS:
        items += tell(customer_id, limit)
    return newest_first(items, limit)


def newest_first(items: list[TimelineItem], limit: int) -> list[TimelineItem]:
    return sorted(items, key=lambda item: (item.occurred_at, item.subject_id), reverse=True)[:limit]


def _interactions(customer_id: UUID, limit: int) -> Iterator[TimelineItem]:
    rows = Interaction.objects.filter(customer_id=customer_id).select_related("author__user").order_by("-occurred_at", "-id")
    for row in rows[:limit]:
        author = str(row.author.user) if row.author else ""
        yield TimelineItem("interaction", row.occurred_at, row.id, {"kind": row.kind, "text": row.text, "author": author})


def _deals(customer_id: UUID, limit: int) -> Iterator[TimelineItem]:
    return (TimelineItem(*told) for told in deal_facts(customer_id, limit))


def _orders(customer_id: UUID, limit: int) -> Iterator[TimelineItem]:
    for row in Order.objects.filter(customer_id=customer_id).order_by("-placed_at", "-id")[:limit]:
        facts = {"external_id": row.external_id, "total_minor": row.total_minor, "currency": row.currency}
        yield TimelineItem("order_placed", row.placed_at, row.id, facts)
        if row.paid_at:
            yield TimelineItem("order_paid", row.paid_at, row.id, facts)
        if row.cancelled_at:
            yield TimelineItem("order_cancelled", row.cancelled_at, row.id, facts)


def _refunds(customer_id: UUID, limit: int) -> Iterator[TimelineItem]:
    rows = Refund.objects.filter(order__customer_id=customer_id).order_by("-refunded_at", "-id")
    for row in rows[:limit]:
        facts = {"order_id": row.order_id, "amount_minor": row.amount_minor, "currency": row.currency, "reason": row.reason}
        yield TimelineItem("order_refunded", row.refunded_at, row.id, facts)
        if row.cancelled_at:
            yield TimelineItem("refund_cancelled", row.cancelled_at, row.id, facts | {"reason": row.cancel_reason})


def _tasks(customer_id: UUID, limit: int) -> Iterator[TimelineItem]:
    rows = Task.objects.filter(customer_id=customer_id).order_by(F("completed_at").desc(nulls_first=True), "-id")
    for row in rows[:limit]:
        facts = {"title": row.title, "state": row.state, "due_at": row.due_at, "outcome": row.outcome}
        yield TimelineItem("task_added", row.created_at, row.id, facts)
        if row.completed_at:
            yield TimelineItem("task_closed", row.completed_at, row.id, facts)


def _consents(customer_id: UUID, limit: int) -> Iterator[TimelineItem]:
    for row in Consent.objects.filter(customer_id=customer_id).order_by("-occurred_at", "-id")[:limit]:
        facts = {"purpose": row.purpose, "channel": row.channel, "is_granted": row.is_granted}
        yield TimelineItem("consent", row.occurred_at, row.id, facts)


def _answers(customer_id: UUID, limit: int) -> Iterator[TimelineItem]:
    rows = SurveyAnswer.objects.filter(customer_id=customer_id).select_related("survey").order_by("-answered_at", "-id")
    for row in rows[:limit]:
        facts = {
            "survey": row.survey.name, "survey_id": row.survey_id, "score": row.score, "kind": row.survey.kind,
            "comment": row.comment, "is_low": row.is_low,
        }  # fmt: skip
        yield TimelineItem("survey_answered", row.answered_at, row.id, facts)


_TOLD_OF_LEADS = ("captured", "qualified", "unqualified", "converted", "recycled")


def _leads(customer_id: UUID, limit: int) -> Iterator[TimelineItem]:
    rows = LeadMove.objects.filter(lead__customer_id=customer_id, kind__in=_TOLD_OF_LEADS).select_related("lead__form")
    for row in rows.order_by("-occurred_at", "-id")[:limit]:
        lead = row.lead
        facts = {
            "lead_id": lead.id, "source": lead.source, "form": lead.form.name if lead.form else "",
            "interest": lead.interest or lead.message[:200], "reason": row.reason, "detail": row.facts.get("detail", ""),
        }  # fmt: skip
        yield TimelineItem(f"lead_{row.kind}", row.occurred_at, row.id, facts)


def _cases(customer_id: UUID, limit: int) -> Iterator[TimelineItem]:
    rows = Case.objects.filter(customer_id=customer_id).prefetch_related("ratings")
    for row in rows.order_by("-opened_at", "-id")[:limit]:
        facts = {"number": row.number, "subject": row.subject, "status": row.status}
        yield TimelineItem("case_opened", row.opened_at, row.id, facts)
        if row.solved_at:
            yield TimelineItem("case_solved", row.solved_at, row.id, facts | {"resolution": row.resolution})
        for rating in row.ratings.all():
            rated = {"stars": rating.stars, "comment": rating.comment}
            yield TimelineItem("case_rated", rating.rated_at, row.id, facts | rated)


def _visits(customer_id: UUID, limit: int) -> Iterator[TimelineItem]:
    done = ContactVisit.objects.filter(customer_id=customer_id, done_at__isnull=False).select_related("step")
    for row in done.order_by("-done_at", "-id")[:limit]:
        facts = {
            "title": row.step.title, "state": row.state, "satisfied": row.satisfied, "has_problem": row.has_problem,
            "wants_to_buy": row.wants_to_buy, "text": row.text,
        }  # fmt: skip
        yield TimelineItem("visit_found", row.done_at, row.id, facts)


_TELLERS = (
    _interactions,
    _leads,
    _deals,
    _orders,
    _refunds,
    _tasks,
    _consents,
    _cases,
    _visits,
    _answers,
)
