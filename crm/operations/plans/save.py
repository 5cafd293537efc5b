"""Make and change contact plans."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.errors import DaysMissing, PersonMissing, PlanNameTaken, PlanWithoutSteps, SegmentMissing, UnknownTag
from crm.models import ContactPlan, ContactStep, Tag, Task
from crm.operations.identity import check_member
from crm.operations.plans.enrol import stop_all
from crm.queries.segments import check_for_machines
from tenancy import audit, door


@dataclass(frozen=True)
class StepReport:
    """One contact of a plan as it is told."""

    day: int
    title: str
    kind: str = Task.Kind.RETURN_VISIT
    script: str = ""
    assignee_rule: str = ContactStep.Assignee.OWNER
    assignee_id: UUID | None = None
    priority: int = Task.Priority.NORMAL
    questions: Sequence[str] = field(default_factory=tuple)


def create_plan(*, steps: Sequence[StepReport], **facts: Any) -> ContactPlan:
    """Make a plan; `facts` are its columns."""
    return save_plan(ContactPlan(created_at=door.moment()), steps=steps, **facts)


def save_plan(plan: ContactPlan, *, steps: Sequence[StepReport], **facts: Any) -> ContactPlan:
    """Write a plan and its steps. Who is on it already keeps the contacts that were planned."""
    for name, value in facts.items():
        setattr(plan, name, value)
    _check(plan, steps)
    is_new = plan._state.adding
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError:
        raise PlanNameTaken from None
    _write(plan, steps)
    audit.record("contact_plan.created" if is_new else "contact_plan.changed", plan, {"steps": len(steps)})
    return plan


def _check(plan: ContactPlan, steps: Sequence[StepReport]) -> None:
    if not steps:
        raise PlanWithoutSteps
    if plan.trigger == ContactPlan.Trigger.EVERY and not plan.every_days:
        raise DaysMissing
    if plan.trigger == ContactPlan.Trigger.SEGMENT and not plan.segment_id:
        raise SegmentMissing
    check_for_machines(plan.segment_id)
    if plan.tag_id and not Tag.objects.filter(id=plan.tag_id).exists():
        raise UnknownTag
    for step in steps:
        check_member(step.assignee_id, field="assignee")
        if step.assignee_rule == ContactStep.Assignee.MEMBER and not step.assignee_id:
            raise PersonMissing


def _write(plan: ContactPlan, steps: Sequence[StepReport]) -> None:
    """Keep steps that are told again unchanged, retire the others, add the new ones."""
    present = {_told(step): step for step in ContactStep.objects.filter(plan=plan, is_retired=False)}
    wanted = {_told(step): step for step in steps}
    gone = [step.id for told, step in present.items() if told not in wanted]
    ContactStep.objects.filter(id__in=gone).update(is_retired=True)
    ContactStep.objects.bulk_create(
        ContactStep(
            plan=plan, day=step.day, kind=step.kind, title=step.title[:200], script=step.script, priority=step.priority,
            assignee_rule=step.assignee_rule, assignee_id=step.assignee_id, questions=list(step.questions),
        )
        for told, step in wanted.items()
        if told not in present
    )  # fmt: skip


def _told(step) -> tuple:
    return (step.day, str(step.kind), step.title, step.script, str(step.assignee_rule), step.assignee_id,
            step.priority, tuple(step.questions))  # fmt: skip


def switch_plan(plan_id: UUID, *, is_active: bool) -> ContactPlan:
    """Let a plan run, or end it with everything that was planned."""
    plan = ContactPlan.objects.select_for_update(of=("self",)).get(id=plan_id)
    if plan.is_active != is_active:
        plan.is_active = is_active
        plan.save(update_fields=["is_active"])
        if not is_active:
            stop_all(plan)
        audit.record("contact_plan.switched", plan, {"is_active": is_active})
    return plan
