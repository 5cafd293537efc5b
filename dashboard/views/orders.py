"""Orders: the list, one order with everything it caused, and orders written down by hand."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.models import Customer, Order, Refund
from crm.queries import orders as all_orders
from crm.queries import search_ids
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms import MomentField, MoneyField
from dashboard.lists.orders import ORDERS, kept_of
from dashboard.lists.showing import show
from dashboard.sight import check, found_customers
from foundation.ids import new_code
from loyalty.queries import order_points
from referrals.explain import explain
from referrals.queries import decisions_for
from rewards.queries import rewards
from tenancy import door

BY_HAND = "staff"  # the source of orders written down here: half of their business key


@staff("orders:read")
def orders(request: HttpRequest) -> HttpResponse:
    return show(ORDERS, request)


# --- one order -------------------------------------------------------------------------------------------


class RefundForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)
    reference = forms.CharField(widget=forms.HiddenInput, max_length=40)  # made with the form: sending it twice refunds once

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount_minor"] = MoneyField(label=_("Amount"), currency=currency, minimum=1, is_of_customer=True)
        self.order_fields(["amount_minor", "reason"])


@staff("orders:read")
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    found = get_object_or_404(all_orders(), id=order_id)
    return _show(request, found)


def _show(request, found: Order, form: RefundForm | None = None) -> HttpResponse:
    fresh = RefundForm(currency=found.currency, initial={"reference": new_code(12), "amount_minor": kept_of(found)})
    context = {"order": found, "kept": kept_of(found), "refund_form": form or fresh, "is_form_open": form is not None}
    if may(request, "referrals:read"):
        context["decisions"] = [(row, explain(row, get_language(), "staff")) for row in decisions_for(order_id=found.id)]
    if may(request, "rewards:read"):
        context["rewards"] = rewards().filter(order_id=found.id).order_by("id")
    if may(request, "loyalty:read"):
        context["points"] = order_points([found.id]).get(found.id)
    response = page(request, "dashboard/order.html", context)
    response.status_code = 422 if form else 200
    return response


@action("orders:write")
def order_pay(request: HttpRequest, order_id: UUID) -> HttpResponse:
    crm.pay_order(order_id)
    return done(request, gettext("The order is paid. What it earns is worked out in a moment."), "dashboard:order", order_id)


@action("orders:write")
def order_cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    crm.cancel_order(order_id)
    return done(
        request,
        gettext("The order is cancelled. What it had earned is taken back in a moment."),
        "dashboard:order",
        order_id,
    )


@action("orders:write")
def order_refund(request: HttpRequest, order_id: UUID) -> HttpResponse:
    found = get_object_or_404(all_orders(), id=order_id)
    form = RefundForm(request.POST, currency=found.currency)
    if form.is_valid():
        with blamed_on(form):
            crm.record_refund(_refund(found, form.cleaned_data))
            return done(request, gettext("Money given back is written down."), "dashboard:order", order_id)
    return _show(request, found, form)


@action("orders:write")
def refund_cancel(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """The money stayed with us after all."""
    refund = get_object_or_404(Refund.objects, id=refund_id)
    crm.cancel_refund(refund.id)
    message = gettext("The refund counts no more. What it had taken back is given again in a moment.")
    return done(request, message, "dashboard:order", refund.order_id)


def _refund(order: Order, told: dict) -> crm.RefundReport:
    return crm.RefundReport(
        source=order.source, external_id=f"{BY_HAND}-{told['reference']}", order_external_id=order.external_id,
        currency=order.currency, amount_minor=told["amount_minor"], reason=told["reason"],
    )  # fmt: skip


# --- by hand -----------------------------------------------------------------------------------------------


class NewOrderForm(forms.Form):
    customer = forms.UUIDField(
        label=_("Customer"), widget=forms.HiddenInput, error_messages={"required": _("Choose whose order it is.")}
    )
    external_id = forms.CharField(
        label=_("Order number"),
        max_length=80,
        help_text=_("The number on the receipt. The same number is never recorded twice."),
    )
    is_paid = forms.BooleanField(label=_("It is paid"), required=False, initial=True)

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["total_minor"] = MoneyField(label=_("Total"), currency=currency)
        self.fields["placed_at"] = MomentField(label=_("When"), initial=door.moment())
        self.fields["item"] = forms.CharField(label=_("What was bought"), required=False, max_length=200)
        self.order_fields(["external_id", "total_minor", "item", "placed_at", "is_paid"])

    def report(self) -> crm.OrderReport:
        told = self.cleaned_data
        lines = (
            [crm.OrderLineReport(name=told["item"], unit_minor=told["total_minor"], amount_minor=told["total_minor"])]
            if told["item"]
            else []
        )
        return crm.OrderReport(
            source=BY_HAND, external_id=told["external_id"], currency=self.currency, total_minor=told["total_minor"],
            customer=crm.CustomerReference(customer_id=told["customer"]), status="paid" if told["is_paid"] else "placed",
            placed_at=told["placed_at"], channel="store", lines=lines,
        )  # fmt: skip


@staff("orders:write", post="orders:write")
def order_new(request: HttpRequest) -> HttpResponse:
    currency = request.organisation.currency
    form = NewOrderForm(request.POST or None, currency=currency, initial={"customer": request.GET.get("customer", "")})
    chosen = _chosen(request, form["customer"].value())
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            recorded, is_new = crm.record_order(form.report())
            message = (
                gettext("Order recorded.") if is_new else gettext("This order was recorded before; nothing was done twice.")
            )
            return done(request, message, "dashboard:order", recorded.id)
    return page(request, "dashboard/order_form.html", {"chosen": chosen}, form=form)


def _chosen(request, customer_id) -> Customer | None:
    """Read whom the form names; somebody this person does not see is not found."""
    try:
        wanted = UUID(str(customer_id))
    except ValueError:
        return None
    check(request, wanted)
    return Customer.objects.filter(id=wanted).first()


@staff("orders:write")
def order_customers(request: HttpRequest) -> HttpResponse:
    """Find whose order it is, for the form."""
    text = request.GET.get("find", "").strip()
    ids = search_ids(text, 50) if text else []
    found = found_customers(request, ids)[:8]
    return page(request, "dashboard/parts/order_customers.html", {"found": found, "text": text})


urls = [
    path("orders/", orders, name="orders"),
    path("orders/new/", order_new, name="order_new"),
    path("orders/customers/", order_customers, name="order_customers"),
    path("orders/<uuid:order_id>/", order, name="order"),
    path("orders/<uuid:order_id>/pay/", order_pay, name="order_pay"),
    path("orders/<uuid:order_id>/cancel/", order_cancel, name="order_cancel"),
    path("orders/<uuid:order_id>/refund/", order_refund, name="order_refund"),
    path("refunds/<uuid:refund_id>/cancel/", refund_cancel, name="refund_cancel"),
]
