"""How a segment's page tells its history: by who was in it on each day, or, where nobody follows it, by daily counts."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext, pgettext

from crm.models import Segment
from crm.queries.following import SegmentDay, days_of, entered_lately, left_lately
from crm.queries.segments import counts_over, is_relative
from dashboard.sight import seen

SHOWN, MONTH = 6, 30


def history(request: HttpRequest, segment: Segment) -> dict[str, Any]:
    """Give the charts and the people of the last days."""
    days = days_of(segment.id)
    context: dict[str, Any] = {
        "is_live": segment.followed_at is not None, "is_relative": is_relative(segment),
        "chart": _counted(segment) if len(days) < 2 else _line(days), "flow": None,
    }  # fmt: skip
    if days:
        month = days[-MONTH:]
        context |= {
            "flow": _flow(days), "entered": sum(day.entered for day in month), "left": sum(day.left for day in month),
            "came": seen(request.membership, entered_lately(segment.id))[:SHOWN],
            "went": seen(request.membership, left_lately(segment.id))[:SHOWN],
        }  # fmt: skip
    return context


def _line(days: list[SegmentDay]) -> dict[str, Any]:
    return {
        "labels": [_short(each) for each in days],
        "series": [{"name": gettext("Customers"), "data": [each.customers for each in days]}],
    }


def _flow(days: list[SegmentDay]) -> dict[str, Any] | None:
    """By weeks: a bar a day says little and shows nobody."""
    weeks = [days[max(0, end - 7) : end] for end in range(len(days), 0, -7)][::-1]
    if not any(each.entered or each.left for each in days):
        return None
    came = [sum(each.entered for each in week) for week in weeks]
    went = [sum(each.left for each in week) for week in weeks]
    return {
        "labels": [_short(week[0]) for week in weeks],
        "series": [
            {"name": pgettext("of a segment", "Entered"), "data": came},
            {"name": pgettext("of a segment", "Left"), "is_quiet": True, "data": went},
        ],
    }


def _short(each: SegmentDay) -> str:
    return each.day.isoformat()[5:]


def _counted(segment: Segment) -> dict[str, Any] | None:
    days = counts_over(segment.id)
    if len(days) < 2:
        return None
    return {
        "labels": [one.day.isoformat()[5:] for one in days],
        "series": [{"name": gettext("Customers"), "data": [one.customers for one in days]}],
    }
