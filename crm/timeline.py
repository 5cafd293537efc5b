"""What happened with a customer, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from crm.models import Case, Consent, ContactVisit, Customer, LeadMove, Order, Refund, SurveyAnswer, Task
from crm.queries.pool import moves_of
from crm.queries.talk import Principal, files_of, hand_overs_of, interactions_of
from crm.timeline_deals import deal_facts
from tenancy.models import Membership


@dataclass(frozen=True)
class TimelineItem:
    """One thing that happened. `kind` says which template shows it, `facts` what it shows."""

    kind: str
    occurred_at: datetime
    subject_id: UUID
    facts: dict[str, Any] = field(default_factory=dict)
    row: Any = field(default=None, compare=False)  # for a page that offers to change it; never leaves the house


def timeline(
    customer_id: UUID,
    limit: int = 100,
    *,
    reader: Principal | None = None,
    until: datetime | None = None,
    customer: Customer | None = None,
) -> list[TimelineItem]:
    """Tell what happened with a customer in this room up to a moment; upper rooms add theirs and sort again.

    Notes of a team are told to `reader` only where they may read them; without a reader, to nobody.
    """
    customer = customer or Customer.objects.get(id=customer_id)
    items = [TimelineItem("customer_created", customer.created_at, customer.id, {"source": customer.source})]
    items += _interactions(customer_id, limit, reader, until)
    for tell in (_orders, _refunds, _tasks, _consents, _files, _hand_overs, _pool):
        items += tell(customer_id, limit, until)
    for tell in (_deals, _leads, _cases, _visits, _answers):
        items += tell(customer_id, limit)
    return newest_first([item for item in items if until is None or item.occurred_at <= until], limit)


def newest_first(items: list[TimelineItem], limit: int) -> list[TimelineItem]:
    return sorted(items, key=lambda item: (item.occurred_at, item.subject_id), reverse=True)[:limit]


def _up_to(rows: QuerySet, field: str, until: datetime | None) -> QuerySet:
    return rows.filter(**{f"{field}__lte": until}) if until else rows


def _interactions(customer_id, limit, reader, until) -> Iterator[TimelineItem]:
    rows = _up_to(interactions_of(customer_id, reader), "occurred_at", until)
    for row in rows.order_by("-occurred_at", "-id")[:limit]:
        facts = {"kind": row.kind, "text": row.text, "author": _name(row.author)}
        more = {"minutes": row.minutes, "result": row.result, "team": row.team.name if row.team else ""}
        facts |= {name: value for name, value in more.items() if value}
        yield TimelineItem("interaction", row.occurred_at, row.id, facts, row)


def _orders(customer_id: UUID, limit: int, until: datetime | None) -> Iterator[TimelineItem]:
    rows = _up_to(Order.objects.filter(customer_id=customer_id), "placed_at", until)
    for row in rows.order_by("-placed_at", "-id")[:limit]:
        facts = {"external_id": row.external_id, "total_minor": row.total_minor, "currency": row.currency}
        yield TimelineItem("order_placed", row.placed_at, row.id, facts)
        if row.paid_at:
            yield TimelineItem("order_paid", row.paid_at, row.id, facts)
        if row.cancelled_at:
            yield TimelineItem("order_cancelled", row.cancelled_at, row.id, facts)


def _refunds(customer_id: UUID, limit: int, until: datetime | None) -> Iterator[TimelineItem]:
    rows = _up_to(Refund.objects.filter(order__customer_id=customer_id), "refunded_at", until)
    for row in rows.order_by("-refunded_at", "-id")[:limit]:
        facts = {"order_id": row.order_id, "amount_minor": row.amount_minor, "currency": row.currency, "reason": row.reason}
        yield TimelineItem("order_refunded", row.refunded_at, row.id, facts)
        if row.cancelled_at:
            yield TimelineItem("refund_cancelled", row.cancelled_at, row.id, facts | {"reason": row.cancel_reason})


def _tasks(customer_id: UUID, limit: int, until: datetime | None) -> Iterator[TimelineItem]:
    rows = _up_to(Task.objects.filter(customer_id=customer_id), "created_at", until)
    rows = rows.order_by(F("completed_at").desc(nulls_first=True), "-id")
    for row in rows[:limit]:
        facts = {"title": row.title, "state": row.state, "due_at": row.due_at, "outcome": row.outcome}
        yield TimelineItem("task_added", row.created_at, row.id, facts)
        if row.completed_at:
            yield TimelineItem("task_closed", row.completed_at, row.id, facts)


def _consents(customer_id: UUID, limit: int, until: datetime | None) -> Iterator[TimelineItem]:
    rows = _up_to(Consent.objects.filter(customer_id=customer_id), "occurred_at", until)
    for row in rows.order_by("-occurred_at", "-id")[:limit]:
        facts = {"purpose": row.purpose, "channel": row.channel, "is_granted": row.is_granted}
        yield TimelineItem("consent", row.occurred_at, row.id, facts)


def _files(customer_id: UUID, limit: int, until: datetime | None) -> Iterator[TimelineItem]:
    for row in _up_to(files_of(customer_id, with_removed=True), "created_at", until)[:limit]:
        facts = {"name": row.name, "size": row.size, "is_removed": row.removed_at is not None, "author": _name(row.author)}
        yield TimelineItem("file_added", row.created_at, row.id, facts)
        if row.removed_at:
            yield TimelineItem("file_removed", row.removed_at, row.id, facts)


def _hand_overs(customer_id: UUID, limit: int, until: datetime | None) -> Iterator[TimelineItem]:
    for row in _up_to(hand_overs_of(customer_id), "asked_at", until)[:limit]:
        facts = {"giver": _name(row.giver), "receiver": _name(row.receiver), "note": row.note, "answer": row.answer}
        yield TimelineItem("hand_over_asked", row.asked_at, row.id, facts)
        if row.answered_at:
            yield TimelineItem(f"hand_over_{row.state}", row.answered_at, row.id, facts)


def _pool(customer_id: UUID, limit: int, until: datetime | None) -> Iterator[TimelineItem]:
    for row in _up_to(moves_of(customer_id), "occurred_at", until)[:limit]:
        facts = {"giver": _name(row.from_member), "receiver": _name(row.to_member), "note": row.note}
        yield TimelineItem(f"pool_{row.kind}", row.occurred_at, row.id, facts)


_TOLD_OF_LEADS = ("captured", "qualified", "unqualified", "converted", "recycled")


def _deals(customer_id: UUID, limit: int) -> Iterator[TimelineItem]:
    return (TimelineItem(*told) for told in deal_facts(customer_id, limit))


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


def _answers(customer_id: UUID, limit: int) -> Iterator[TimelineItem]:
    rows = SurveyAnswer.objects.filter(customer_id=customer_id).select_related("survey").order_by("-answered_at", "-id")
    for row in rows[:limit]:
        facts = {
            "survey": row.survey.name, "survey_id": row.survey_id, "score": row.score, "kind": row.survey.kind,
            "comment": row.comment, "is_low": row.is_low,
        }  # fmt: skip
        yield TimelineItem("survey_answered", row.answered_at, row.id, facts)


def _name(member: Membership | None) -> str:
    return str(member.user) if member else ""
