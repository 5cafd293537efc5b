"""The money of a deal on its page: instalments, receipts, money given back."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm.models import Instalment, Receipt
from crm.operations import deals as selling
from dashboard.access import action
from dashboard.answers import blamed_on, done
from dashboard.forms_deal_moves import end_of_day
from dashboard.forms_deals import GiveBackForm, InstalmentForm, ReceiptForm
from dashboard.views.deal import found_deal, show
from dashboard.views.deals import seen_deals

BY_HAND = "staff"  # the source of money noted here: half of its business key


@action("deals:write")
def instalment_new(request: HttpRequest, deal_id: UUID) -> HttpResponse:
    found = found_deal(request, deal_id)
    form = InstalmentForm(request.POST, currency=found.currency, auto_id="instalment_%s")
    if form.is_valid():
        with blamed_on(form):
            selling.add_instalment(deal_id, **form.cleaned_data)
            return done(request, gettext("The instalment is planned."), "dashboard:deal", deal_id)
    return show(request, found, instalment_form=form)


@action("deals:write")
def instalment_remove(request: HttpRequest, instalment_id: UUID) -> HttpResponse:
    instalment = get_object_or_404(Instalment.objects.filter(deal__in=seen_deals(request)), id=instalment_id)
    selling.remove_instalment(instalment_id)
    return done(request, gettext("The instalment is removed."), "dashboard:deal", instalment.deal_id)


@action("deals:write")
def receipt_new(request: HttpRequest, deal_id: UUID) -> HttpResponse:
    found = found_deal(request, deal_id)
    known = [(str(id), str(id)) for id in Instalment.objects.filter(deal=found).values_list("id", flat=True)]
    form = ReceiptForm(request.POST, currency=found.currency, instalments=known, auto_id="receipt_%s")
    if form.is_valid():
        told = form.cleaned_data
        with blamed_on(form, received_at="received_on", instalment_id="instalment"):
            _receipt, is_new = selling.record_receipt(
                deal_id, source=BY_HAND, external_id=told["reference"], amount_minor=told["amount_minor"],
                received_at=end_of_day(told["received_on"]), instalment_id=told["instalment"], note=told["note"],
            )  # fmt: skip
            said = gettext("The money is noted.") if is_new else gettext("This was noted before; nothing counts twice.")
            return done(request, said, "dashboard:deal", deal_id)
    return show(request, found, receipt_form=form)


@action("deals:write")
def receipt_back(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    receipt = get_object_or_404(Receipt.objects.filter(deal__in=seen_deals(request)), id=receipt_id)
    form = GiveBackForm(request.POST, currency=receipt.currency, auto_id="back_%s")
    if form.is_valid():
        told = form.cleaned_data
        with blamed_on(form):
            selling.refund_receipt(
                receipt_id, source=BY_HAND, external_id=told["reference"], amount_minor=told["amount_minor"],
                reason=told["reason"],
            )  # fmt: skip
            return done(request, gettext("Noted as given back."), "dashboard:deal", receipt.deal_id)
    form.receipt_id = receipt_id
    return show(request, found_deal(request, receipt.deal_id), back_form=form)


urls = [
    path("deals/<uuid:deal_id>/instalments/", instalment_new, name="instalment_new"),
    path("deals/instalments/<uuid:instalment_id>/remove/", instalment_remove, name="instalment_remove"),
    path("deals/<uuid:deal_id>/receipts/", receipt_new, name="receipt_new"),
    path("deals/receipts/<uuid:receipt_id>/back/", receipt_back, name="receipt_back"),
]
