"""Enquiry forms: built without code, beside the phone that shows them; how each does; what waits for a person."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import get_language, gettext

from crm.models import FormEntry, Lead, LeadForm, LeadFormVersion
from crm.operations import leads as leading
from crm.queries.leads import entries_in_quarantine, figures_of, forms, leads
from crm.rules.lead_forms import Definition, in_language
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.forms_lead_builder import (
    BuilderForm,
    NewFormForm,
    Questions,
    definition_of,
    first_draft,
    present_form,
    present_questions,
)
from dashboard.lead_words import rooms
from dashboard.paging import newest_first
from dashboard.sight import seen
from tenancy import door

LAST = 20


@staff("campaigns:read")
def lead_forms(request: HttpRequest) -> HttpResponse:
    every = list(forms()[:200])
    figures = figures_of([each.id for each in every])
    for each in every:
        each.figures, (each.mark, each.standing) = figures[each.id], _standing(each)
    tabs, here = rooms("lead_forms")
    context = {
        "forms": every, "tabs": tabs, "here": here, "waiting": entries_in_quarantine().count(),
        "new_form": NewFormForm(auto_id="new_%s"),
    }  # fmt: skip
    return page(request, "dashboard/lead_forms.html", context)


def _standing(form: LeadForm) -> tuple[str, str]:
    """Say in a word how it stands with a form; the first is a state that has this colour."""
    now = door.moment()
    if not form.version:
        return "draft", gettext("Draft")
    if not form.is_on or (form.closes_at and form.closes_at <= now):
        return "over", gettext("Closed")
    if form.opens_at and form.opens_at > now:
        return "scheduled", gettext("Opens later")
    return "active", gettext("Open")


@action("campaigns:write")
def lead_form_new(request: HttpRequest) -> HttpResponse:
    form = NewFormForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    made = leading.create_form(form.cleaned_data["name"], first_draft(request.organisation.name))
    return done(request, gettext("Form made. Ask what you need, then publish it."), "dashboard:lead_form_edit", made.id)


@staff("campaigns:read")
def lead_form(request: HttpRequest, form_id: UUID) -> HttpResponse:
    form = get_object_or_404(LeadForm.objects, id=form_id)
    address = f"/o/{request.organisation.slug}/f/{form.code}"
    absolute = request.build_absolute_uri(address)
    language = get_language()
    mark, standing = _standing(form)
    context = {
        "lead_form": form, "figures": figures_of([form.id])[form.id], "mark": mark, "standing": standing,
        "address": address, "absolute": absolute,
        "title": in_language(Definition.read(form.draft).title, language) or form.name,
        "last": list(seen(request.membership, leads().filter(form=form)).order_by("-created_at", "-id")[:LAST]),
        "versions": list(form.versions.select_related("published_by__user").order_by("-number")[:10]),
        "waiting": entries_in_quarantine().filter(form=form).count(), "language": language,
    }  # fmt: skip
    return page(request, "dashboard/lead_form_page.html", context)


@staff("campaigns:write", post="campaigns:write")
def lead_form_edit(request: HttpRequest, form_id: UUID) -> HttpResponse:
    """Build a form. What is typed is kept as a draft while it is typed; the world sees it once it is published."""
    found = get_object_or_404(LeadForm.objects, id=form_id)
    form = BuilderForm(request.POST or None, initial=present_form(found))
    # What is sent is not compared with the draft: a question that was kept while typing would count as an empty line.
    is_sent = request.method == "POST"
    questions = Questions(
        request.POST if is_sent else None, prefix="questions", initial=None if is_sent else present_questions(found)
    )
    if form.is_valid() and questions.is_valid():
        with blamed_on(form):
            return _saved(request, found, form, questions)
    if request.POST.get("autosave"):
        return JsonResponse({"saved": False}, status=422)
    context = {
        "lead_form": found, "questions": questions, "language": get_language(),
        "preview": f"/o/{request.organisation.slug}/f/{found.code}?preview={leading.preview_token(found.code)}",
    }  # fmt: skip
    response = page(request, "dashboard/lead_builder.html", context, form=form)
    if request.method == "POST":
        response.status_code = 422
    return response


def _saved(request, found: LeadForm, form: BuilderForm, questions) -> HttpResponse:
    is_quiet = bool(request.POST.get("autosave"))
    leading.save_form(found.id, definition=definition_of(form, questions), is_noted=not is_quiet, **form.settings)
    if is_quiet:
        return JsonResponse({"saved": True})
    if "publish" in request.POST:
        leading.publish_form(found.id)
        return done(request, gettext("Published. Share its address or its QR code."), "dashboard:lead_form", found.id)
    return done(request, gettext("Draft saved."), "dashboard:lead_form_edit", found.id)


@action("campaigns:write")
def lead_form_switch(request: HttpRequest, form_id: UUID) -> HttpResponse:
    form = get_object_or_404(LeadForm.objects, id=form_id)
    leading.switch_form(form_id, is_on=not form.is_on)
    said = gettext("The form is closed.") if form.is_on else gettext("The form is open again.")
    return done(request, said, "dashboard:lead_form", form_id)


# --- what was doubted ------------------------------------------------------------------------------------------


def _asked(form_ids: set[UUID]) -> dict[tuple[UUID, int], dict[str, str]]:
    """Give what each version of these forms called its fields."""
    rows = LeadFormVersion.objects.filter(form_id__in=form_ids)
    return {
        (row.form_id, row.number): {
            each.key: in_language(each.label, get_language()) or each.plain_label
            for each in Definition.read(row.definition).fields
        }
        for row in rows
    }


@staff("leads:read")
def lead_quarantine(request: HttpRequest) -> HttpResponse:
    shown = newest_first(request, entries_in_quarantine(), by="received_at")
    asked = _asked({entry.form_id for entry in shown})
    for entry in shown:
        labels = asked.get((entry.form_id, entry.version), {})
        entry.lines = [(labels.get(key, key), str(value)[:200]) for key, value in entry.answers.items()]
    return listing(
        request, page="dashboard/lead_quarantine.html", rows="dashboard/parts/lead_quarantine_rows.html", entries=shown
    )  # fmt: skip


@action("leads:write")
def lead_entry_release(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    get_object_or_404(FormEntry.objects, id=entry_id)
    leading.release_entry(entry_id)
    lead = Lead.objects.get(entry_id=entry_id)
    return done(request, gettext("It is a lead now."), "dashboard:lead", lead.id)


@action("leads:write")
def lead_entry_drop(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    get_object_or_404(FormEntry.objects, id=entry_id)
    leading.drop_entry(entry_id)
    return done(request, gettext("Thrown away."), "dashboard:lead_quarantine")


urls = [
    path("leads/forms/", lead_forms, name="lead_forms"),
    path("leads/forms/new/", lead_form_new, name="lead_form_new"),
    path("leads/forms/<uuid:form_id>/", lead_form, name="lead_form"),
    path("leads/forms/<uuid:form_id>/edit/", lead_form_edit, name="lead_form_edit"),
    path("leads/forms/<uuid:form_id>/switch/", lead_form_switch, name="lead_form_switch"),
    path("leads/quarantine/", lead_quarantine, name="lead_quarantine"),
    path("leads/quarantine/<uuid:entry_id>/release/", lead_entry_release, name="lead_entry_release"),
    path("leads/quarantine/<uuid:entry_id>/drop/", lead_entry_drop, name="lead_entry_drop"),
]
