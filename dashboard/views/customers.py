"""The list of customers; new and changed ones."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm.errors import ContactPointsDiffer
from crm.models import Customer
from crm.operations import Refused, record_customers, set_tags, update_customer, version_of
from crm.queries import customers as all_customers
from crm.queries.sight import check_known
from dashboard.access import staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_customer import ChangedCustomerForm, NewCustomerForm, present
from dashboard.lists.customers import CUSTOMERS
from dashboard.lists.showing import show
from dashboard.sight import seen


@staff("customers:read")
def customers(request: HttpRequest) -> HttpResponse:
    return show(CUSTOMERS, request)


# --- forms ---------------------------------------------------------------------------------------------


@staff("customers:write", post="customers:write")
def customer_new(request: HttpRequest) -> HttpResponse:
    form, both = NewCustomerForm(request.POST or None, reader=request.membership), []
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            try:
                return _record(request, form)
            except ContactPointsDiffer as refusal:
                both = _both(request, refusal)
                raise
    return page(request, "dashboard/customer_form.html", {"both": both}, form=form)


def _both(request: HttpRequest, refusal: ContactPointsDiffer) -> list[Customer]:
    """The customers to whom the contacts belong, for a link to comparing the two."""
    return list(seen(request.membership, all_customers()).filter(id__in=refusal.facts.get("customer_ids", ()))[:2])


def _record(request: HttpRequest, form: NewCustomerForm) -> HttpResponse:
    answer = record_customers([form.report()])[0]
    if isinstance(answer, Refused):
        raise answer.error
    check_known(request.membership, answer)
    if form.cleaned_data["tags"] and answer.is_new:
        set_tags(answer.row, form.cleaned_data["tags"])
    known = gettext("These contacts belong to a customer we know. What was missing has been filled in.")
    return done(request, gettext("Customer recorded.") if answer.is_new else known, "dashboard:customer", answer.row.id)


@staff("customers:write", post="customers:write")
def customer_edit(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    customer = get_object_or_404(all_customers().select_related("company"), id=customer_id)
    shown = present(customer, version_of(customer))
    form = ChangedCustomerForm(request.POST or None, initial=shown, reader=request.membership, custom=customer.custom)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            changes = form.facts | {"name": form.cleaned_data["name"], "tags": form.cleaned_data["tags"]}
            update_customer(customer_id, expected_version=form.cleaned_data["version"], **changes)
            return done(request, gettext("Saved."), "dashboard:customer", customer_id)
    return page(request, "dashboard/customer_form.html", {"customer": customer}, form=form)


urls = [
    path("customers/", customers, name="customers"),
    path("customers/new/", customer_new, name="customer_new"),
    path("customers/<uuid:customer_id>/edit/", customer_edit, name="customer_edit"),
]
