"""The list of customers; new and changed ones; export."""

from collections.abc import Sequence
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import Customer, Tag
from crm.operations import Refused, record_customers, set_tags, update_customer, version_of
from crm.queries import customers as all_customers
from crm.queries import search_ids
from crm.queries.sight import seen_owners
from dashboard.access import staff
from dashboard.answers import blamed_on, csv_file, done, listing, page
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.forms_customer import ChangedCustomerForm, NewCustomerForm, present
from dashboard.paging import Page, newest_first
from dashboard.people import member_choices
from dashboard.sight import seen
from integrations.exports import export
from loyalty.queries import open_periods
from rewards.queries import available_points

MOST_MATCHES = 100
MOST_LOOKED_THROUGH = 2000  # by somebody who sees but some of them


class CustomerFilters(FilterForm):
    q = SearchField(_("Name, pinyin, phone or e-mail"))
    stage = forms.ChoiceField(
        required=False, label=_("Stage"), choices=choices_with_any(_("Any stage"), Customer.Stage.choices)
    )
    source = forms.ChoiceField(
        required=False, label=_("Source"), choices=choices_with_any(_("Any source"), Customer.Source.choices)
    )
    tag = forms.ChoiceField(required=False, label=_("Tag"))
    owner = forms.ChoiceField(required=False, label=pgettext_lazy("of a customer", "Owner"))

    def __init__(self, data=None):
        super().__init__(data)
        tags = [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)[:200]]
        self.fields["tag"].choices = choices_with_any(_("Any tag"), tags)
        self.fields["owner"].choices = choices_with_any(_("Any owner"), [("none", _("Nobody")), *member_choices()])

    def narrow(self, rows):
        chosen = self.chosen
        for name in ("stage", "source"):
            if name in chosen:
                rows = rows.filter(**{name: chosen[name]})
        if "tag" in chosen:
            rows = rows.filter(tags__tag__name=chosen["tag"])
        if "owner" in chosen:
            rows = rows.filter(owner_id=None if chosen["owner"] == "none" else chosen["owner"])
        return rows


@staff("customers:read")
def customers(request: HttpRequest) -> HttpResponse:
    filters = CustomerFilters(request.GET)
    rows = seen(request.membership, filters.narrow(all_customers()))
    found = _matching(request, rows, filters.chosen["q"]) if "q" in filters.chosen else newest_first(request, rows)
    if request.membership.may("rewards:read"):
        _add_points(found.rows)
    if request.membership.may("loyalty:read"):
        _add_tiers(found.rows)
    return listing(
        request, page="dashboard/customers.html", rows="dashboard/parts/customer_rows.html", filters=filters, customers=found
    )


def _matching(request, rows, text: str) -> Page:
    """Best matches first; a search that finds more than a hundred wants another word, not another page."""
    ids = search_ids(text, MOST_MATCHES if seen_owners(request.membership) is None else MOST_LOOKED_THROUGH)
    rank = {each: position for position, each in enumerate(ids)}
    return Page(sorted(rows.filter(id__in=ids), key=lambda row: rank[row.id])[:MOST_MATCHES], "", True)


def _add_points(rows: Sequence[Customer]) -> None:
    points = available_points([row.id for row in rows])
    for row in rows:
        row.points = points[row.id]


def _add_tiers(rows: Sequence[Customer]) -> None:
    periods = open_periods([row.id for row in rows])
    for row in rows:
        row.tier = periods[row.id].tier if row.id in periods else None


@staff("exports:read")
def customers_export(request: HttpRequest) -> HttpResponse:
    """Send the filtered list as CSV; contacts in full only to roles that may reveal them."""
    filters = CustomerFilters(request.GET)
    rows = seen(request.membership, filters.narrow(all_customers()))
    if "q" in filters.chosen:
        rows = rows.filter(id__in=search_ids(filters.chosen["q"], MOST_MATCHES))
    return csv_file("customers", export("customers", rows, reader=request.membership, filters=filters.chosen))


# --- forms ---------------------------------------------------------------------------------------------


@staff("customers:write", post="customers:write")
def customer_new(request: HttpRequest) -> HttpResponse:
    form = NewCustomerForm(request.POST or None, reader=request.membership)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            return _record(request, form)
    return page(request, "dashboard/customer_form.html", form=form)


def _record(request: HttpRequest, form: NewCustomerForm) -> HttpResponse:
    answer = record_customers([form.report()])[0]
    if isinstance(answer, Refused):
        raise answer.error
    if form.cleaned_data["tags"] and answer.is_new:
        set_tags(answer.row, form.cleaned_data["tags"])
    known = gettext("These contacts belong to a customer we know. What was missing has been filled in.")
    return done(request, gettext("Customer recorded.") if answer.is_new else known, "dashboard:customer", answer.row.id)


@staff("customers:write", post="customers:write")
def customer_edit(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    customer = get_object_or_404(all_customers().select_related("company"), id=customer_id)
    shown = present(customer, version_of(customer))
    form = ChangedCustomerForm(request.POST or None, initial=shown, reader=request.membership)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            changes = form.facts | {"name": form.cleaned_data["name"], "tags": form.cleaned_data["tags"]}
            update_customer(customer_id, expected_version=form.cleaned_data["version"], **changes)
            return done(request, gettext("Saved."), "dashboard:customer", customer_id)
    return page(request, "dashboard/customer_form.html", {"customer": customer}, form=form)


urls = [
    path("customers/", customers, name="customers"),
    path("customers/new/", customer_new, name="customer_new"),
    path("customers/export/", customers_export, name="customers_export"),
    path("customers/<uuid:customer_id>/edit/", customer_edit, name="customer_edit"),
]
