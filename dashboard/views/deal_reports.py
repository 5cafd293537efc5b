"""Forecast and figures of sales: what may come, what was won and lost and why, where deals get stuck."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from crm import masking
from crm.models import Deal, LossReason
from crm.operations import deals as selling
from crm.queries.deal_reports import Outcome, SalesReport, currencies, sales_report
from crm.queries.deals import pipelines
from crm.queries.segments import within
from dashboard.access import staff
from dashboard.answers import csv_file, page
from dashboard.lists.deals import rooms
from dashboard.segment_choice import SegmentChoice
from dashboard.templatetags.dashboard import in_language, number, percent, whole_money
from dashboard.templatetags.deals import days_long, reason_words
from dashboard.templatetags.finance import month_name
from dashboard.views.deals import seen_deals
from dashboard.views.reports import RangeForm
from foundation.money import Money
from integrations.exports import csv_lines
from tenancy import audit, door
from tenancy.models import Membership

_DAYS = 90


class DealReportForm(RangeForm):
    pipeline = forms.ChoiceField(label=_("Pipeline"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), required=False)

    def days(self, zone: ZoneInfo) -> tuple[date, date]:
        first, last = super().days(zone)
        return (first, last) if "since" in self.chosen else (last - timedelta(days=_DAYS - 1), last)


@staff("deals:read")
def deal_reports(request: HttpRequest) -> HttpResponse:
    choice = SegmentChoice(request)
    form, report, pipeline, (first, last) = _report(request, choice)
    query = f"?pipeline={pipeline.id}&currency={report.currency}&since={first}&until={last}{choice.query}"
    context = {
        "form": form, "report": report, "pipeline": pipeline, "first": first, "last": last, "query": query,
        "rooms": rooms(request),
        "tiles": _tiles(report), "forecast": _forecast_chart(report), "outcomes": _outcomes(report),
        "funnel": _funnel(report), "steps": _steps(report), "ageing": _ageing(report), "segment_choice": choice,
    }  # fmt: skip
    return page(request, "dashboard/deal_reports.html", context)


def _report(request, choice: SegmentChoice) -> tuple:
    """Read what is asked for; nonsense gives the default pipeline, the house currency and 90 days."""
    selling.ensure_pipeline()
    every, rows = list(pipelines()), seen_deals(request)
    wanted = request.GET.get("pipeline", "")
    pipeline = next((each for each in every if str(each.id) == wanted), every[0])
    known = currencies(rows.filter(pipeline=pipeline)) or [request.organisation.currency]
    house = request.organisation.currency
    currency = (
        request.GET.get("currency") if request.GET.get("currency") in known else (house if house in known else known[0])
    )
    zone = ZoneInfo(request.organisation.time_zone)
    asked = DealReportForm(request.GET)
    first, last = asked.days(zone)
    form = DealReportForm({"since": first, "until": last, "pipeline": str(pipeline.id), "currency": currency})
    form.fields["pipeline"].choices = [(str(each.id), in_language(each.name)) for each in every]
    form.fields["currency"].choices = [(each, each) for each in known]
    report = sales_report(
        within(rows, choice.chosen), pipeline_id=pipeline.id, currency=currency, since=_midnight(first, zone),
        until=_midnight(last + timedelta(days=1), zone), moment=door.moment(), today=door.moment().astimezone(zone).date(),
    )  # fmt: skip
    return form, report, pipeline, (first, last)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _tiles(report: SalesReport) -> list[dict]:
    likely = sum(each.weighted_minor for each in report.forecast)
    whole = sum(each.amount_minor for each in report.forecast)
    cycle = days_long(report.median_cycle_days) if report.median_cycle_days is not None else "–"
    rotten = sum(each.rotten for each in report.ageing)
    return [
        {
            "label": gettext("Likely to come"),
            "value": whole_money(likely, report.currency),
            "note": gettext("of %(amount)s open") % {"amount": whole_money(whole, report.currency)},
        },
        {
            "label": pgettext("deal", "Won"),
            "value": whole_money(report.won_minor, report.currency),
            "note": ngettext("in %(n)s deal", "in %(n)s deals", report.won) % {"n": number(report.won)},
            "tone": "green",
        },
        {
            "label": gettext("Share won"),
            "value": percent(report.win_rate),
            "note": gettext("%(n)s lost, worth %(amount)s")
            % {"n": number(report.lost), "amount": whole_money(report.lost_minor, report.currency)},
        },
        {"label": gettext("Median sales cycle"), "value": cycle, "note": gettext("of deals won in this time")},
        {
            "label": gettext("Too long in their stage"),
            "value": number(rotten),
            "note": gettext("open deals"),
            "tone": "orange" if rotten else "",
        },
    ]


def _month_label(row) -> str:
    return {"overdue": gettext("Overdue"), "undated": gettext("No date")}.get(row.kind) or month_name(row.month)


def _forecast_chart(report: SalesReport) -> dict | None:
    if not report.forecast:
        return None
    return {
        "labels": [_month_label(row) for row in report.forecast], "unit": "money", "currency": report.currency,
        "series": [
            {"name": gettext("Likely"), "data": [row.weighted_minor for row in report.forecast]},
            {"name": gettext("All that is open"), "is_quiet": True, "data": [row.amount_minor for row in report.forecast]},
        ],
    }  # fmt: skip


def _outcomes(report: SalesReport) -> list[dict]:
    """Tables of won and lost, each row with its name."""
    reasons = {str(row.id): reason_words(row) for row in LossReason.objects.select_related("parent")}
    owners = {str(row.id): str(row.user) for row in Membership.objects.select_related("user")}
    sources = {str(key): str(label) for key, label in Deal.Source.choices}
    nobody = gettext("Nobody")
    return [
        {"title": gettext("By owner"), "key": "owner", "rows": _named(report.by_owner, owners, nobody)},
        {"title": gettext("By source"), "key": "source", "rows": _named(report.by_source, sources, "–")},
        {
            "title": gettext("Why deals are lost"),
            "key": "reason",
            "rows": _named(report.by_reason, reasons, "–"),
            "is_lost": True,
        },
    ]


def _named(rows: tuple[Outcome, ...], names: dict[str, str], nobody: str) -> list[tuple[str, Outcome]]:
    return [(names.get(row.key, nobody), row) for row in rows]


def _funnel(report: SalesReport) -> dict | None:
    if not report.steps or not report.steps[0].reached:
        return None
    return {
        "labels": [in_language(step.name) for step in report.steps],
        "series": [{"name": gettext("Deals"), "data": [step.reached for step in report.steps]}],
    }


def _steps(report: SalesReport) -> list[dict]:
    return [{"name": in_language(step.name), "reached": step.reached, "share": step.share} for step in report.steps]


def _ageing(report: SalesReport) -> list[dict]:
    return [{"name": in_language(row.name), "row": row} for row in report.ageing]


# --- files --------------------------------------------------------------------------------------------------------


@staff("exports:read")
def deal_report_file(request: HttpRequest, deal_report: str) -> HttpResponse:
    """Send one table of the report as CSV."""
    if deal_report not in _TABLES:
        raise Http404
    _form, report, _pipeline, _days = _report(request, SegmentChoice(request))
    audit.record("list.exported", request.organisation, {"list": f"deals.{deal_report}"})
    masking.check_amounts_are_shown()
    heads, rows = _TABLES[deal_report](report)
    return csv_file(f"deals-{deal_report}", list(csv_lines(heads, rows)))


def _major(minor: int, report: SalesReport):
    return Money(minor, report.currency).major


def _forecast_file(report):
    heads = [gettext("Month"), gettext("Currency"), gettext("Deals"), gettext("All that is open"), gettext("Likely")]
    return heads, [
        [
            row.month.strftime("%Y-%m") if row.month else row.kind,
            report.currency,
            row.deals,
            _major(row.amount_minor, report),
            _major(row.weighted_minor, report),
        ]
        for row in report.forecast
    ]


def _outcome_file(report):
    heads = [
        "",
        gettext("Name"),
        gettext("Currency"),
        pgettext("deal", "Won"),
        gettext("Amount won"),
        pgettext("deal", "Lost"),
        gettext("Amount lost"),
    ]
    return heads, [
        [
            table["key"],
            name,
            report.currency,
            row.won,
            _major(row.won_minor, report),
            row.lost,
            _major(row.lost_minor, report),
        ]
        for table in _outcomes(report)
        for name, row in table["rows"]
    ]


def _steps_file(report):
    heads = [gettext("Stage"), gettext("Deals"), gettext("Share of the stage before")]
    return heads, [
        [step["name"], step["reached"], None if step["share"] is None else round(step["share"], 4)]
        for step in _steps(report)
    ]


def _ageing_file(report):
    heads = [
        gettext("Stage"),
        gettext("Deals"),
        gettext("Amount"),
        gettext("Days on average"),
        gettext("Days at most"),
        gettext("Limit in days"),
        gettext("Too long"),
    ]
    return heads, [
        [
            each["name"],
            each["row"].deals,
            _major(each["row"].amount_minor, report),
            each["row"].average_days,
            each["row"].oldest_days,
            each["row"].limit_days,
            each["row"].rotten,
        ]
        for each in _ageing(report)
    ]


_TABLES = {"forecast": _forecast_file, "outcomes": _outcome_file, "conversion": _steps_file, "ageing": _ageing_file}

urls = [
    path("deals/reports/", deal_reports, name="deal_reports"),
    path("deals/reports/<slug:deal_report>.csv", deal_report_file, name="deal_report_file"),
]
