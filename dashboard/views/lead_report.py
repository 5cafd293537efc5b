"""How fast leads are answered: by owner, source and form; as a chart, a table and a file."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext

from crm.models import Lead, LeadForm
from crm.queries.leads import recent_window, response_figures
from dashboard.access import staff
from dashboard.answers import csv_file, page
from dashboard.lead_words import length, rooms
from dashboard.templatetags.dashboard import percent
from integrations.exports import csv_lines
from tenancy import audit
from tenancy.models import Membership

PERIODS = (7, 30, 90, 365)


@staff("leads:read")
def lead_report(request: HttpRequest) -> HttpResponse:
    by, days, rows = _asked(request)
    tabs, here = rooms("lead_report")
    chart = {
        "labels": [row["label"] for row in rows[:20]],
        "series": [
            {"name": gettext("In time"), "data": [row["figures"].in_time for row in rows[:20]]},
            {"name": gettext("Late"), "data": [row["figures"].late for row in rows[:20]]},
        ],
        "unit": "count",
    }
    context = {
        "rows": rows, "chart": chart, "by": by, "days": days, "tabs": tabs, "here": here, "views": _views(by, days),
        "periods": [(each, f"?by={by}&days={each}") for each in PERIODS],
    }  # fmt: skip
    return page(request, "dashboard/lead_report.html", context)


def _asked(request) -> tuple[str, int, list[dict]]:
    by = request.GET.get("by", "owner")
    by = by if by in ("owner", "source", "form") else "owner"
    text = request.GET.get("days", "30")
    days = int(text) if text in {str(each) for each in PERIODS} else 30
    since, until = recent_window(days)
    names = _names(by)
    rows = [
        {
            "label": str(names.get(each.key) or gettext("without a form")), "figures": each,
            "average": length(each.average_minutes), "share": percent(each.share_in_time),
        }
        for each in response_figures(by=by, since=since, until=until)
    ]  # fmt: skip
    return by, days, rows


def _names(by: str) -> dict[str, str]:
    if by == "owner":
        return {str(id): name for id, name in Membership.objects.values_list("id", "user__name")}
    if by == "form":
        return {str(id): name for id, name in LeadForm.objects.values_list("id", "name")}
    return dict(Lead.Source.choices)


def _views(by: str, days: int) -> list[tuple]:
    here = reverse("dashboard:lead_report")
    labels = {"owner": gettext("By owner"), "source": gettext("By source"), "form": gettext("By form")}
    return [(key, label, None, f"{here}?by={key}&days={days}") for key, label in labels.items()]


@staff("leads:read")
def lead_report_file(request: HttpRequest) -> HttpResponse:
    by, days, rows = _asked(request)
    audit.record("list.exported", request.organisation, {"list": "lead_response", "rows": len(rows), "filters": [by]})
    heads = [gettext("Who"), gettext("Leads"), gettext("Answered"), gettext("In time"), gettext("Late"),
             gettext("Minutes of working time to the first answer"), gettext("Converted")]  # fmt: skip
    lines = (
        [
            row["label"],
            f.leads,
            f.answered,
            f.in_time,
            f.late,
            "" if f.average_minutes is None else round(f.average_minutes),
            f.converted,
        ]
        for row in rows
        for f in [row["figures"]]
    )
    return csv_file(f"lead-response-{by}-{days}", csv_lines(heads, lines))


urls = [
    path("leads/response/", lead_report, name="lead_report"),
    path("leads/response.csv", lead_report_file, name="lead_report_file"),
]
