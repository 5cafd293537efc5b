"""The pool of customers (公海): who is in it, who goes there soon; taking one, giving one back."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.models import Customer
from crm.queries import customers
from crm.queries.leads import policy
from crm.queries.pool import going_back, in_pool, last_out, last_words
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, listing
from dashboard.customer_page import GiveBackForm, show
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.lead_words import waited
from dashboard.lists.customers import find
from dashboard.paging import newest_first
from dashboard.sight import seen
from tenancy import door


class PoolFilters(FilterForm):
    q = SearchField(_("Name, pinyin, phone, e-mail or code"))
    stage = forms.ChoiceField(
        required=False, label=_("Stage"), choices=choices_with_any(_("Any stage"), Customer.Stage.choices)
    )
    source = forms.ChoiceField(
        required=False, label=_("Source"), choices=choices_with_any(_("Any source"), Customer.Source.choices)
    )

    def narrow(self, rows):
        chosen = self.chosen
        rows = rows.filter(**{name: chosen[name] for name in ("stage", "source") if name in chosen})
        return rows.filter(id__in=find(chosen["q"])) if "q" in chosen else rows


@staff("customers:read")
def customer_pool(request: HttpRequest) -> HttpResponse:
    rules, filters = policy(), PoolFilters(request.GET)
    views = {"pool": in_pool(Customer.objects.all()), "soon": seen(request.membership, going_back(rules))}
    view = request.GET.get("view", "pool")
    view = view if view in views else "pool"
    shown = newest_first(request, filters.narrow(customers().filter(id__in=views[view].values("id"))))
    _dress(shown.rows)
    return listing(
        request, page="dashboard/customer_pool.html", rows="dashboard/parts/customer_pool_rows.html", customers=shown,
        view=view, filters=filters, policy=rules, views=_tabs(views),
    )  # fmt: skip


def _dress(rows: list[Customer]) -> None:
    ids, now = [row.id for row in rows], door.moment()
    out, words = last_out(ids), last_words(ids)
    for row in rows:
        row.left = out.get(row.id)
        row.waited = waited(row.left.occurred_at if row.left else row.created_at, now)
        row.last_word = words.get(row.id)


def _tabs(views) -> list[tuple]:
    here = reverse("dashboard:customer_pool")
    labels = {"pool": gettext("In the pool"), "soon": gettext("There soon")}
    return [(key, label, views[key].count(), f"{here}?view={key}") for key, label in labels.items()]


@action("customers:write")
def customer_claim(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    crm.claim_customer(get_object_or_404(Customer.objects, id=customer_id).id, request.membership.id)
    return done(request, gettext("The customer is yours now."), "dashboard:customer", customer_id)


@action("customers:write")
def customer_release(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    found = get_object_or_404(customers(), id=customer_id)
    form = GiveBackForm(request.POST, auto_id="back_%s")
    if form.is_valid():
        with blamed_on(form):
            crm.release_customer(customer_id, note=form.cleaned_data["note"])
            return done(request, gettext("The customer is in the pool again."), "dashboard:customer", customer_id)
    return show(request, found, tab="timeline", form=form, form_name="give_back_form")


urls = [
    path("customers/pool/", customer_pool, name="customer_pool"),
    path("customers/<uuid:customer_id>/claim/", customer_claim, name="customer_claim"),
    path("customers/<uuid:customer_id>/release/", customer_release, name="customer_release"),
]
