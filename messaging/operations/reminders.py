"""Remind members of staff of their follow-ups."""

from collections.abc import Iterable
from datetime import timedelta
from functools import reduce
from operator import or_
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, Extract, Floor

from crm.models import Task
from crm.queries import care_policy
from foundation.contacts import mask_name
from messaging.models import Message
from messaging.operations.notify import Notice, notify_many
from tenancy import door
from tenancy.models import Membership, Organisation

_AT_MOST = 500


def remind_of_follow_ups() -> int:
    """Tell assignees what is due soon or overdue, and those above what is overdue for long; each once."""
    now = door.moment()
    organisation = Organisation.objects.get(id=door.organisation_id())
    open_tasks = Task.objects.filter(state=Task.State.OPEN).select_related("customer", "assignee__user")
    assigned = open_tasks.filter(assignee__is_active=True)
    due = assigned.filter(due_at__gt=now, remind_minutes__gt=0).filter(_is_near(now))
    overdue = assigned.filter(due_at__lte=now)
    policy = care_policy()
    escalated = open_tasks.filter(due_at__lte=now - timedelta(hours=policy.escalate_hours))
    escalated = escalated.exclude(key__startswith="escalation:")
    notices = [_to_assignee("follow_up_due", task, organisation) for task in _untold(due, "due", F("assignee_id"))]
    notices += [
        _to_assignee("follow_up_overdue", task, organisation) for task in _untold(overdue, "overdue", F("assignee_id"))
    ]
    for owner in _above(policy.escalate_to_id):
        untold = _untold(escalated.exclude(assignee_id=owner), "escalated", Value(owner))
        notices += [_to_owner(owner, task, organisation) for task in untold]
    return notify_many(notices)


def _is_near(now) -> Q:
    """Each task says itself how long before it is due; all the choices there are."""
    minutes = Task.objects.filter(state=Task.State.OPEN, remind_minutes__gt=0).values_list("remind_minutes", flat=True)
    near = [Q(remind_minutes=each, due_at__lte=now + timedelta(minutes=each)) for each in minutes.distinct()]
    return reduce(or_, near, Q(pk__in=[]))


def _above(chosen: UUID | None) -> list[UUID]:
    """Tell whoever the rules of care name, else every owner."""
    active = Membership.objects.filter(is_active=True)
    named = active.filter(id=chosen) if chosen else active.none()
    return list((named if named.exists() else active.filter(role=Membership.Role.OWNER)).values_list("id", flat=True))


def _untold(tasks: QuerySet[Task], what: str, who) -> Iterable[Task]:
    """Leave out what this person was told of this task; with another deadline or assignee it is told anew."""
    deadline = Cast(Floor(Extract("due_at", "epoch")), BigIntegerField())
    parts = [Value("task:"), F("id"), Value(f":{what}:"), who, Value(":"), deadline]
    key = Concat(*(Cast(part, TextField()) for part in parts), output_field=TextField())
    told = Message.objects.filter(key=OuterRef("told_key"))
    return tasks.annotate(told_key=key).filter(~Exists(told)).order_by("due_at", "id")[:_AT_MOST]


def _to_assignee(kind: str, task: Task, organisation: Organisation) -> Notice:
    return Notice(
        kind=kind, key=task.told_key, member_id=task.assignee_id, link=_link(task), context=task_facts(task, organisation)
    )


def _to_owner(owner_id: UUID, task: Task, organisation: Organisation) -> Notice:
    assignee = task.assignee.user.name if task.assignee else {"zh-hans": "未分配", "en": "nobody"}
    return Notice(
        kind="follow_up_escalated", key=task.told_key, member_id=owner_id, link=_link(task),
        context=task_facts(task, organisation) | {"assignee": assignee},
    )  # fmt: skip


def task_facts(task: Task, organisation: Organisation) -> dict:
    """Give what the messages about a task fill in."""
    local = task.due_at.astimezone(ZoneInfo(organisation.time_zone))
    customer = mask_name(task.customer.name) if task.customer else "–"  # a mailbox is not our house
    return {"task": task.title, "customer": customer, "due_on": task.due_at, "due_time": f"{local:%H:%M}"}


def _link(task: Task) -> str:
    return f"/tasks/{task.id}/"
