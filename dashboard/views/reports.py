"""Reports: a period beside the one before it, trends, and how long customers stay."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from analytics.queries import cohorts, overview
from analytics.queries.overview import COUNT, MONEY, POINTS, Day, Overview, Tile
from crm.models import Segment
from dashboard.access import staff
from dashboard.answers import page
from dashboard.forms import DateField, FilterForm
from dashboard.navigation import link_to
from dashboard.segment_choice import SegmentChoice
from dashboard.templatetags.dashboard import number, percent, whole_money
from tenancy import door

PERIODS = (30, 90, 365)
LONGEST = timedelta(days=731)
_BY_WEEK_FROM = 62  # days: more points than this make a line that nobody reads
_GROWTH_WITHOUT_MEANING = 10  # tenfold: from next to nothing
_LINKS = {"new_customers": "customers", "paid_orders": "orders", "referrals": "referrals", "rewards_accrued": "rewards",
          "rewards_settled": "rewards", "points_liability": "loyalty"}  # fmt: skip


class RangeForm(FilterForm):
    since = DateField(label=_("From"), required=False)
    until = DateField(label=pgettext_lazy("end of a period", "To"), required=False)

    def days(self, zone: ZoneInfo) -> tuple[date, date]:
        """Give the first and the last day; 30 days up to today unless told otherwise."""
        today = door.moment().astimezone(zone).date()
        last = min(self.chosen.get("until", today), today)
        first = self.chosen.get("since", last - timedelta(days=29))
        if first > last or last - first > LONGEST:
            first = last - timedelta(days=29)
        return first, last


@staff("reports:read")
def reports(request: HttpRequest) -> HttpResponse:
    zone = ZoneInfo(request.organisation.time_zone)
    first, last = RangeForm(request.GET).days(zone)
    choice = SegmentChoice(request)
    found = overview(_midnight(first, zone), _midnight(last + timedelta(days=1), zone), segment=choice.chosen)
    steps = _steps(found.trend)
    context = {
        "form": RangeForm({"since": first, "until": last}), "first": first, "last": last,
        "tiles": [_tile(tile, found.currency) for tile in found.tiles],
        "periods": _periods(first, last, zone, choice.query), "revenue": _revenue(steps, found),
        "people": _people(steps), "stages": _stages(found),
        "cohorts": _cohort_rows(choice.chosen), "by_week": len(steps) < len(found.trend), "segment_choice": choice,
    }  # fmt: skip
    return page(request, "dashboard/reports.html", context)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _periods(first: date, last: date, zone: ZoneInfo, more: str) -> list[tuple[int, str, bool]]:
    today = door.moment().astimezone(zone).date()
    return [
        (
            days,
            f"?since={today - timedelta(days=days - 1)}&until={today}{more}",
            last == today and (last - first).days + 1 == days,
        )
        for days in PERIODS
    ]


def _tile(tile: Tile, currency: str) -> dict:
    if tile.unit == MONEY:
        value, before = (whole_money(each, currency) for each in (tile.value, tile.before))
    elif tile.unit in (COUNT, POINTS):
        value, before = number(tile.value), number(tile.before)
    else:
        value, before = percent(tile.value, 1), percent(tile.before, 1)
    change = tile.change
    note = "" if tile.before is None else gettext("%(before)s before") % {"before": before}
    if change is not None and change < _GROWTH_WITHOUT_MEANING:
        note = gettext("%(change)s · %(before)s before") % {
            "change": f"{'+' if change > 0 else ''}{percent(change)}",
            "before": before,
        }
    tone = "" if not change else "green" if change > 0 else "orange"
    link = link_to(_LINKS[tile.key]) if tile.key in _LINKS else ""
    return {"label": tile.label, "value": value, "note": note, "tone": tone, "link": link}


def _steps(trend: tuple[Day, ...]) -> list[tuple[str, list[Day]]]:
    """Group days for a chart: each by itself, or by seven where they are many."""
    size = 7 if len(trend) > _BY_WEEK_FROM else 1
    chunks = (trend[place : place + size] for place in range(0, len(trend), size))
    return [(f"{chunk[0].day.month}-{chunk[0].day.day:02}", list(chunk)) for chunk in chunks]


def _revenue(steps, found: Overview) -> dict:
    referral = [sum(day.referral_minor for day in days) for _label, days in steps]
    everything = [sum(day.kept_minor for day in days) for _label, days in steps]
    other = [all_of - part for all_of, part in zip(everything, referral, strict=True)]
    return {
        "labels": [label for label, _days in steps], "unit": "money", "currency": found.currency, "stacked": True,
        "series": [
            {"name": gettext("From referrals"), "data": referral},
            {"name": gettext("Other"), "is_quiet": True, "data": other},
        ],
    }  # fmt: skip


def _people(steps) -> dict:
    series = {
        gettext("New customers"): "new_customers",
        gettext("Referrals"): "referrals",
        gettext("Paid orders"): "paid_orders",
    }
    return {
        "labels": [label for label, _days in steps],
        "series": [
            {"name": name, "data": [sum(getattr(day, key) for day in days) for _label, days in steps]}
            for name, key in series.items()
        ],
    }


def _stages(found: Overview) -> dict | None:
    if not any(stage.referrals for stage in found.stages):
        return None
    return {
        "labels": [str(stage.label) for stage in found.stages],
        "series": [{"name": gettext("Referrals"), "data": [stage.referrals for stage in found.stages]}],
    }


def _cell(share: float | None, count: int) -> dict:
    return {"share": share, "count": count, "heat": round((share or 0) * 85)}


def _cohort_rows(segment: Segment | None) -> dict:
    """Each month's customers with the share that bought in every month after; `heat` shades the cell."""
    found = cohorts(12, segment=segment)
    width = max((len(each.active) for each in found), default=0)
    rows = [
        {"month": each.month, "customers": each.customers, "empty": range(width - len(each.active)),
         "cells": [_cell(share, count) for share, count in zip(each.retention, each.active, strict=True)]}
        for each in found
    ]  # fmt: skip
    return {"rows": rows, "months": range(width)}


urls = [path("reports/", reports, name="reports")]
