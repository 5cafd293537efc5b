"""What may become of a case, and by when."""

from collections.abc import Callable
from datetime import datetime, timedelta

# The calendar says when so many hours of work are over; plain hours run day and night.
Clock = Callable[[datetime, int], datetime]

NEW, OPEN, WAITING, SOLVED, CLOSED, MERGED = "new", "open", "waiting", "solved", "closed", "merged"
OURS = "ask:"  # how the keys of cases begin in which we ask the customer, and not the customer us
UNFINISHED = (NEW, OPEN, WAITING)
PAUSED = (WAITING, SOLVED, CLOSED)  # nobody of us has to do anything
MOVES = {
    NEW: (OPEN, WAITING, SOLVED, MERGED),
    OPEN: (WAITING, SOLVED, MERGED),
    WAITING: (OPEN, SOLVED, MERGED),
    SOLVED: (OPEN, CLOSED),
    CLOSED: (OPEN,),
    MERGED: (),
}
LOW_RATING = 2
SOON = 4  # a quarter of the time is left: it is soon


def may_move(before: str, after: str) -> bool:
    return after in MOVES[before]


def reachable(status: str) -> set[str]:
    """Name where a case can be taken on a board from a status, and that status; closing solves on the way."""
    return {status, *MOVES[status], *((CLOSED,) if status in UNFINISHED else ())} - {MERGED}


def before(after: str) -> list[str]:
    """List the states from which a case gets there."""
    return [state for state, nexts in MOVES.items() if after in nexts]


def plain_hours(moment: datetime, hours: int) -> datetime:
    return moment + timedelta(hours=hours)


def deadline(opened_at: datetime, hours: int, calendar: Clock = plain_hours) -> datetime:
    """Say by when something has to be done that may take so many hours."""
    return calendar(opened_at, hours)


def urgency(opened_at: datetime, due_at: datetime, now: datetime) -> str:
    """Say how a deadline stands: late, soon in the last quarter of its time, fine before."""
    if due_at < now:
        return "late"
    return "soon" if (due_at - now) * SOON <= due_at - opened_at else "fine"


def seconds_taken(opened_at: datetime, solved_at: datetime, paused_seconds: int) -> int:
    """Count what a solution took without the times in which we waited for the customer."""
    return max(0, int((solved_at - opened_at).total_seconds()) - paused_seconds)
