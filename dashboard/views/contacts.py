"""Ways to reach a customer: added, preferred, removed, and shown in full for a purpose."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext, gettext_lazy

from crm import masking
from crm import operations as crm
from crm.models import ContactPoint
from crm.queries import customers
from dashboard.access import action
from dashboard.answers import blamed_on, done, page
from dashboard.customer_page import PURPOSES, ContactForm, show


class RevealForm(forms.Form):
    purpose = forms.ChoiceField(choices=PURPOSES, error_messages={"required": gettext_lazy("Say what you need it for.")})
    words = forms.CharField(required=False, max_length=160)

    def clean(self):
        told = super().clean()
        if told.get("purpose") == "other" and not told.get("words", "").strip():
            self.add_error("words", gettext("Say in a few words what you need it for."))
        return told

    @property
    def said(self) -> str:
        """The purpose as the audit log keeps it: its code, and the words."""
        told = self.cleaned_data
        return f"{told['purpose']}: {told['words'].strip()}" if told["words"].strip() else told["purpose"]


@action("customers:write")
def customer_contact(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    found = get_object_or_404(customers(), id=customer_id)
    form = ContactForm(request.POST, auto_id="contact_%s")
    if form.is_valid():
        with blamed_on(form, phone="value", email="value"):
            masking.check_changes(request.membership, [form.cleaned_data["kind"]])
            crm.add_contact_point(customer_id, **form.cleaned_data)
            return done(request, gettext("Contact added."), "dashboard:customer", customer_id)
    return show(request, found, tab="timeline", form=form, form_name="contact_form")


@action("contacts:reveal")
def contact_reveal(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Show one contact in full, for a purpose; who looked and what for is in the audit log."""
    point, form = get_object_or_404(ContactPoint.objects, id=contact_id), RevealForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    masking.check_reveal(request.membership, point)
    value = crm.reveal_contact(contact_id, purpose=form.said)
    if not request.htmx:
        return redirect("dashboard:customer", point.customer_id)
    return render(request, "dashboard/parts/contact_revealed.html", {"point": point, "value": value})


@action("customers:write")
def contact_remove(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    point = get_object_or_404(ContactPoint.objects, id=contact_id)
    masking.check_changes(request.membership, [point.kind])
    crm.remove_contact_point(contact_id)
    return done(request, gettext("Contact removed."), "dashboard:customer", point.customer_id)


@action("customers:write")
def contact_primary(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    point = get_object_or_404(ContactPoint.objects, id=contact_id)
    masking.check_changes(request.membership, [point.kind])
    crm.make_primary(contact_id)
    return done(request, gettext("This contact is used first from now on."), "dashboard:customer", point.customer_id)


urls = [
    path("customers/<uuid:customer_id>/contacts/", customer_contact, name="customer_contact"),
    path("contacts/<uuid:contact_id>/reveal/", contact_reveal, name="contact_reveal"),
    path("contacts/<uuid:contact_id>/remove/", contact_remove, name="contact_remove"),
    path("contacts/<uuid:contact_id>/primary/", contact_primary, name="contact_primary"),
]
