"""When the organisation works, and who is away: what every clock in the house runs by."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext, ngettext

from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_calendar import AbsenceForm, DayForm, WeekForm
from foundation.numbers import whole_number
from foundation.working_time import write_spans
from tenancy import calendar, door
from tenancy.models import Absence, CalendarDay


@staff("settings:write", post="settings:write")
def working_week(request: HttpRequest) -> HttpResponse:
    hours = calendar.working_hours()
    initial = {f"day{number}": write_spans(day) for number, day in enumerate(hours.week)}
    form = WeekForm(request.POST or None, initial=initial)
    if form.is_valid():
        with blamed_on(form):
            calendar.set_week(form.days)
            return done(request, gettext("Working week saved."), "dashboard:working_calendar")
    return _show(request, form=form)


def _show(request, *, form=None, day_form=None) -> HttpResponse:
    this_year = calendar.today().year
    days = [(each, write_spans(each.spans)) for each in CalendarDay.objects.filter(day__year__gte=this_year).order_by("day")]
    country = request.organisation.country
    loaded = {each.day.year for each, _hours in days}
    context = {
        "days": days, "day_form": day_form or DayForm(auto_id="day_%s"),
        "is_open": calendar.working_hours().is_open(door.moment()),
        "years": [(year, year in loaded) for year in calendar.loadable_years(country) if year >= this_year],
        "country": country, "form": form, "is_day_open": day_form is not None,
    }  # fmt: skip
    return page(request, "dashboard/working_calendar.html", context, form=day_form if day_form is not None else form)


@action("settings:write")
def calendar_day(request: HttpRequest) -> HttpResponse:
    form = DayForm(request.POST, auto_id="day_%s")
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    told = form.cleaned_data
    calendar.set_day(told["day"], name=told["name"], spans=told["hours"])
    return done(request, gettext("Day entered."), "dashboard:working_calendar")


@action("settings:write")
def calendar_day_forget(request: HttpRequest, day_id: UUID) -> HttpResponse:
    get_object_or_404(CalendarDay.objects, id=day_id)
    calendar.forget_day(day_id)
    return done(request, gettext("This day is like any other again."), "dashboard:working_calendar")


@action("settings:write")
def calendar_load(request: HttpRequest) -> HttpResponse:
    year = whole_number(request.POST.get("year", ""))
    if year is None:
        raise Http404
    organisation = request.organisation
    made = calendar.load_holidays(organisation.country, year, language=organisation.language)
    said = ngettext("%(n)s day entered.", "%(n)s days entered.", made) % {"n": made}
    return done(request, said, "dashboard:working_calendar")


# --- who is away ------------------------------------------------------------------------------------------------


@staff("tasks:read", post="tasks:write")
def absences(request: HttpRequest) -> HttpResponse:
    for_all = may(request, "settings:write")
    form = AbsenceForm(request.POST or None, membership=request.membership, for_all=for_all)
    if form.is_valid():
        with blamed_on(form):
            told = form.cleaned_data
            calendar.add_absence(
                UUID(told["member"]), first_day=told["first_day"], last_day=told["last_day"], deputy_id=told["deputy"],
                note=told["note"],
            )  # fmt: skip
            return done(request, gettext("Entered. New leads go to others meanwhile."), "dashboard:absences")
    rows = Absence.objects.filter(last_day__gte=calendar.today()).select_related("member__user", "deputy__user")
    context = {"absences": rows.order_by("first_day", "id"), "today": calendar.today(), "for_all": for_all}
    return page(request, "dashboard/absences.html", context, form=form)


@action("tasks:write")
def absence_drop(request: HttpRequest, absence_id: UUID) -> HttpResponse:
    absence = get_object_or_404(Absence.objects, id=absence_id)
    if absence.member_id != request.membership.id and not may(request, "settings:write"):
        raise Http404
    calendar.drop_absence(absence_id)
    return done(request, gettext("Taken out."), "dashboard:absences")


urls = [
    path("settings/calendar/", working_week, name="working_calendar"),
    path("settings/calendar/days/", calendar_day, name="calendar_day"),
    path("settings/calendar/days/<uuid:day_id>/forget/", calendar_day_forget, name="calendar_day_forget"),
    path("settings/calendar/load/", calendar_load, name="calendar_load"),
    path("absences/", absences, name="absences"),
    path("absences/<uuid:absence_id>/drop/", absence_drop, name="absence_drop"),
]
