"""What was missed goes up the chain, once a step."""

from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext

from crm.models import Task
from crm.operations.identity import here
from crm.operations.tasks import add_task
from crm.queries.care import care_policy
from tenancy import audit, door, events
from tenancy.models import Membership

_AT_MOST = 200
_STALE = timedelta(days=14)  # behind the last step: what was forgotten for longer is a list to be cleared, not news
_MINE = "escalation:"  # tasks that escalation made do not escalate themselves


def escalate_missed() -> int:
    """Take what is overdue one step up: first a notice, then a task for whoever stands above; count the steps."""
    now, policy = door.moment(), care_policy()
    first = now - timedelta(hours=policy.escalate_hours)
    second = first - timedelta(hours=policy.second_hours)
    open_tasks = Task.objects.filter(state=Task.State.OPEN, due_at__gt=second - _STALE).exclude(key__startswith=_MINE)
    late = open_tasks.filter(Q(escalated=0, due_at__lte=first) | Q(escalated=1, due_at__lte=second))
    tasks = list(late.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "id")[:_AT_MOST])
    Task.objects.filter(id__in=[task.id for task in tasks]).update(escalated=F("escalated") + 1)
    for task in tasks:
        _step(task, policy)
    return len(tasks)


def _step(task: Task, policy) -> None:
    step = task.escalated + 1
    audit.record("task.escalated", task, {"step": step})
    events.publish("task.escalated", task.id, step=step, due_at=task.due_at.isoformat())
    above = _above(policy.second_to_id, task)
    if step == 2 and above:
        _ask(task, above)


def _above(chosen: UUID | None, task: Task) -> Membership | None:
    """Choose who is asked: the one of the settings, or the longest-serving owner; never whoever missed it."""
    active = Membership.objects.filter(is_active=True).exclude(id=task.assignee_id).select_related("user")
    owners = active.filter(role=Membership.Role.OWNER).order_by("id")
    return active.filter(id=chosen).first() or owners.first()


def _ask(task: Task, member: Membership) -> None:
    with translation.override(member.user.language or here().language):
        title = gettext("Missed for days: %(task)s") % {"task": task.title}
    add_task(
        key=f"{_MINE}{task.id}:{int(task.due_at.timestamp())}", title=title, due_at=door.moment() + timedelta(hours=8),
        customer_id=task.customer_id, case_id=task.case_id, assignee_id=member.id, priority=Task.Priority.HIGH,
        description=task.description, script=task.script,
    )  # fmt: skip
