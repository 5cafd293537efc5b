"""The calendar of tasks: a month or a week to look at and to move things in, and the feed for calendar programs."""

import calendar as months
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import babel.dates
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from crm import operations as crm
from crm.models import Task
from crm.queries import feed_of, tasks_between
from dashboard.access import action, staff
from dashboard.answers import done, page
from dashboard.sight import seen
from dashboard.views.tasks import seen_tasks
from tenancy import door

_MOST_A_DAY = 200
_WEEK = timedelta(days=7)


@staff("tasks:read")
def calendar(request: HttpRequest) -> HttpResponse:
    zone = ZoneInfo(request.organisation.time_zone)
    today = door.moment().astimezone(zone).date()
    day, span = _day(request, today), "week" if request.GET.get("span") == "week" else "month"
    who = "all" if request.GET.get("who") == "all" else "mine"
    first, last = _edges(day, span)
    rows = seen(request.membership, tasks_between(first, last, zone))
    rows = rows.filter(assignee=request.membership) if who == "mine" else rows
    by_day: dict[date, list[Task]] = {}
    for row in rows[: _MOST_A_DAY * 42]:
        by_day.setdefault(timezone.localtime(row.due_at).date(), []).append(row)
    weeks = [
        [_cell(monday + timedelta(days=n), by_day, day, today) for n in range(7)]
        for monday in (first + _WEEK * n for n in range(((last - first).days + 1) // 7))
    ]
    context = {
        "weeks": weeks, "span": span, "who": who, "title_of_span": _title(day, span, first, last), "names": _day_names(),
        "agenda": [cell for week in weeks for cell in week if cell["tasks"]], "links": _links(day, span, who, today),
        "feed": feed_of(request.membership.id), "now": door.moment(),
    }  # fmt: skip
    return page(request, "dashboard/calendar.html", context)


def _day(request, today: date) -> date:
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return day if 2000 <= day.year <= 2100 else today


def _edges(day: date, span: str) -> tuple[date, date]:
    """Give the first Monday and the last Sunday that are shown; weeks begin on Monday here and in China."""
    if span == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    first = day.replace(day=1)
    last = day.replace(day=months.monthrange(day.year, day.month)[1])
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def _cell(day: date, by_day: dict, chosen: date, today: date) -> dict:
    return {
        "day": day, "tasks": by_day.get(day, []), "is_today": day == today, "is_other": day.month != chosen.month,
        "name": babel.dates.format_date(day, "full", locale=_locale()),
    }  # fmt: skip


def _locale() -> str:
    return {"zh-hans": "zh_Hans_CN"}.get(get_language(), "en_GB")


def _day_names() -> list[tuple[str, str]]:
    """Name the days from Monday: short to be seen, whole to be heard."""
    short, whole = (babel.dates.get_day_names(width, locale=_locale()) for width in ("abbreviated", "wide"))
    return [(short[n], whole[n]) for n in range(7)]


def _title(day: date, span: str, first: date, last: date) -> str:
    if span == "month":
        return babel.dates.format_skeleton("yMMMM", day, locale=_locale())
    return babel.dates.format_interval(first, last, "yMMMd", locale=_locale())


def _links(day: date, span: str, who: str, today: date) -> dict[str, str]:
    before = day - _WEEK if span == "week" else (day.replace(day=1) - timedelta(days=1))
    after = day + _WEEK if span == "week" else (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    here = reverse("dashboard:calendar")

    def link(day_=day, span_=span, who_=who):
        return f"{here}?span={span_}&who={who_}&day={day_}"

    return {
        "before": link(before), "after": link(after), "today": link(today), "month": link(span_="month"),
        "week": link(span_="week"), "mine": link(who_="mine"), "all": link(who_="all"),
    }  # fmt: skip


@action("tasks:write")
def task_move(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Move a task to another day, dragged or by key."""
    found = get_object_or_404(seen_tasks(request), id=task_id)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
        datetime(day.year, day.month, day.day)
    except ValueError:
        raise Http404 from None
    crm.move_task(found.id, day)
    if request.htmx:
        return HttpResponse(status=204)
    return done(request, gettext("Moved."), "dashboard:calendar")


@action("tasks:read")
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """Open a feed and show its address this once, or close it."""
    if "revoke" in request.POST:
        crm.revoke_feed(request.membership.id)
        return done(request, gettext("The address does not work any more."), "dashboard:calendar")
    secret = crm.open_feed(request.membership.id)
    address = reverse("portal:calendar_feed", args=[request.organisation.slug, secret])
    return page(request, "dashboard/calendar_feed.html", {"address": request.build_absolute_uri(address)})


urls = [
    path("calendar/", calendar, name="calendar"),
    path("calendar/feed/", calendar_feed, name="calendar_feed"),
    path("tasks/<uuid:task_id>/move/", task_move, name="task_move"),
]
