"""The queue of evidence: what colleagues handed in, to be accepted or refused."""

from urllib.parse import quote
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import Deal, Order
from dashboard.access import action, may, staff
from dashboard.answers import done, listing
from dashboard.forms import FilterForm, choices_with_any
from dashboard.forms_tracking import DecideForm
from dashboard.paging import newest_first
from dashboard.sight import seen
from referrals import operations as referring
from referrals.models import Evidence


class EvidenceFilters(FilterForm):
    state = forms.ChoiceField(
        required=False, label=_("State"), choices=choices_with_any(_("Any state"), Evidence.State.choices)
    )
    criterion = forms.ChoiceField(
        required=False, label=_("What it shows"), choices=choices_with_any(_("Anything"), Evidence.Criterion.choices)
    )


@staff("referrals:read")
def evidence(request: HttpRequest) -> HttpResponse:
    """List what waits first, and what was decided where the filter asks for it."""
    filters = EvidenceFilters(request.GET)
    chosen = filters.chosen or {"state": Evidence.State.WAITING}
    rows = Evidence.objects.filter(**chosen).defer("content").order_by("-handed_in_at", "-id")
    rows = rows.select_related(
        "referral__referee", "referral__referrer", "referral__campaign", "handed_in_by__user", "decided_by__user"
    )
    found = newest_first(request, seen(request.membership, rows), by="handed_in_at")
    _name_orders(request, found)
    context = {"filters": filters, "evidence": found, "decide_form": DecideForm(), "me": request.membership.id}
    return listing(request, page="dashboard/evidence.html", rows="dashboard/parts/evidence_rows.html", **context)


def _name_orders(request, found) -> None:
    orders = Order.objects.in_bulk({row.order_id for row in found} - {None}) if may(request, "orders:read") else {}
    deals = Deal.objects.in_bulk({row.deal_id for row in found} - {None}) if may(request, "deals:read") else {}
    for row in found:
        row.order, row.deal = orders.get(row.order_id), deals.get(row.deal_id)


@staff("referrals:read")
def evidence_file(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """Give the file out; a browser never runs what is in it."""
    row = get_object_or_404(Evidence.objects, id=evidence_id)
    if row.content is None:
        raise Http404
    answer = HttpResponse(bytes(row.content), content_type=row.content_type)
    kind = "inline" if row.content_type.startswith("image/") else "attachment"
    answer.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(row.file_name)}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@action("referrals:write")
def evidence_accept(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    referring.accept_evidence(evidence_id, request.POST.get("reason", ""))
    return done(request, gettext("Accepted."), "dashboard:evidence")


@action("referrals:write")
def evidence_refuse(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    referring.refuse_evidence(evidence_id, request.POST.get("reason", ""))
    return done(request, gettext("Refused; the reason is kept."), "dashboard:evidence")


urls = [
    path("evidence/", evidence, name="evidence"),
    path("evidence/<uuid:evidence_id>/file/", evidence_file, name="evidence_file"),
    path("evidence/<uuid:evidence_id>/accept/", evidence_accept, name="evidence_accept"),
    path("evidence/<uuid:evidence_id>/refuse/", evidence_refuse, name="evidence_refuse"),
]
