"""Reads of what was said about customers, of their files, and of customers on their way to another colleague."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from crm.models import Case, ContactPoint, Customer, CustomerFile, CustomerLook, Deal, HandOver, Interaction, Lead, Task
from crm.rules.cases import UNFINISHED
from crm.rules.leads import IN_HAND
from tenancy.models import AuditRecord, Membership


class Principal(Protocol):
    """A member of staff or the holder of a key."""

    def may(self, permission: str) -> bool: ...


def interactions_of(customer_id: UUID, reader: Principal | None) -> QuerySet[Interaction]:
    """List what was said and done with a customer, as far as this reader may read it."""
    return readable(Interaction.objects.filter(customer_id=customer_id), reader).select_related("author__user", "team")


def readable(rows: QuerySet[Interaction], reader: Principal | None) -> QuerySet[Interaction]:
    """Leave out what was removed, and notes of teams that this reader does not belong to."""
    rows = rows.filter(removed_at=None)
    if not isinstance(reader, Membership):
        return rows.filter(is_team_only=False)
    if reader.role == Membership.Role.OWNER:
        return rows
    own = Q(author=reader.id) | Q(team__lead=reader.id) | Q(mentions__member=reader.id)
    if reader.team_id:
        own |= Q(team=reader.team_id)
    return rows.filter(Q(is_team_only=False) | own).distinct()


def pinned_notes(customer_id: UUID, reader: Principal | None) -> QuerySet[Interaction]:
    return interactions_of(customer_id, reader).filter(pinned_at__isnull=False).order_by("-pinned_at")


def files_of(customer_id: UUID, *, with_removed: bool = False) -> QuerySet[CustomerFile]:
    """List a customer's files, newest first, without their content."""
    rows = CustomerFile.objects.filter(customer_id=customer_id).defer("content").select_related("author__user")
    return (rows if with_removed else rows.filter(removed_at=None)).order_by("-created_at", "-id")


def hand_overs_of(customer_id: UUID) -> QuerySet[HandOver]:
    rows = HandOver.objects.filter(customer_id=customer_id).select_related("giver__user", "receiver__user")
    return rows.order_by("-asked_at", "-id")


def hand_overs_waiting(member_id: UUID) -> QuerySet[HandOver]:
    """List the customers that a colleague is asked to take over."""
    waiting = HandOver.objects.filter(receiver_id=member_id, state=HandOver.State.WAITING)
    return waiting.select_related("customer", "giver__user").order_by("asked_at", "id")


def employees_of(company_id: UUID) -> QuerySet[Customer]:
    """List the people who work at a company."""
    return Customer.objects.filter(company_id=company_id).order_by("search_text", "id")


# --- who looked ---------------------------------------------------------------------------------------------


def changes_of(customer_id: UUID) -> QuerySet[AuditRecord]:
    """List who changed what about a customer, and who revealed which contact."""
    points = ContactPoint.objects.filter(customer_id=customer_id).values_list("id", flat=True)
    notes = Interaction.objects.filter(customer_id=customer_id).order_by("-id").values_list("id", flat=True)[:500]
    files = CustomerFile.objects.filter(customer_id=customer_id).values_list("id", flat=True)
    moves = HandOver.objects.filter(customer_id=customer_id).values_list("id", flat=True)
    about = Q(subject_kind="crm.customer", subject_id=str(customer_id))
    for kind, ids in (("contactpoint", points), ("interaction", notes), ("customerfile", files), ("handover", moves)):
        about |= Q(subject_kind=f"crm.{kind}", subject_id__in=[str(each) for each in ids])
    return AuditRecord.objects.filter(about)


def looks_of(customer_id: UUID) -> QuerySet[CustomerLook]:
    """List on which days which colleague opened a customer."""
    return CustomerLook.objects.filter(customer_id=customer_id).select_related("member__user").order_by("-first_at", "-id")


def reveals() -> QuerySet[AuditRecord]:
    """List every contact that was shown in full."""
    return AuditRecord.objects.filter(action="contact_point.revealed")


def reveals_by_person(since: datetime) -> list[tuple[UUID, int]]:
    """Count reveals of each person, most first."""
    rows = reveals().filter(occurred_at__gt=since, actor_kind="user").order_by()
    return list(rows.values_list("actor_id").annotate(n=Count("id")).order_by("-n"))


Work = dict[str, list[Any]]  # tasks, deals, leads, cases


def open_work(member_ids: Collection[UUID], customer_id: UUID | None = None) -> Work:
    """Read what these colleagues have under way, with one customer or with all: tasks, deals, leads, cases."""
    with_whom = {"customer_id": customer_id} if customer_id else {}
    theirs = {**with_whom, "owner_id__in": member_ids}
    tasks = Task.objects.filter(**with_whom, assignee_id__in=member_ids, state=Task.State.OPEN)
    return {
        "tasks": list(tasks.order_by("id").only("id")),
        "deals": list(Deal.objects.filter(**theirs, state=Deal.State.OPEN).order_by("id").only("id")),
        "leads": list(Lead.objects.filter(**theirs, state__in=IN_HAND).order_by("id").only("id")),
        "cases": list(Case.objects.filter(**theirs, status__in=UNFINISHED).order_by("id").only("id")),
    }


def along(asked: HandOver, owner_id: UUID | None) -> Work:
    """Read what goes along with a hand-over, as was asked: what the giver or the present owner has under way."""
    wanted = {"tasks": asked.with_tasks, "deals": asked.with_deals, "leads": asked.with_deals, "cases": asked.with_cases}
    givers = {owner_id, asked.giver_id} - {None, asked.receiver_id}
    work = open_work(givers, asked.customer_id) if givers and any(wanted.values()) else {}
    return {kind: rows for kind, rows in work.items() if wanted[kind]}


def held_by(member_id: UUID) -> dict[str, int]:
    """Count the customers of a colleague, and what they have under way."""
    customers = Customer.objects.filter(owner_id=member_id).count()
    return {"customers": customers, **{kind: len(rows) for kind, rows in open_work([member_id]).items()}}
