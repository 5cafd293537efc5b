"""Deals are begun, changed, deleted; and what they would sell."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext

from crm.models import Customer, Deal, Product
from crm.operations import deals as selling
from crm.queries import customers, search_ids
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_deals import DealForm, LinesForm, present, product_choices
from dashboard.sight import seen
from dashboard.views.deal import found_deal

_BLAMED = {"customer_id": "customer", "amount_minor": "amount_minor", "stage_id": "stage"}


@staff("deals:write", post="deals:write")
def deal_new(request: HttpRequest) -> HttpResponse:
    selling.ensure_pipeline()
    customer = _customer(request, request.POST.get("customer") or request.GET.get("customer", ""))
    initial = {"owner": str(request.membership.id), "stage": request.GET.get("stage", "")}
    form = DealForm(request.POST or None, currency=request.organisation.currency, reader=request.membership, initial=initial)
    if request.method == "POST" and form.is_valid():
        if customer is None:
            form.add_error(None, gettext("Choose the customer."))
        else:
            with blamed_on(form, **_BLAMED):
                made = selling.create_deal(
                    customer_id=customer.id, stage_id=UUID(form.cleaned_data["stage"]),
                    amount_minor=form.cleaned_data["amount_minor"], **form.facts,
                )  # fmt: skip
                return done(request, gettext("The deal is on the board."), "dashboard:deal", made.id)
    return page(
        request, "dashboard/deal_form.html", {"chosen": customer, "find_page": "dashboard:deal_customers"}, form=form
    )


def _customer(request, text: str) -> Customer | None:
    try:
        return seen(request.membership, Customer.objects.all()).filter(id=UUID(str(text))).first()
    except ValueError:
        return None


@staff("deals:write")
def deal_customers(request: HttpRequest) -> HttpResponse:
    """Find whose deal it is, for the form."""
    text = request.GET.get("find", "").strip()
    ids = search_ids(text, 8) if text else []
    rows = {row.id: row for row in seen(request.membership, customers().filter(id__in=ids))}
    found = [rows[each] for each in ids if each in rows]
    return page(request, "dashboard/parts/order_customers.html", {"found": found, "text": text})


@staff("deals:write", post="deals:write")
def deal_edit(request: HttpRequest, deal_id: UUID) -> HttpResponse:
    found = found_deal(request, deal_id)
    form = DealForm(
        request.POST or None, currency=found.currency, reader=request.membership, deal=found, initial=present(found)
    )
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, **_BLAMED):
            changes = form.facts
            if (amount := form.cleaned_data["amount_minor"]) is not None:
                changes["amount_minor"] = amount
            selling.change_deal(deal_id, **changes)
            return done(request, gettext("Saved."), "dashboard:deal", deal_id)
    return page(request, "dashboard/deal_form.html", {"deal": found}, form=form)


@action("deals:write")
def deal_delete(request: HttpRequest, deal_id: UUID) -> HttpResponse:
    found_deal(request, deal_id)
    selling.delete_deal(deal_id)
    return done(request, gettext("The deal is deleted."), "dashboard:deals")


@staff("deals:write", post="deals:write")
def deal_lines(request: HttpRequest, deal_id: UUID) -> HttpResponse:
    """Change what the deal would sell."""
    found = found_deal(request, deal_id)
    options = {"form_kwargs": {"currency": found.currency, "products": product_choices()}, "prefix": "lines"}
    if request.method != "POST":
        rows = [
            {"product": str(row.product_id or ""), "name": "" if row.product_id else row.name, "quantity": row.quantity,
             "unit_minor": row.unit_minor, "discount": row.discount_percent or None}
            for row in found.lines.order_by("position")
        ]  # fmt: skip
        return _show_lines(request, found, LinesForm(initial=rows or [{"quantity": 1}], **options))
    lines = LinesForm(request.POST, **options)
    by_hand = forms.Form(request.POST)
    if lines.is_valid() and by_hand.is_valid():
        told = [_line(form.cleaned_data) for form in lines if form.is_told]
        with blamed_on(by_hand):
            selling.set_lines(deal_id, told, is_amount_by_hand="follows" not in request.POST)
            return done(request, gettext("Saved."), "dashboard:deal", deal_id)
    return _show_lines(request, found, lines, by_hand)


def _show_lines(request, found: Deal, lines, form=None) -> HttpResponse:
    if form is None:
        return page(request, "dashboard/deal_lines.html", {"deal": found, "lines": lines})
    return render(request, "dashboard/deal_lines.html", {"deal": found, "lines": lines, "form": form}, status=422)


def _line(told: dict) -> selling.LineReport:
    product = UUID(told["product"]) if told["product"] else None
    name = told["name"] or ("" if product is None else Product.objects.get(id=product).name)
    return selling.LineReport(name, product, told["quantity"], told["unit_minor"] or 0, told["discount"] or 0)


urls = [
    path("deals/new/", deal_new, name="deal_new"),
    path("deals/customers/", deal_customers, name="deal_customers"),
    path("deals/<uuid:deal_id>/edit/", deal_edit, name="deal_edit"),
    path("deals/<uuid:deal_id>/delete/", deal_delete, name="deal_delete"),
    path("deals/<uuid:deal_id>/products/", deal_lines, name="deal_lines"),
]
