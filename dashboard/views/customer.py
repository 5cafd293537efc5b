"""One customer, all around: the page, its timeline a page at a time, the drawer of lists, tasks and consents."""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import get_language, gettext

from crm import operations as crm
from crm.models import Consent, Customer, Task
from crm.queries import customers
from crm.rules.talk import CHANGEABLE_FOR
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.customer_page import SNOOZES, CustomerTaskForm, facts, show
from dashboard.customer_tabs import CHANNELS, timeline_of
from foundation.ids import new_id
from tenancy import door


class ConsentForm(forms.Form):
    purpose = forms.ChoiceField(choices=Consent.Purpose.choices)
    channel = forms.ChoiceField(choices=CHANNELS, required=False)
    is_granted = forms.TypedChoiceField(choices=[("yes", "yes"), ("no", "no")], coerce=lambda text: text == "yes")


@staff("customers:read")
def customer(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    found = _found(customer_id)
    crm.note_look(customer_id, request.membership)
    return show(request, found, tab=request.GET.get("tab", "timeline"))


def _found(customer_id: UUID):
    return get_object_or_404(customers().select_related("company", "owner__user"), id=customer_id)


@staff("customers:read")
def customer_lines(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """The timeline alone: narrowed, searched, or what is older."""
    return render(request, "dashboard/parts/customer_lines.html", _lines(request, _found(customer_id)))


def _lines(request, found) -> dict:
    return timeline_of(request, found) | {"customer": found, "can_change_until": door.moment() - CHANGEABLE_FOR}


@staff("customers:read")
def customer_panel(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """The customer in brief, for the drawer beside a list."""
    return render(request, "dashboard/parts/customer_panel.html", panel_of(request, customer_id))


def panel_of(request: HttpRequest, customer_id: UUID) -> dict:
    """What the drawer shows of a customer; opening it is noted as opening the page is."""
    found = _found(customer_id)
    crm.note_look(customer_id, request.membership)
    return facts(request, found) | {"lines": timeline_of(request, found)["lines"][:5]}


# --- what is next -------------------------------------------------------------------------------------------


@action("tasks:write")
def customer_task(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    found = _found(customer_id)
    form = CustomerTaskForm(request.POST, auto_id="task_%s")
    if form.is_valid():
        with blamed_on(form):
            asked = form.cleaned_data
            crm.add_task(
                key=f"staff:{new_id()}",
                title=asked["title"],
                due_at=asked["due_at"],
                customer_id=customer_id,
                assignee_id=asked["assignee"],
            )
            return done(request, gettext("Task added."), "dashboard:customer", customer_id)
    return show(request, found, tab="timeline", form=form, form_name="task_form")


class DoneForm(forms.Form):
    outcome = forms.CharField(required=False, max_length=300)


class SnoozeForm(forms.Form):
    days = forms.TypedChoiceField(choices=[(days, days) for days, _label in SNOOZES], coerce=int)


@action("tasks:write")
def customer_task_done(request: HttpRequest, customer_id: UUID, task_id: UUID) -> HttpResponse:
    """Close the next step with one click, and what came of it where that is told."""
    get_object_or_404(Task.objects, id=task_id, customer_id=customer_id)
    form = DoneForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    crm.complete_task(task_id, form.cleaned_data["outcome"])
    return done(request, gettext("Task closed."), "dashboard:customer", customer_id)


@action("tasks:write")
def customer_task_snooze(request: HttpRequest, customer_id: UUID, task_id: UUID) -> HttpResponse:
    """Put the next step off, counted from its deadline or from now, whichever is later."""
    task = get_object_or_404(Task.objects, id=task_id, customer_id=customer_id)
    form = SnoozeForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    crm.snooze_task(task_id, max(task.due_at, door.moment()) + timedelta(days=form.cleaned_data["days"]))
    return done(request, gettext("Put off."), "dashboard:customer", customer_id)


# --- consents -----------------------------------------------------------------------------------------------


@action("customers:write")
def customer_consent(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Record a yes or no that the customer has told a member of staff."""
    get_object_or_404(Customer.objects, id=customer_id)
    form = ConsentForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    told = form.cleaned_data
    crm.record_consent(
        customer_id, purpose=told["purpose"], channel=told["channel"] or "email", is_granted=told["is_granted"],
        text_version="staff-1", language=get_language(), source="staff",
    )  # fmt: skip
    return done(request, gettext("Consent recorded."), "dashboard:customer", customer_id)


urls = [
    path("customers/<uuid:customer_id>/", customer, name="customer"),
    path("customers/<uuid:customer_id>/lines/", customer_lines, name="customer_lines"),
    path("customers/<uuid:customer_id>/panel/", customer_panel, name="customer_panel"),
    path("customers/<uuid:customer_id>/tasks/", customer_task, name="customer_task"),
    path("customers/<uuid:customer_id>/tasks/<uuid:task_id>/done/", customer_task_done, name="customer_task_done"),
    path("customers/<uuid:customer_id>/tasks/<uuid:task_id>/snooze/", customer_task_snooze, name="customer_task_snooze"),
    path("customers/<uuid:customer_id>/consents/", customer_consent, name="customer_consent"),
]
