"""Things to do: add, complete, drop, hand over."""

from datetime import datetime
from uuid import UUID

from crm.errors import TaskIsClosed, UnknownCustomer
from crm.models import Customer, Task
from crm.operations.identity import check_member
from tenancy import audit, door


def add_task(
    *,
    key: str,
    title: str,
    due_at: datetime,
    customer_id: UUID | None = None,
    script: str = "",
    assignee_id: UUID | None = None,
    priority: int = Task.Priority.NORMAL,
) -> Task:
    """Add a task; the same key gives the first one again, whatever else is told."""
    known = Task.objects.filter(key=key).first()
    if known:
        return known
    check_member(assignee_id, field="assignee")
    if customer_id and not Customer.objects.filter(id=customer_id).exists():
        raise UnknownCustomer
    task = Task(
        key=key,
        title=title[:200],
        due_at=due_at,
        customer_id=customer_id,
        script=script,
        assignee_id=assignee_id,
        priority=priority,
        created_at=door.moment(),
    )
    Task.objects.bulk_create([task], ignore_conflicts=True)
    first = Task.objects.get(key=key)
    if first.id == task.id:
        audit.record("task.added", task, {"key": key})
    return first


def complete_task(task_id: UUID, outcome: str = "") -> Task:
    """Close a task as done; the same outcome again changes nothing."""
    return _close(task_id, state=Task.State.DONE, outcome=outcome)


def drop_task(task_id: UUID, outcome: str = "") -> Task:
    """Close a task that nobody needs to do."""
    return _close(task_id, state=Task.State.DROPPED, outcome=outcome)


def _close(task_id: UUID, *, state: str, outcome: str) -> Task:
    outcome = outcome.strip()[:300]
    moved = Task.objects.filter(id=task_id, state=Task.State.OPEN).update(
        state=state, outcome=outcome, completed_at=door.moment()
    )
    task = Task.objects.get(id=task_id)
    if moved:
        audit.record(f"task.{state}", task)
    elif (task.state, task.outcome) != (state, outcome):
        raise TaskIsClosed
    return task


def assign_task(task_id: UUID, assignee_id: UUID | None) -> Task:
    """Hand an open task to a member of staff, or to nobody."""
    check_member(assignee_id, field="assignee")
    moved = Task.objects.filter(id=task_id, state=Task.State.OPEN).update(assignee_id=assignee_id)
    task = Task.objects.get(id=task_id)
    if not moved:
        raise TaskIsClosed
    audit.record("task.assigned", task, {"assignee_id": str(assignee_id) if assignee_id else None})
    return task


def snooze_task(task_id: UUID, due_at: datetime) -> Task:
    """Put an open task off."""
    moved = Task.objects.filter(id=task_id, state=Task.State.OPEN).update(due_at=due_at)
    task = Task.objects.get(id=task_id)
    if not moved:
        raise TaskIsClosed
    audit.record("task.snoozed", task, {"due_at": due_at.isoformat()})
    return task
