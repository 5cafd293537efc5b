"""What is written down about a customer: notes and conversations, and the mending of them."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm import operations as crm
from crm.models import Interaction
from crm.queries import customers
from crm.queries.talk import readable
from dashboard.access import action
from dashboard.answers import blamed_on, done, page
from dashboard.customer_page import TalkForm, show


@action("customers:write")
def customer_talk(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    found = get_object_or_404(customers(), id=customer_id)
    form = TalkForm(request.POST, has_team=bool(request.membership.team_id))
    if form.is_valid():
        with blamed_on(form):
            crm.record_interaction(customer_id, **form.cleaned_data)
            return done(request, gettext("Written down."), "dashboard:customer", customer_id)
    return show(request, found, tab="timeline", form=form, form_name="talk_form")


class EditForm(forms.Form):
    text = forms.CharField(max_length=5000)


def _note(request, interaction_id: UUID) -> Interaction:
    return get_object_or_404(readable(Interaction.objects.all(), request.membership), id=interaction_id)


@action("customers:write")
def note_edit(request: HttpRequest, interaction_id: UUID) -> HttpResponse:
    """Correct what one has just written."""
    note, form = _note(request, interaction_id), EditForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    crm.edit_interaction(note.id, form.cleaned_data["text"])
    return done(request, gettext("Changed. What it said before is kept."), "dashboard:customer", note.customer_id)


@action("customers:write")
def note_remove(request: HttpRequest, interaction_id: UUID) -> HttpResponse:
    note = _note(request, interaction_id)
    crm.remove_interaction(note.id)
    return done(request, gettext("Removed."), "dashboard:customer", note.customer_id)


@action("customers:write")
def note_pin(request: HttpRequest, interaction_id: UUID) -> HttpResponse:
    """Keep a note on top, or let it go."""
    note = _note(request, interaction_id)
    crm.pin_interaction(note.id, is_pinned=note.pinned_at is None)
    said = gettext("It stays on top.") if note.pinned_at is None else gettext("It is back in its place.")
    return done(request, said, "dashboard:customer", note.customer_id)


urls = [
    path("customers/<uuid:customer_id>/talk/", customer_talk, name="customer_talk"),
    path("notes/<uuid:interaction_id>/edit/", note_edit, name="note_edit"),
    path("notes/<uuid:interaction_id>/remove/", note_remove, name="note_remove"),
    path("notes/<uuid:interaction_id>/pin/", note_pin, name="note_pin"),
]
