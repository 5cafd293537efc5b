"""Cases as a board: a column for each status, in the order in which they are to be done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from crm.models import Case
from crm.queries.cases import late
from crm.rules.cases import CLOSED, MERGED, NEW, OPEN, SOLVED, WAITING

STATUSES = (NEW, OPEN, WAITING, SOLVED, CLOSED)
CLOSED_SHOWN = timedelta(days=14)  # how long closed cases stay on the board
# What a column goes by, and whether the latest come first.
ORDER = {
    NEW: ("resolve_due_at", False), OPEN: ("resolve_due_at", False), WAITING: ("resolve_due_at", False),
    SOLVED: ("solved_at", True), CLOSED: ("closed_at", True),
}  # fmt: skip


@dataclass(frozen=True)
class Lane:
    """A column: how many cases it holds, and how many of them are late."""

    status: str
    count: int
    late: int


def on_board(rows: QuerySet[Case], moment: datetime) -> QuerySet[Case]:
    """Leave out what was merged away, and what was closed long ago."""
    return rows.exclude(status=MERGED).filter(~Q(status=CLOSED) | Q(closed_at__gte=moment - CLOSED_SHOWN))


def lanes(rows: QuerySet[Case], moment: datetime) -> list[Lane]:
    """Count the columns of a board in one statement."""
    counted = rows.order_by().values("status").annotate(n=Count("id"), late=Count("id", filter=late(moment)))
    found = {row["status"]: row for row in counted}
    return [Lane(each, found[each]["n"], found[each]["late"]) if each in found else Lane(each, 0, 0) for each in STATUSES]
