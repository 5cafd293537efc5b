"""Leads: mine, new, late, all; entering one by hand; the pool."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext

from crm.models import Lead
from crm.operations import leads as leading
from crm.queries.leads import held_before, leads, may_claim_from, policy, pools, waiting
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.forms_leads import NewLeadForm
from dashboard.lead_words import rooms, waited
from dashboard.lists.leads import LEADS
from dashboard.lists.showing import show
from dashboard.paging import newest_first
from foundation.ids import new_id
from tenancy import door


@staff("leads:read")
def lead_list(request: HttpRequest) -> HttpResponse:
    return show(LEADS, request)


@staff("leads:write", post="leads:write")
def lead_new(request: HttpRequest) -> HttpResponse:
    form = NewLeadForm(request.POST or None, member=request.membership)
    if form.is_valid():
        with blamed_on(form, value="phone"):
            captured = leading.capture_lead(leading.LeadReport(key=f"staff:{new_id()}", **form.facts))
            said = gettext("Lead added. The customer was known already.") if captured.is_known else gettext("Lead added.")
            return done(request, said, "dashboard:lead", captured.lead.id)
    return page(request, "dashboard/lead_form.html", form=form)


# --- the pool ---------------------------------------------------------------------------------------------------


@staff("leads:read")
def lead_pool(request: HttpRequest) -> HttpResponse:
    every = pools()
    chosen = request.GET.get("pool", "")
    rows = leads().filter(waiting())
    if any(str(each.id) == chosen for each in every):
        rows = rows.filter(pool_id=chosen)
    shown = newest_first(request, rows, by="pooled_at")
    _dress(request, shown)
    tabs, here = rooms("lead_pool")
    return listing(
        request, page="dashboard/lead_pool.html", rows="dashboard/parts/lead_pool_rows.html", leads=shown, pools=every,
        chosen=chosen, views=_pool_tabs(every), tabs=tabs, here=here, policy=policy(),
    )  # fmt: skip


def _dress(request, shown) -> None:
    held, now = held_before([lead.id for lead in shown]), door.moment()
    for lead in shown:
        lead.held = held.get(lead.id, [])
        lead.waited = waited(lead.created_at, now)
        lead.is_mine_to_take = may_claim_from(lead.pool, request.membership.id)


def _pool_tabs(every) -> list[tuple]:
    here = reverse("dashboard:lead_pool")
    counts = {str(each.id): Lead.objects.filter(pool=each).count() for each in every}
    tabs = [("", gettext("All pools"), sum(counts.values()), here)]
    if len(every) > 1:
        tabs += [(str(each.id), each.name, counts[str(each.id)], f"{here}?pool={each.id}") for each in every]
    return tabs


@action("leads:write")
def lead_claim(request: HttpRequest, lead_id) -> HttpResponse:
    Lead.objects.get(id=lead_id)
    lead = leading.claim_lead(lead_id, request.membership.id)
    return done(request, gettext("It is yours. The clock runs."), "dashboard:lead", lead.id)


urls = [
    path("leads/", lead_list, name="leads"),
    path("leads/new/", lead_new, name="lead_new"),
    path("leads/pool/", lead_pool, name="lead_pool"),
    path("leads/<uuid:lead_id>/claim/", lead_claim, name="lead_claim"),
]
