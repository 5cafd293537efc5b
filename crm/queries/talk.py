"""Reads of what was said about customers, of their files, and of customers on their way to another colleague."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from crm.models import ContactPoint, Customer, CustomerFile, CustomerLook, HandOver, Interaction, Task
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


def held_by(member_id: UUID) -> tuple[int, int]:
    """Count the customers and open tasks of a colleague."""
    customers = Customer.objects.filter(owner_id=member_id).count()
    return customers, Task.objects.filter(assignee_id=member_id, state=Task.State.OPEN).count()
