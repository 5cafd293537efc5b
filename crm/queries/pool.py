"""Reads of the pool of customers: who is in it, who had them, who is about to go there."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from crm.models import Case, Customer, CustomerMove, Deal, HandOver, Interaction, Lead, LeadPolicy, Order, Task
from crm.queries.leads import policy
from crm.queries.talk import open_work
from crm.rules.cases import UNFINISHED
from crm.rules.leads import IN_HAND
from tenancy import door
from tenancy.calendar import own_zone

_Kind = CustomerMove.Kind
INTO_POOL = (_Kind.RELEASED, _Kind.RECYCLED)


def in_pool(rows: QuerySet[Customer]) -> QuerySet[Customer]:
    """Narrow to those whom nobody looks after."""
    return rows.filter(owner=None)


def moves_of(customer_id: UUID) -> QuerySet[CustomerMove]:
    """List a customer's steps into the pool and out of it, newest first."""
    people = ("from_member__user", "to_member__user")
    return CustomerMove.objects.filter(customer_id=customer_id).select_related(*people).order_by("-occurred_at", "-id")


def last_out(customer_ids: Iterable[UUID]) -> dict[UUID, CustomerMove]:
    """Give for each the newest step into the pool: who had them last, since when, and why."""
    rows = CustomerMove.objects.filter(customer_id__in=list(customer_ids), kind__in=INTO_POOL)
    newest = rows.select_related("from_member__user").order_by("customer_id", "-occurred_at", "-id").distinct("customer_id")
    return {row.customer_id: row for row in newest}


def held_until(customer_id: UUID, member_id: UUID) -> datetime | None:
    """Say when a customer last went back to the pool from somebody."""
    rows = CustomerMove.objects.filter(customer_id=customer_id, kind__in=INTO_POOL, from_member_id=member_id)
    return rows.order_by("-occurred_at").values_list("occurred_at", flat=True).first()


def work_under_way(customer_id: UUID, member_id: UUID) -> int:
    """Count what somebody has begun with a customer and not ended."""
    work = open_work([member_id], customer_id)
    return sum(len(work[kind]) for kind in ("deals", "leads", "cases"))


# --- who goes back by themselves ------------------------------------------------------------------------------


def idle_since(moment: datetime) -> QuerySet[Customer]:
    """Customers of somebody with whom nothing was done since, and with whom nothing is under way or planned.

    A word, a visit, an order, becoming somebody's by a claim or hand-over: all of it counts as something done.
    """
    rows = Customer.objects.filter(owner__isnull=False, created_at__lte=moment).order_by()
    for model, field, more in _TOUCHES:
        rows = rows.exclude(_there_is(model, Q(**{f"{field}__gt": moment}) & more))
    work = (
        _there_is(Deal, Q(state=Deal.State.OPEN)), _there_is(Lead, Q(state__in=IN_HAND)),
        _there_is(Case, Q(status__in=UNFINISHED)), _there_is(Task, Q(state=Task.State.OPEN, due_at__gt=door.moment())),
    )  # fmt: skip
    for each in work:
        rows = rows.exclude(each)
    return rows


_TOUCHES = (
    (Interaction, "occurred_at", Q(removed_at=None)),
    (Order, "placed_at", Q()),
    (CustomerMove, "occurred_at", Q(kind=_Kind.CLAIMED)),
    (HandOver, "answered_at", Q(state=HandOver.State.ACCEPTED)),
)


def _there_is(model, fits: Q) -> Exists:
    return Exists(model.objects.filter(fits, customer_id=OuterRef("id")).order_by())


def to_recycle(rules: LeadPolicy) -> QuerySet[Customer]:
    """Those whose time is over: idle for long enough, and their present owner was warned in good time."""
    now = door.moment()
    idle = now - timedelta(days=rules.idle_days)
    return idle_since(idle).filter(_warned(Q(occurred_at__gt=idle, occurred_at__lte=now - timedelta(days=rules.warn_days))))


def to_warn(rules: LeadPolicy) -> QuerySet[Customer]:
    """Those whose owner is to be told that their time is nearly over; each is told once a silence."""
    return idle_since(_quiet_since(rules)).exclude(_warned(Q(occurred_at__gt=_lately(rules))))


def _quiet_since(rules: LeadPolicy) -> datetime:
    """With whom nothing was done since this moment, their owner is told."""
    return door.moment() - timedelta(days=rules.idle_days - rules.warn_days)


def _lately(rules: LeadPolicy) -> datetime:
    """A warning after this moment belongs to the present silence."""
    return door.moment() - timedelta(days=max(rules.idle_days - rules.warn_days, rules.warn_days + 1))


def going_back(rules: LeadPolicy) -> QuerySet[Customer]:
    """Those whose owner was told, and with whom nothing was done since."""
    if not rules.idle_days:
        return Customer.objects.none()
    return idle_since(_quiet_since(rules)).filter(_warned(Q(occurred_at__gt=_lately(rules))))


def _warned(fits: Q) -> Exists:
    warned = CustomerMove.objects.filter(fits, kind=_Kind.WARNED, customer_id=OuterRef("id"))
    return Exists(warned.filter(from_member=OuterRef("owner_id")).order_by())


def goes_back_on(customer: Customer) -> date | None:
    """Say on which day a customer whose owner was warned goes back, unless somebody does something."""
    last = moves_of(customer.id).first() if customer.owner_id else None
    if last is None or last.kind != _Kind.WARNED or last.from_member_id != customer.owner_id:
        return None
    if not going_back(rules := policy()).filter(id=customer.id).exists():
        return None
    return local_day(last.occurred_at + timedelta(days=rules.warn_days))


def local_day(moment: datetime) -> date:
    """Say which day it is here at that moment."""
    return moment.astimezone(own_zone()).date()


def looked_after(member_id: UUID) -> int:
    return Customer.objects.filter(owner_id=member_id).count()


def last_words(customer_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Give for each when somebody last spoke to them."""
    rows = Interaction.objects.filter(customer_id__in=list(customer_ids), removed_at=None)
    newest = rows.order_by("customer_id", "-occurred_at").distinct("customer_id")
    return dict(newest.values_list("customer_id", "occurred_at"))
