"""Things to do: add, change, complete, drop, hand over."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from crm.errors import NotYours, TaskIsClosed, UnknownCustomer, UntilBeforeStart
from crm.models import Customer, Task
from crm.operations.identity import check_member
from crm.operations.present import present_member
from crm.operations.visit_ends import close_visit_of
from crm.rules.recurrence import Recurrence, following
from tenancy import audit, door, events
from tenancy.calendar import own_zone

CHANGEABLE = {
    "kind", "title", "description", "script", "due_at", "is_all_day", "priority", "remind_minutes", "customer_id", "repeats",
    "repeat_every", "repeat_until",
}  # fmt: skip


def add_task(
    *,
    key: str,
    title: str,
    due_at: datetime,
    customer_id: UUID | None = None,
    case_id: UUID | None = None,
    kind: str = Task.Kind.TODO,
    description: str = "",
    script: str = "",
    checklist: Sequence[str] = (),
    assignee_id: UUID | None = None,
    priority: int = Task.Priority.NORMAL,
    is_all_day: bool = False,
    remind_minutes: int = 120,
    repeats: str = "",
    repeat_every: int = 1,
    repeat_until: date | None = None,
) -> Task:
    """Add a task; the same key gives the first one again, whatever else is told."""
    known = Task.objects.filter(key=key).first()
    if known:
        return known
    check_member(assignee_id, field="assignee")
    if customer_id and not Customer.objects.filter(id=customer_id).exists():
        raise UnknownCustomer
    check_until(due_at, repeat_until)
    task = Task(
        key=key, title=title[:200], due_at=due_at, customer_id=customer_id, case_id=case_id, kind=kind,
        description=description, script=script, checklist=lines_of(checklist), assignee_id=assignee_id, priority=priority,
        is_all_day=is_all_day, remind_minutes=remind_minutes, created_at=door.moment(), created_by_id=present_member(),
        repeats=repeats, repeat_every=repeat_every, repeat_until=repeat_until,
    )  # fmt: skip
    if repeats:
        task.series_id, task.series_start = task.id, due_at
    return insert_once(task)


def insert_once(task: Task) -> Task:
    """Write a task unless one with its key is there; give the one that is."""
    Task.objects.bulk_create([task], ignore_conflicts=True)
    first = Task.objects.get(key=task.key)
    if first.id == task.id:
        audit.record("task.added", task, {"key": task.key})
    return first


def lines_of(texts: Sequence[str]) -> list[dict[str, Any]]:
    return [{"text": text.strip()[:200], "is_done": False} for text in texts if text.strip()][:50]


def check_until(due_at: datetime, until: date | None) -> None:
    if until and until < due_at.astimezone(own_zone()).date():
        raise UntilBeforeStart


def change_task(task_id: UUID, *, checklist: Sequence[str] | None = None, **changes: Any) -> Task:
    """Change an open task. A repetition is counted anew from the changed time; lines that stay keep their tick."""
    assert changes.keys() <= CHANGEABLE, changes.keys() - CHANGEABLE
    task = locked(task_id)
    if changes.get("customer_id") and not Customer.objects.filter(id=changes["customer_id"]).exists():
        raise UnknownCustomer
    changed = [name for name, value in changes.items() if getattr(task, name) != value]
    for name in changed:
        setattr(task, name, changes[name])
    check_until(task.due_at, task.repeat_until)
    if checklist is not None:
        ticked = {line["text"] for line in task.checklist if line["is_done"]}
        task.checklist = [line | {"is_done": line["text"] in ticked} for line in lines_of(checklist)]
    if {"due_at", "repeats", "repeat_every"} & set(changed) and task.repeats:
        task.series_id, task.series_start, task.occurrence = task.id, task.due_at, 0
    if "due_at" in changed:
        task.escalated = 0
    task.save()
    audit.record("task.changed", task, {"fields": sorted(changed)})
    return task


def locked(task_id: UUID) -> Task:
    """Read an open task for a change."""
    task = Task.objects.select_for_update(of=("self",)).get(id=task_id)
    if task.state != Task.State.OPEN:
        raise TaskIsClosed
    return task


def complete_task(task_id: UUID, outcome: str = "", *, result: str = "") -> Task:
    """Close a task as done; the same outcome again changes nothing. One that repeats makes the next, once."""
    return _close(task_id, state=Task.State.DONE, outcome=outcome, result=result)


def drop_task(task_id: UUID, outcome: str = "") -> Task:
    """Close a task that nobody needs to do; with it ends what would have repeated."""
    return _close(task_id, state=Task.State.DROPPED, outcome=outcome, result="")


def _close(task_id: UUID, *, state: str, outcome: str, result: str) -> Task:
    outcome = outcome.strip()[:300]
    moved = Task.objects.filter(id=task_id, state=Task.State.OPEN).update(
        state=state, outcome=outcome, result=result, completed_at=door.moment()
    )
    task = Task.objects.get(id=task_id)
    if moved:
        audit.record(f"task.{state}", task)
        close_visit_of(task)
        if state == Task.State.DONE and ":" in task.key:  # one that somebody upstairs asked for
            events.publish("task.done", task.id, key=task.key)
        if state == Task.State.DONE and task.repeats:
            _next_of(task)
    elif (task.state, task.outcome) != (state, outcome):
        raise TaskIsClosed
    return task


def _next_of(task: Task) -> Task | None:
    """Make the next task of a series; its key is its place, so that it is made once."""
    recurrence = Recurrence(task.repeats, task.repeat_every, task.repeat_until)
    found = following(task.series_start, recurrence, task.occurrence, door.moment(), own_zone())
    if found is None:
        return None
    number, due_at = found
    new = Task(
        key=f"series:{task.series_id}:{number}", occurrence=number, due_at=due_at, created_at=door.moment(),
        checklist=[line | {"is_done": False} for line in task.checklist],
        **{name: getattr(task, name) for name in _KEPT},
    )  # fmt: skip
    return insert_once(new)


_KEPT = (
    "customer_id", "case_id", "kind", "title", "description", "script", "assignee_id", "priority", "is_all_day",
    "remind_minutes", "repeats", "repeat_every", "repeat_until", "series_id", "series_start", "created_by_id",
)  # fmt: skip


def assign_task(task_id: UUID, assignee_id: UUID | None, note: str = "") -> Task:
    """Hand an open task to a member of staff, who is asked to acknowledge it, or to nobody."""
    check_member(assignee_id, field="assignee")
    by = present_member()
    is_handed = assignee_id is not None and assignee_id != by
    moved = Task.objects.filter(id=task_id, state=Task.State.OPEN).update(
        assignee_id=assignee_id, handed_by_id=by if is_handed else None, handed_at=door.moment() if is_handed else None,
        hand_note=note.strip()[:300], acknowledged_at=None,
    )  # fmt: skip
    task = Task.objects.get(id=task_id)
    if not moved:
        raise TaskIsClosed
    audit.record("task.assigned", task, {"assignee_id": str(assignee_id) if assignee_id else None})
    if is_handed:
        events.publish("task.handed", task.id, assignee_id=str(assignee_id), by=str(by) if by else None)
    return task


def acknowledge_task(task_id: UUID) -> Task:
    """Say that one has taken over a task that was handed over; again changes nothing."""
    task = locked(task_id)
    if task.assignee_id is None or task.assignee_id != present_member():
        raise NotYours
    if task.acknowledged_at is None:
        task.acknowledged_at = door.moment()
        task.save(update_fields=["acknowledged_at"])
        audit.record("task.acknowledged", task)
    return task


def snooze_task(task_id: UUID, due_at: datetime) -> Task:
    """Put an open task off."""
    moved = Task.objects.filter(id=task_id, state=Task.State.OPEN).update(due_at=due_at)
    task = Task.objects.get(id=task_id)
    if not moved:
        raise TaskIsClosed
    audit.record("task.snoozed", task, {"due_at": due_at.isoformat()})
    return task
