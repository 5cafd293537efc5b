"""How well cases go: tiles, a chart, a table by category or person, and the same as a file."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.queries import case_figures as sums
from crm.queries import case_figures_by as sums_by
from dashboard.access import staff
from dashboard.answers import csv_file, page
from dashboard.templatetags.dashboard import number, percent
from dashboard.views.cases import seen_cases
from dashboard.views.reports import RangeForm

BY = {"category": _("Category"), "owner": _("Responsible"), "cause": _("What caused it"), "priority": _("Priority"),
      "channel": _("Came in by")}  # fmt: skip
_NONE = {"category": _("No category"), "owner": _("Nobody"), "cause": _("No cause named")}
_COLUMNS = (
    "label", "opened", "solved", "resolution_rate", "median_response", "median_resolution", "in_time", "satisfaction",
    "rated", "reopened_rate",
)  # fmt: skip


@staff("cases:read")
def case_figures(request: HttpRequest) -> HttpResponse:
    zone = ZoneInfo(request.organisation.time_zone)
    first, last = RangeForm(request.GET).days(zone)
    since, until = (datetime.combine(day, time.min, zone) for day in (first, last + timedelta(days=1)))
    by = request.GET.get("by", "")
    by = by if by in BY else "category"
    rows = sums_by(seen_cases(request), since, until, by)
    if request.GET.get("file") == "csv":
        return csv_file(f"cases-{first}-{last}", _lines(rows))
    context = {
        "form": RangeForm({"since": first, "until": last}), "first": first, "last": last, "by": by, "rows": rows,
        "tiles": _tiles(sums(seen_cases(request), since, until)), "chart": _chart(rows, _NONE.get(by, "")),
        "ways": [(key, label, None, f"?since={first}&until={last}&by={key}") for key, label in BY.items()],
        "file": f"?since={first}&until={last}&by={by}&file=csv", "by_label": BY[by], "nothing": _NONE.get(by, ""),
    }  # fmt: skip
    return page(request, "dashboard/case_figures.html", context)


def hours(seconds: float | None) -> str:
    """Write a time as people say it: 45 min, 3.5 h, 2.1 days."""
    if seconds is None:
        return "–"
    if seconds < 5400:
        return gettext("%(n)s min") % {"n": number(round(seconds / 60))}
    if seconds < 172_800:
        return gettext("%(n)s h") % {"n": number(round(seconds / 3600, 1))}
    return gettext("%(n)s days") % {"n": number(round(seconds / 86_400, 1))}


def _tiles(found) -> list[dict]:
    stars = f"{number(round(found.satisfaction, 2))} / 5" if found.satisfaction is not None else "–"
    return [
        {"label": gettext("Opened"), "value": number(found.opened)},
        {"label": gettext("Solved"), "value": percent(found.resolution_rate),
         "note": gettext("%(n)s cases") % {"n": number(found.solved)}},
        {"label": gettext("Median to solve"), "value": hours(found.median_resolution),
         "note": gettext("without waiting times")},
        {"label": gettext("Median to first answer"), "value": hours(found.median_response)},
        {"label": gettext("Solved in time"), "value": percent(found.in_time)},
        {"label": gettext("Satisfaction"), "value": stars, "note": gettext("%(n)s answers") % {"n": number(found.rated)}},
        {"label": gettext("Reopened"), "value": percent(found.reopened_rate)},
    ]  # fmt: skip


def _chart(rows, nothing: str) -> dict:
    return {
        "labels": [row.label or str(nothing) for row in rows],
        "series": [
            {"name": gettext("Opened"), "data": [row.opened for row in rows]},
            {"name": gettext("Solved"), "data": [row.solved for row in rows]},
        ],
    }


def _lines(rows) -> Iterator[str]:
    yield "\ufeff" + _line(_COLUMNS)  # so that a spreadsheet reads it as UTF-8
    for row in rows:
        yield _line([_cell(getattr(row, name)) for name in _COLUMNS])


def _cell(value) -> str:
    """Write a cell that no spreadsheet takes for a formula."""
    if isinstance(value, float):
        return f"{value:.4g}"
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in "=+-@\t" and text else text


def _line(cells) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


urls = [path("cases/figures/", case_figures, name="case_figures")]
