"""The closing of months: which are closed, which comes next, their seals, and what came late."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from dashboard.access import action, staff
from dashboard.answers import done, page
from dashboard.people import names_of
from dashboard.templatetags.finance import month_name
from dashboard.views.finance import tabs
from rewards.errors.closing import UnknownMonth
from rewards.models import Closing, Seal
from rewards.operations import ask_for_proof, close_month
from rewards.operations.books.sealing import JOB
from rewards.queries import books_months, entries
from rewards.queries.finance import read_figures
from rewards.queries.journal import booked_between, late
from rewards.queries.seals import genesis
from rewards.rules.months import read_month
from tenancy.models import Job

LATE_SHOWN = 20


@staff("ledger:read")
def closings(request: HttpRequest) -> HttpResponse:
    months, jobs = books_months(), _jobs()
    rows = [
        {"about": each, "figures": read_figures(each.seal.figures) if each.seal else None,
         "job": jobs.get(str(each.closing.id)) if each.closing and not each.seal else None}
        for each in months
    ]  # fmt: skip
    following = next((each for each in months if each.is_next), None)
    return page(request, "dashboard/closings.html", {"rows": rows, "following": following, "tabs": tabs()})


@staff("ledger:read")
def closing(request: HttpRequest, closing_id: UUID) -> HttpResponse:
    """A closed month: its frozen figures, its seal and the chain, and what came for it afterwards."""
    found = get_object_or_404(Closing.objects, id=closing_id)
    seal = Seal.objects.filter(id=closing_id).first()
    came_late = late(booked_between(entries(), found.ends_at, None)).filter(occurred_at__lt=found.ends_at)
    if found.begins_at:
        came_late = came_late.filter(occurred_at__gte=found.begins_at)
    context = {
        "closing": found, "seal": seal, "figures": read_figures(seal.figures) if seal else None,
        "late": list(came_late.order_by("-id")[: LATE_SHOWN + 1]), "late_shown": LATE_SHOWN,
        "author": names_of([found.actor_id]).get(found.actor_id, "") if found.actor_id else "",
        "job": None if seal else _jobs().get(str(found.id)), "is_first": seal is not None and seal.previous == genesis(),
    }  # fmt: skip
    return page(request, "dashboard/closing.html", context)


@action("ledger:write")
def closing_new(request: HttpRequest) -> HttpResponse:
    """Close a month for good, or go on sealing one."""
    month = _read(request.POST.get("month", ""))
    made = close_month(month)
    if made.job:
        message = gettext("%(month)s is closed, and is being sealed beside your work.")
    else:
        message = gettext("%(month)s is closed and sealed.")
    return done(request, message % {"month": month_name(month)}, "dashboard:closing", made.closing.id)


@action("ledger:read")
def seals_verify(request: HttpRequest) -> HttpResponse:
    """Make the seals again, with all other rules of the books."""
    made = ask_for_proof()
    if isinstance(made, Job):
        return done(request, gettext("The books are large: the proof runs beside your work."), "dashboard:books")
    message = gettext("Every seal holds, and the books balance.") if made.is_whole else gettext("The books do not balance.")
    return done(request, message, "dashboard:books")


def _read(text: str) -> date:
    try:
        return read_month(text)
    except ValueError:
        raise UnknownMonth from None


def _jobs() -> dict[str, Job]:
    """Find what is being sealed just now, by closing."""
    under_way = Job.objects.filter(kind=JOB, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return {job.result.get("closing_id", ""): job for job in under_way}


urls = [
    path("finance/closings/", closings, name="closings"),
    path("finance/closings/new/", closing_new, name="closing_new"),
    path("finance/closings/verify/", seals_verify, name="seals_verify"),
    path("finance/closings/<uuid:closing_id>/", closing, name="closing"),
]
