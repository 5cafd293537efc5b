"""Reads of segments that are followed: which, who came and went, and how many there were on each day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from crm.models import ContactPlan, LifecycleRule, Segment, SegmentStay
from crm.queries.segments import is_relative, today
from tenancy import door
from tenancy.calendar import own_zone

Follower = Callable[[], set[UUID] | None]

_paths: list[str] = []


def wire(paths: Sequence[str]) -> None:
    """Take in the table of who follows segments (config/wiring.py): functions that name ids, or None for all shared."""
    _paths[:] = paths


def followed() -> list[Segment]:
    """List the segments that somebody follows: by hand, for a plan or a rule, or from upstairs.

    Where who is in it depends on who looks, nobody is looked for.
    """
    askers: list[Follower] = [_own_followers, *(import_string(path) for path in _paths)]
    wanted: set[UUID] = set()
    is_all = False
    for ask in askers:
        found = ask()
        is_all = is_all or found is None
        wanted |= found or set()
    rows = Segment.objects.order_by("id")
    return [
        each for each in rows
        if (each.is_followed or each.id in wanted or (is_all and each.is_shared)) and not is_relative(each)
    ]  # fmt: skip


def _own_followers() -> set[UUID]:
    plans = ContactPlan.objects.filter(is_active=True, trigger=ContactPlan.Trigger.SEGMENT)
    rules = LifecycleRule.objects.filter(is_active=True, segment__isnull=False)
    return {*plans.values_list("segment_id", flat=True), *rules.values_list("segment_id", flat=True)}


@dataclass(frozen=True)
class SegmentDay:
    """How many a segment held at the end of a day, and how many came and went on it."""

    day: date
    customers: int
    entered: int
    left: int


_DAYS = """
SELECT day, SUM(more)::bigint, SUM(entered)::bigint, SUM(gone)::bigint
FROM (
  SELECT (entered_at AT TIME ZONE %(zone)s)::date AS day, 1 AS more, (NOT was_there)::int AS entered, 0 AS gone
  FROM crm_segmentstay WHERE organisation_id = %(organisation)s AND segment_id = %(segment)s
  UNION ALL
  SELECT (left_at AT TIME ZONE %(zone)s)::date, -1, 0, 1
  FROM crm_segmentstay WHERE organisation_id = %(organisation)s AND segment_id = %(segment)s AND left_at IS NOT NULL
) AS moves
GROUP BY day
ORDER BY day
"""


def days_of(segment_id: UUID, days: int = 90) -> list[SegmentDay]:
    """Tell the last days of a segment that is followed, from the first day it was; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _DAYS, {"organisation": str(door.organisation_id()), "segment": str(segment_id), "zone": own_zone().key}
        )
        moves = {day: sums for day, *sums in cursor.fetchall()}
    return _summed(moves, last=today(), days=days) if moves else []


def _summed(moves: dict[date, list[int]], *, last: date, days: int) -> list[SegmentDay]:
    """Add up day by day; days on which nobody moved are there too."""
    first = max(min(moves), last - timedelta(days=days - 1))
    there = sum(more for day, (more, *_) in moves.items() if day < first)
    told = []
    for place in range((last - first).days + 1):
        day = first + timedelta(days=place)
        more, entered, left = moves.get(day, (0, 0, 0))
        there += more
        told.append(SegmentDay(day, there, entered, left))
    return told


def stays(segment_id: UUID) -> QuerySet[SegmentStay]:
    """List who was in it, from when to when, last entered first."""
    return SegmentStay.objects.filter(segment_id=segment_id).order_by("-id")


def entered_lately(segment_id: UUID) -> QuerySet[SegmentStay]:
    """List who came, newest first; not those who were there when it began."""
    rows = SegmentStay.objects.filter(segment_id=segment_id, was_there=False).select_related("customer")
    return rows.order_by("-entered_at", "-id")


def left_lately(segment_id: UUID) -> QuerySet[SegmentStay]:
    """List who went, newest first."""
    rows = SegmentStay.objects.filter(segment_id=segment_id, left_at__isnull=False).select_related("customer")
    return rows.order_by("-left_at", "-id")
