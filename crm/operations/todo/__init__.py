"""What is done with a task on its way: put off, talked about, ticked, answered, escalated, subscribed to."""

from crm.operations.todo.escalate import escalate_missed
from crm.operations.todo.feeds import open_feed, revoke_feed
from crm.operations.todo.moves import close_many, move_task, put_off, record_result
from crm.operations.todo.talk import comment_on_task, tick_line

__all__ = [
    "close_many",
    "comment_on_task",
    "escalate_missed",
    "move_task",
    "open_feed",
    "put_off",
    "record_result",
    "revoke_feed",
    "tick_line",
]
