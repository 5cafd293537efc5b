"""Put a task off, move it in the calendar, answer it, do many at once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from crm.errors import AgainInThePast
from crm.models import ContactVisit, Task
from crm.operations.tasks import add_task, complete_task, locked
from tenancy import audit, door
from tenancy.calendar import own_zone


def put_off(task_id: UUID, until: datetime) -> Task:
    """Let a task be due later; how often that was done is counted."""
    if until <= door.moment():
        raise AgainInThePast(field="until")
    return _due(locked(task_id), until, counts=True)


def move_task(task_id: UUID, day: date) -> Task:
    """Move a task to another day at the same time of day."""
    task = locked(task_id)
    here = own_zone()
    clock = task.due_at.astimezone(here).time()
    return _due(task, datetime.combine(day, clock, here), counts=False)


def _due(task: Task, due_at: datetime, *, counts: bool) -> Task:
    if due_at == task.due_at:
        return task
    before, task.due_at, task.escalated = task.due_at, due_at, 0
    task.snoozed += counts
    task.save(update_fields=["due_at", "escalated", "snoozed"])
    audit.record("task.moved", task, {"due_at": [before.isoformat(), due_at.isoformat()]})
    return task


def record_result(task_id: UUID, *, result: str, outcome: str = "", again_at: datetime | None = None) -> Task:
    """Close a task with what came of it; "call again" makes the next one, once."""
    if result == Task.Result.AGAIN and (again_at is None or again_at <= door.moment()):
        raise AgainInThePast
    visits = ContactVisit.objects.filter(task_id=task_id, state=ContactVisit.State.OPEN)
    visit_ids = list(visits.values_list("id", flat=True)) if result == Task.Result.AGAIN else []
    ContactVisit.objects.filter(id__in=visit_ids).update(task=None)  # its finding is still to come
    task = complete_task(task_id, outcome, result=result)
    if result == Task.Result.AGAIN:
        new = add_task(
            key=f"again:{task.id}", title=task.title, due_at=again_at, customer_id=task.customer_id, case_id=task.case_id,
            kind=task.kind, description=task.description, script=task.script, assignee_id=task.assignee_id,
            priority=task.priority, remind_minutes=min(task.remind_minutes, _SOON),
        )  # fmt: skip
        ContactVisit.objects.filter(id__in=visit_ids).update(task=new)
    return task


_SOON = int(timedelta(minutes=30).total_seconds() // 60)  # who asked to be called at three is not reminded of at one


def close_many(task_ids: Sequence[UUID]) -> int:
    """Complete those of the tasks that are open; count them."""
    open_ids = Task.objects.filter(id__in=task_ids, state=Task.State.OPEN).order_by("id").values_list("id", flat=True)
    return len([complete_task(task_id) for task_id in list(open_ids)])
