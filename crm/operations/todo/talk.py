"""Talk about a task and tick its lines."""

from uuid import UUID

from crm.errors import NoSuchItem, NothingSaid
from crm.models import Task, TaskComment
from crm.operations.present import present_member
from crm.operations.tasks import locked
from tenancy import audit, door


def comment_on_task(task_id: UUID, text: str) -> TaskComment:
    """Leave a word for colleagues, on closed tasks too."""
    if not text.strip():
        raise NothingSaid
    task = Task.objects.get(id=task_id)
    comment = TaskComment.objects.create(
        task=task, author_id=present_member(), text=text.strip()[:5000], said_at=door.moment()
    )
    audit.record("task.commented", task)
    return comment


def tick_line(task_id: UUID, position: int, *, is_done: bool) -> Task:
    """Tick a line of the checklist, or take the tick away."""
    task = locked(task_id)
    if not 0 <= position < len(task.checklist):
        raise NoSuchItem
    if task.checklist[position]["is_done"] != is_done:
        task.checklist[position]["is_done"] = is_done
        task.save(update_fields=["checklist"])
        audit.record("task.ticked", task, {"position": position, "is_done": is_done})
    return task
