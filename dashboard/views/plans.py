"""Contact plans: what is planned for whom, what was found, how well it is kept."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.models import ContactPlan, ContactVisit, Enrolment
from crm.queries import enrolments_of, plan_figures, visits
from crm.queries import plans as all_plans
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_plans import PlanForm, StepSet, facts_of, steps_of
from dashboard.paging import newest_first
from dashboard.sight import seen
from dashboard.templatetags.dashboard import number, percent
from tenancy import door

STOP_REASONS = {
    "lost": _("lost"), "unsubscribed": _("wants no more offers"), "refund": _("money was given back"),
    "ordered": _("has bought again"), "plan": _("the plan has ended"), "hand": _("taken off"),
}  # fmt: skip


@staff("tasks:read")
def plans(request: HttpRequest) -> HttpResponse:
    context = {"plans": all_plans(), "tiles": _tiles(plan_figures(door.moment()))}
    return page(request, "dashboard/plans.html", context)


def _tiles(found) -> list[dict]:
    satisfied = f"{number(round(found.satisfied, 1))} / 5" if found.satisfied is not None else "–"
    return [
        {"label": gettext("Contacts due so far"), "value": number(found.due)},
        {"label": gettext("Kept in time"), "value": percent(found.on_time), "note": gettext("within a day")},
        {"label": pgettext("call", "Reached"), "value": percent(found.reached)},
        {"label": gettext("Satisfaction"), "value": satisfied},
        {"label": gettext("Problems found"), "value": number(found.problems), "tone": "orange" if found.problems else ""},
        {"label": gettext("Want to buy"), "value": number(found.wishes), "tone": "green" if found.wishes else ""},
        {"label": gettext("Missed"), "value": number(found.late), "tone": "orange" if found.late else "",
         "note": gettext("overdue and open")},
    ]  # fmt: skip


@staff("tasks:read")
def plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    found = get_object_or_404(all_plans(), id=plan_id)
    rows = seen(request.membership, visits().filter(enrolment__plan=found))
    found_rows = rows.filter(state__in=[ContactVisit.State.DONE, ContactVisit.State.MISSED])
    context = {
        "plan": found, "tiles": _tiles(plan_figures(door.moment(), plan_id)),
        "findings": newest_first(request, found_rows, by="done_at", size=25),
        "ahead": rows.filter(state__in=[ContactVisit.State.OPEN, ContactVisit.State.PLANNED]).order_by("due_at", "id")[:20],
        "enrolments": seen(request.membership, enrolments_of(plan_id))[:20],
        "now": door.moment(), "reasons": STOP_REASONS,
    }  # fmt: skip
    return page(request, "dashboard/plan.html", context)


@staff("tasks:write", post="tasks:write")
def plan_new(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@staff("tasks:write", post="tasks:write")
def plan_edit(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    return _form(request, get_object_or_404(all_plans(), id=plan_id))


def _form(request, found: ContactPlan | None) -> HttpResponse:
    form = PlanForm(request.POST or None, initial=facts_of(found) if found else None)
    steps = StepSet(request.POST or None, prefix="step", initial=steps_of(found) if found else [{"day": 3}])
    if request.method == "POST" and form.is_valid() and steps.is_valid():
        with blamed_on(form, days="every_days"):
            told = [report for step in steps if (report := step.report)]
            save = crm.create_plan(steps=told, **form.facts) if found is None else _save(found, told, form)
            return done(request, gettext("Saved."), "dashboard:plan", save.id)
    response = page(request, "dashboard/plan_form.html", {"plan": found, "steps": steps}, form=form)
    response.status_code = 422 if steps.is_bound and not steps.is_valid() else response.status_code
    return response


def _save(found: ContactPlan, told, form) -> ContactPlan:
    return crm.save_plan(ContactPlan.objects.select_for_update().get(id=found.id), steps=told, **form.facts)


@action("tasks:write")
def plan_switch(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    found = get_object_or_404(ContactPlan.objects, id=plan_id)
    crm.switch_plan(plan_id, is_active=not found.is_active)
    said = gettext("The plan has ended.") if found.is_active else gettext("The plan runs.")
    return done(request, said, "dashboard:plan", plan_id)


@action("tasks:write")
def enrolment_stop(request: HttpRequest, enrolment_id: UUID) -> HttpResponse:
    """Take a customer off a plan."""
    rows = seen(request.membership, Enrolment.objects.all())
    found = get_object_or_404(rows, id=enrolment_id)
    crm.stop_enrolment(enrolment_id)
    return done(request, gettext("Taken off the plan."), "dashboard:plan", found.plan_id)


urls = [
    path("plans/", plans, name="plans"),
    path("plans/new/", plan_new, name="plan_new"),
    path("plans/<uuid:plan_id>/", plan, name="plan"),
    path("plans/<uuid:plan_id>/edit/", plan_edit, name="plan_edit"),
    path("plans/<uuid:plan_id>/switch/", plan_switch, name="plan_switch"),
    path("plans/enrolments/<uuid:enrolment_id>/stop/", enrolment_stop, name="enrolment_stop"),
]
