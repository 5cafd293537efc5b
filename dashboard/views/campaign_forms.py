"""Copy a campaign."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from dashboard.access import staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_growth import CopyForm
from referrals import operations as referring
from referrals.queries import campaigns as all_campaigns
from tenancy import door


@staff("campaigns:write", post="campaigns:write")
def campaign_copy(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Draft a campaign like this one, with its present terms and a budget of its own."""
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    starts_at = (door.moment() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    name = gettext("%(name)s (copy)") % {"name": found.name}
    initial = {
        "name": name[:120], "starts_at": starts_at, "ends_at": starts_at + timedelta(days=60),
        "budget_limit_minor": found.budget.limit_minor if found.budget else None,
    }  # fmt: skip
    form = CopyForm(request.POST or None, initial=initial, currency=request.organisation.currency)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            made = referring.copy_campaign(campaign_id, **form.cleaned_data)
            return done(request, gettext("The copy is drafted."), "dashboard:campaign", made.id)
    return page(request, "dashboard/campaign_copy.html", {"campaign": found}, form=form)


urls = [path("campaigns/<uuid:campaign_id>/copy/", campaign_copy, name="campaign_copy")]
