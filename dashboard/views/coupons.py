"""Coupons: every code there is, and what became of it."""

from uuid import UUID

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.queries import search_ids
from dashboard.access import action, staff
from dashboard.answers import done, listing
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.paging import newest_first
from dashboard.sight import seen
from dashboard.templatetags.dashboard import in_language
from foundation.ids import normalise_code
from rewards import operations as rewarding
from rewards.models import Coupon
from rewards.queries import coupon_kinds
from rewards.queries import coupons as all_coupons
from tenancy import door


class CouponFilters(FilterForm):
    q = SearchField(_("Code or customer"))
    state = forms.ChoiceField(
        required=False, label=_("State"), choices=choices_with_any(_("Any state"), Coupon.State.choices)
    )
    kind = forms.ChoiceField(required=False, label=_("Kind"))

    def __init__(self, data=None):
        super().__init__(data)
        known = [(str(kind.id), in_language(kind.name) or kind.code) for kind in coupon_kinds()[:200]]
        self.fields["kind"].choices = choices_with_any(_("Any kind"), known)

    def narrow(self, rows):
        chosen = self.chosen
        if "state" in chosen:
            rows = rows.filter(_in_state(chosen["state"]))
        if "kind" in chosen:
            rows = rows.filter(kind_id=chosen["kind"])
        if "q" in chosen:
            by_code = rows.filter(code=normalise_code(chosen["q"]))
            rows = by_code if by_code.exists() else rows.filter(customer_id__in=search_ids(chosen["q"], 50))
        return rows


def _in_state(state: str) -> Q:
    """A coupon whose time is over has expired, whether the sweep has come by or not."""
    is_over = Q(expires_at__lte=door.moment())
    if state == Coupon.State.EXPIRED:
        return Q(state=state) | Q(state=Coupon.State.ISSUED) & is_over
    return Q(state=state) & ~is_over if state == Coupon.State.ISSUED else Q(state=state)


@staff("rewards:read")
def coupons(request: HttpRequest) -> HttpResponse:
    filters = CouponFilters(request.GET)
    rows = filters.narrow(all_coupons().select_related("customer", "batch"))
    found = newest_first(request, seen(request.membership, rows), by="issued_at")
    for coupon in found:
        if coupon.state == Coupon.State.ISSUED and coupon.expires_at <= door.moment():
            coupon.state = Coupon.State.EXPIRED
        coupon.can_be_withdrawn = coupon.state == Coupon.State.ISSUED and not coupon.reward_id
    return listing(
        request, page="dashboard/coupons.html", rows="dashboard/parts/coupon_rows.html", filters=filters, coupons=found
    )


@action("rewards:write")
def coupon_withdraw(request: HttpRequest, coupon_id: UUID) -> HttpResponse:
    coupon = rewarding.withdraw_coupon(coupon_id)
    return done(request, gettext("The code is out of use."), "dashboard:coupon_kind", coupon.kind_id)


urls = [
    path("coupons/", coupons, name="coupons"),
    path("coupons/<uuid:coupon_id>/withdraw/", coupon_withdraw, name="coupon_withdraw"),
]
