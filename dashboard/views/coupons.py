"""Coupons: the list, and a form for the till."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from crm.queries import search_ids
from dashboard.access import may, staff
from dashboard.answers import blamed_on, listing
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.forms_growth import RedeemCouponForm
from dashboard.paging import newest_first
from foundation.ids import normalise_code
from rewards.models import Coupon
from rewards.operations import redeem_coupon
from rewards.queries import coupons as all_coupons

AT_THE_TILL = "till"  # the source of orders told here: half of their business key


class CouponFilters(FilterForm):
    q = SearchField(_("Code or customer"))
    state = forms.ChoiceField(
        required=False, label=_("State"), choices=choices_with_any(_("Any state"), Coupon.State.choices)
    )

    def narrow(self, rows):
        chosen = self.chosen
        if "state" in chosen:
            rows = rows.filter(state=chosen["state"])
        if "q" in chosen:
            by_code = rows.filter(code=normalise_code(chosen["q"]))
            rows = by_code if by_code.exists() else rows.filter(customer_id__in=search_ids(chosen["q"], 50))
        return rows


@staff("rewards:read", post="rewards:write")
def coupons(request: HttpRequest) -> HttpResponse:
    """List coupons; a POST redeems one and shows what it takes off."""
    currency = request.organisation.currency
    form = RedeemCouponForm(request.POST or None, currency=currency)
    redemption = _redeemed(form, currency) if request.method == "POST" and form.is_valid() else None
    if redemption:
        form = RedeemCouponForm(currency=currency)
    filters = CouponFilters(request.GET)
    found = newest_first(request, filters.narrow(all_coupons().select_related("customer")), by="issued_at")
    response = listing(
        request, page="dashboard/coupons.html", rows="dashboard/parts/coupon_rows.html", filters=filters, coupons=found,
        form=form, redemption=redemption, can_redeem=may(request, "rewards:write"),
    )  # fmt: skip
    response.status_code = 422 if form.is_bound else 200
    return response


def _redeemed(form: RedeemCouponForm, currency: str):
    told = form.cleaned_data
    with blamed_on(form):
        return redeem_coupon(
            told["code"],
            source=AT_THE_TILL,
            external_id=told["external_id"],
            order_minor=told["order_minor"],
            currency=currency,
        )
    return None


urls = [path("coupons/", coupons, name="coupons")]
