"""What is refused about tasks, and why."""

from foundation.errors import Conflict, Invalid


class TaskIsClosed(Conflict):
    code = "task_is_closed"
    message = "This task is already closed."


class UntilBeforeStart(Invalid):
    code = "until_before_start"
    message = "A repetition cannot end before it begins."
    field = "repeat_until"


class NoSuchItem(Invalid):
    code = "no_such_checklist_item"
    message = "The checklist has no such line."
    field = "position"


class NotYours(Conflict):
    code = "not_your_task"
    message = "Only the person to whom it was handed over can acknowledge it."


class AgainInThePast(Invalid):
    code = "again_in_the_past"
    message = "Choose a time in the future."
    field = "again_at"
