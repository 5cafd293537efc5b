"""One lead: what they want, by when somebody answers, what was done, what comes next."""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import get_language, gettext

from crm.models import Lead
from crm.operations import leads as leading
from crm.queries import open_tasks
from crm.queries.leads import held_before, leads, leads_of, moves_of, policy
from crm.rules.leads import CLOSED, IN_HAND, reason_label
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done
from dashboard.custom_fields import custom_facts
from dashboard.customer_page import PURPOSES, contacts_of
from dashboard.forms_leads import (
    ChangedLeadForm,
    ContactedForm,
    ConvertForm,
    HandOverForm,
    NoteForm,
    QualifyForm,
    ReasonForm,
)
from dashboard.lead_words import clock_of, steps_of
from dashboard.sight import seen
from tenancy import door


def _found(request, lead_id: UUID) -> Lead:
    return get_object_or_404(seen(request.membership, leads()), id=lead_id)


@staff("leads:read")
def lead(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    return _show(request, _found(request, lead_id))


def _show(request, found: Lead, *, form: forms.Form | None = None, form_name: str = "") -> HttpResponse:
    """Show the page; a refused form comes back in its place with status 422."""
    tomorrow = door.moment() + timedelta(days=1)
    shown = {
        "contact_form": ContactedForm(auto_id="contact_%s", initial={"next_at": tomorrow}),
        "reason_form": ReasonForm(auto_id="reason_%s"), "hand_form": HandOverForm(auto_id="hand_%s", but=found.owner_id),
        "convert_form": ConvertForm(auto_id="convert_%s", lead=found, member=request.membership),
        "release_form": NoteForm(auto_id="release_%s"),
        "qualify_form": QualifyForm(auto_id="qualify_%s", lead=found, member=request.membership),
        "edit_form": ChangedLeadForm(
            auto_id="edit_%s", member=request.membership, custom=found.custom,
            initial={name: getattr(found, name) for name in ("interest", "message", "campaign")},
        ),
    }  # fmt: skip
    if form is not None:
        shown[form_name] = form
    return render(request, "dashboard/lead.html", {**_facts(request, found), **shown, "open_form": form_name},
                  status=422 if form is not None else 200)  # fmt: skip


def _facts(request, found: Lead) -> dict:
    language = get_language()
    script = policy().script
    return {
        "lead": found, "clock_of_lead": clock_of(found, door.moment()), "steps": steps_of(moves_of(found.id)[:100]),
        "answers": leading.answer_lines(found.answers, language), "is_in_hand": found.state in IN_HAND,
        "custom_facts": custom_facts("lead", request.membership, found.custom), "is_closed": found.state in CLOSED,
        "held": held_before([found.id]).get(found.id, []),
        "points": contacts_of(found.customer, request.membership), "purposes": PURPOSES,
        "script": script.get(language) or next(iter(script.values()), ""),
        "others": list(leads_of(found.customer_id).exclude(id=found.id)[:5]),
        "next_tasks": list(open_tasks().filter(customer_id=found.customer_id)[:3]),
        "closed_because": reason_label(found.reason, found.detail) if found.reason else "",
    }  # fmt: skip


# --- what can be done with it -------------------------------------------------------------------------------------


def _step(request, lead_id: UUID, form: forms.Form, form_name: str, do, said: str) -> HttpResponse:
    """Do one thing with a lead, or show the form again with what is wrong."""
    found = _found(request, lead_id)
    if form.is_valid():
        with blamed_on(form):
            do(form.cleaned_data)
            return done(request, said, "dashboard:lead", lead_id)
    return _show(request, found, form=form, form_name=form_name)


@action("leads:write")
def lead_contact(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    form = ContactedForm(request.POST, auto_id="contact_%s")
    return _step(
        request, lead_id, form, "contact_form", lambda told: leading.record_contact(lead_id, **told),
        gettext("Written down."),
    )  # fmt: skip


@action("leads:write")
def lead_qualify(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    found = _found(request, lead_id)
    form = QualifyForm(request.POST, auto_id="qualify_%s", lead=found, member=request.membership)
    return _step(
        request, lead_id, form, "qualify_form", lambda told: leading.qualify_lead(lead_id, **form.facts),
        gettext("Qualified. Convert it once business comes of it."),
    )  # fmt: skip


@action("leads:write")
def lead_disqualify(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST, auto_id="reason_%s")
    return _step(
        request, lead_id, form, "reason_form", lambda told: leading.disqualify_lead(lead_id, **form.reason),
        gettext("Closed. The reason is in the statistics."),
    )  # fmt: skip


@action("leads:write")
def lead_convert(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    found = _found(request, lead_id)
    form = ConvertForm(request.POST, auto_id="convert_%s", lead=found, member=request.membership)
    return _step(
        request, lead_id, form, "convert_form", lambda told: leading.convert_lead(lead_id, **form.facts),
        gettext("Converted."),
    )  # fmt: skip


@action("leads:write")
def lead_edit(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    found = _found(request, lead_id)
    form = ChangedLeadForm(request.POST, auto_id="edit_%s", member=request.membership, custom=found.custom)
    return _step(
        request, lead_id, form, "edit_form", lambda told: leading.change_lead(lead_id, **form.facts), gettext("Saved."),
    )  # fmt: skip


@action("leads:write")
def lead_hand_over(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    found = _found(request, lead_id)
    form = HandOverForm(request.POST, auto_id="hand_%s", but=found.owner_id)
    return _step(
        request, lead_id, form, "hand_form",
        lambda told: leading.assign_lead(lead_id, UUID(told["owner"]), note=told["note"]), gettext("Handed over."),
    )  # fmt: skip


@action("leads:write")
def lead_release(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    form = NoteForm(request.POST, auto_id="release_%s")
    return _step(
        request, lead_id, form, "release_form", lambda told: leading.release_lead(lead_id, **told),
        gettext("Back in the pool."),
    )  # fmt: skip


@action("leads:write")
def lead_reopen(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    _found(request, lead_id)
    leading.reopen_lead(lead_id)
    return done(request, gettext("Taken up again; the rules have said whose it is."), "dashboard:lead", lead_id)


@action("leads:write")
def lead_protect(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    found = _found(request, lead_id)
    leading.protect_lead(lead_id, is_protected=not found.is_protected)
    said = gettext("The usual times apply again.") if found.is_protected else gettext("It stays with its owner.")
    return done(request, said, "dashboard:lead", lead_id)


urls = [
    path("leads/<uuid:lead_id>/", lead, name="lead"),
    path("leads/<uuid:lead_id>/contact/", lead_contact, name="lead_contact"),
    path("leads/<uuid:lead_id>/qualify/", lead_qualify, name="lead_qualify"),
    path("leads/<uuid:lead_id>/disqualify/", lead_disqualify, name="lead_disqualify"),
    path("leads/<uuid:lead_id>/convert/", lead_convert, name="lead_convert"),
    path("leads/<uuid:lead_id>/edit/", lead_edit, name="lead_edit"),
    path("leads/<uuid:lead_id>/hand-over/", lead_hand_over, name="lead_hand_over"),
    path("leads/<uuid:lead_id>/release/", lead_release, name="lead_release"),
    path("leads/<uuid:lead_id>/reopen/", lead_reopen, name="lead_reopen"),
    path("leads/<uuid:lead_id>/protect/", lead_protect, name="lead_protect"),
]
