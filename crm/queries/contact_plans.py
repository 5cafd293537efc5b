"""Reads of contact plans: who is on them, what was found, how well they are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Avg, Count, F, Prefetch, Q, QuerySet

from crm.models import ContactPlan, ContactStep, ContactVisit, Enrolment

_State = ContactVisit.State
IN_TIME = timedelta(days=1)  # a contact that is made within a day of its date counts as kept


def plans() -> QuerySet[ContactPlan]:
    """List plans with their steps and how many are on them."""
    steps = ContactStep.objects.filter(is_retired=False).order_by("day", "id").select_related("assignee__user")
    running = Count("enrolments", filter=Q(enrolments__state=Enrolment.State.RUNNING))
    rows = ContactPlan.objects.select_related("tag", "segment").prefetch_related(Prefetch("steps", queryset=steps))
    return rows.annotate(running=running).order_by("-is_active", "name")


def visits() -> QuerySet[ContactVisit]:
    return ContactVisit.objects.select_related("customer", "step__plan", "enrolment", "task__assignee__user", "case")


def visits_of(customer_id: UUID) -> QuerySet[ContactVisit]:
    return visits().filter(customer_id=customer_id).order_by("-due_at", "-id")


def enrolments_of(plan_id: UUID) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(plan_id=plan_id).select_related("customer").order_by("-started_at", "-id")


@dataclass(frozen=True)
class PlanFigures:
    """How a plan is kept and what was found; rates from 0 to 1, None where nothing counts."""

    due: int
    done: int
    on_time: float | None
    reached: float | None
    satisfied: float | None
    problems: int
    wishes: int
    late: int


def plan_figures(moment: datetime, plan_id: UUID | None = None) -> PlanFigures:
    """Sum up the contacts that were due up to now or made ahead of their time, of one plan or of all."""
    closed = Q(state__in=[_State.DONE, _State.MISSED])
    rows = ContactVisit.objects.filter(Q(due_at__lte=moment) | closed).exclude(state=_State.STOPPED)
    rows = rows.filter(enrolment__plan_id=plan_id) if plan_id else rows
    found = rows.aggregate(
        due=Count("id"), done=Count("id", filter=Q(state=_State.DONE)), closed=Count("id", filter=closed),
        punctual=Count("id", filter=closed & Q(done_at__lte=F("due_at") + IN_TIME)), satisfied=Avg("satisfied"),
        problems=Count("id", filter=Q(has_problem=True)), wishes=Count("id", filter=Q(wants_to_buy=True)),
        late=Count("id", filter=~closed & Q(due_at__lt=moment - IN_TIME)),
    )  # fmt: skip
    return PlanFigures(
        found["due"], found["done"], _share(found["punctual"], found["due"]), _share(found["done"], found["closed"]),
        float(found["satisfied"]) if found["satisfied"] is not None else None, found["problems"], found["wishes"],
        found["late"],
    )  # fmt: skip


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
