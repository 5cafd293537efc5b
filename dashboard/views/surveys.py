"""Surveys: the list, one with its figures and comments, its link and code, and asking by hand."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.models import Customer, Survey, SurveyAnswer
from crm.queries import surveys as queries
from dashboard.access import action, staff
from dashboard.answers import csv_file, done, listing, page
from dashboard.charts_surveys import scores_chart, topics_chart, weeks_chart
from dashboard.forms import DateField, FilterForm, choices_with_any
from dashboard.paging import newest_first
from dashboard.sight import seen
from dashboard.templatetags.dashboard import in_language
from foundation.ids import new_code
from foundation.qr import qr_svg
from integrations.exports import csv_lines
from tenancy import audit, door

FEELINGS = [("1", _("Good")), ("0", _("Neither good nor bad")), ("-1", _("Bad"))]


class AnswerFilters(FilterForm):
    since = DateField(label=_("From"), required=False)
    until = DateField(label=_("To"), required=False)
    topic = forms.ChoiceField(
        label=_("Topic"), required=False, choices=choices_with_any(_("Any topic"), SurveyAnswer.Topic.choices)
    )
    feeling = forms.ChoiceField(label=_("Comment"), required=False, choices=choices_with_any(_("Any comment"), FEELINGS))
    low = forms.BooleanField(label=_("Low scores only"), required=False)

    @property
    def chosen(self) -> dict:
        return {name: value for name, value in super().chosen.items() if value is not False}

    @property
    def period(self) -> dict[str, datetime]:
        """The days as [since, until) on the organisation's clock."""
        days = {"since": (self.chosen.get("since"), 0), "until": (self.chosen.get("until"), 1)}
        zone = timezone.get_current_timezone()
        return {
            name: datetime.combine(day + timedelta(days=more), time.min, zone) for name, (day, more) in days.items() if day
        }

    @property
    def wanted(self) -> dict:
        feeling = self.chosen.get("feeling")
        return {
            "topic": self.chosen.get("topic", ""), "sentiment": None if feeling is None else int(feeling),
            "is_low": bool(self.chosen.get("low")),
        }  # fmt: skip


@staff("surveys:read")
def surveys(request: HttpRequest) -> HttpResponse:
    rows = list(queries.surveys())
    counts = queries.counts_of([row.id for row in rows])
    return render(request, "dashboard/surveys.html", {"rows": [(row, *counts[row.id]) for row in rows]})


@staff("surveys:read")
def survey(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    found = get_object_or_404(queries.surveys(), id=survey_id)
    filters = AnswerFilters(request.GET)
    rows = seen(request.membership, queries.comments(queries.answers(found.id, **filters.period), **filters.wanted))
    answers = newest_first(request, rows, by="answered_at")
    title = in_language(found.title)
    context = {
        "survey": found, "subtitle": "" if title == found.name else title, "filters": filters, "answers": answers,
        "most": {"nps": 10, "csat": 5}.get(found.kind),
    }  # fmt: skip
    if not request.htmx:
        context |= _figures(request, found, filters)
    return listing(request, page="dashboard/survey.html", rows="dashboard/parts/survey_rows.html", **context)


def _figures(request, found: Survey, filters: AnswerFilters) -> dict:
    results = queries.results(found, **filters.period)
    link = request.build_absolute_uri(f"/o/{request.organisation.slug}/s/{found.code}")
    return {
        "results": results, "scores": scores_chart(results), "weeks": weeks_chart(results), "topics": topics_chart(results),
        "link": link, "qr": qr_svg(link), "ask_form": AskSomeForm(),
    }  # fmt: skip


@staff("exports:read")
def survey_answers_export(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    """Send the filtered answers as CSV."""
    found = get_object_or_404(Survey.objects, id=survey_id)
    filters = AnswerFilters(request.GET)
    rows = seen(request.membership, queries.comments(queries.answers(found.id, **filters.period), **filters.wanted))
    audit.record("survey.exported", found, {"rows": rows.count()})
    return csv_file(f"survey-{found.code.lower()}", csv_lines(_heads(found), _lines(found, rows)))


def _heads(found: Survey) -> list[str]:
    heads = [pgettext("survey", "Answered"), gettext("Customer"), gettext("Score"), gettext("Topic"), gettext("Sentiment")]
    heads += [gettext("Comment"), gettext("Source")]
    return heads + [in_language(question["label"]) for question in found.questions]


def _lines(found: Survey, rows) -> Iterator[list]:
    for row in rows.iterator(chunk_size=1000):
        given = [row.answers.get(question["key"], "") for question in found.questions]
        yield [
            row.answered_at, row.customer.name if row.customer else "", row.score,
            row.get_topic_display() if row.topic else "", row.sentiment, row.comment, row.get_source_display(),
            *[", ".join(map(str, each)) if isinstance(each, list) else each for each in given],
        ]  # fmt: skip


@action("surveys:write")
def survey_open(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    crm.open_survey(survey_id)
    return done(request, gettext("The survey takes answers now."), "dashboard:survey", survey_id)


@action("surveys:write")
def survey_close(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    crm.close_survey(survey_id)
    return done(request, gettext("The survey takes no more answers."), "dashboard:survey", survey_id)


class AskSomeForm(forms.Form):
    """Whom to ask: customers who bought lately."""

    days = forms.IntegerField(label=_("Customers who bought within so many days"), min_value=1, max_value=730, initial=30)
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"days": 30, "key": new_code(16)}, **kwargs)


@action("surveys:write")
def survey_ask(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    """Ask everybody who bought lately; who was asked lately is left alone."""
    found = get_object_or_404(Survey.objects, id=survey_id)
    form = AskSomeForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    since = door.moment() - timedelta(days=form.cleaned_data["days"])
    buyers = Customer.objects.filter(orders__status="paid", orders__paid_at__gte=since).distinct()
    key = form.cleaned_data["key"]
    asked = crm.ask_many(found.id, [(id, f"hand:{key}:{id}") for id in buyers.values_list("id", flat=True)])
    words = ngettext("%(n)s customer will be asked.", "%(n)s customers will be asked.", asked)
    return done(request, words % {"n": asked}, "dashboard:survey", survey_id)


urls = [
    path("surveys/", surveys, name="surveys"),
    path("surveys/<uuid:survey_id>/", survey, name="survey"),
    path("surveys/<uuid:survey_id>/answers.csv", survey_answers_export, name="survey_answers_export"),
    path("surveys/<uuid:survey_id>/open/", survey_open, name="survey_open"),
    path("surveys/<uuid:survey_id>/close/", survey_close, name="survey_close"),
    path("surveys/<uuid:survey_id>/ask/", survey_ask, name="survey_ask"),
]
