"""What is refused about tasks, and why."""

from foundation.errors import Conflict


class TaskIsClosed(Conflict):
    code = "task_is_closed"
    message = "This task is already closed."
