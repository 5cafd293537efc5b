"""A campaign's page before it runs, for staff: the landing page's own template, without touches or cookies."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.models import Customer
from portal.forms import JoinForm
from portal.offers import offer_of
from portal.page import LANGUAGES, show
from portal.unsaved import terms_as_written
from referrals.models import Campaign
from referrals.rules import Terms
from tenancy.models import Membership

_SAMPLE_CODE = "ABCD2345"


@require_safe
def campaign_preview(request: HttpRequest, slug: str, campaign_id: UUID) -> HttpResponse:
    organisation = request.organisation
    if organisation is None or not _may_look(request):
        raise Http404
    campaign = Campaign.objects.filter(id=campaign_id).first()
    terms = campaign and terms_as_written(request, campaign)
    if not terms:
        raise Http404
    language = _language(request)
    with translation.override(language), timezone.override(ZoneInfo(organisation.time_zone)):
        request.LANGUAGE_CODE = language
        response = show(request, "landing.html", _context(request, campaign, terms))
    response["X-Frame-Options"] = "SAMEORIGIN"  # the builder shows it in a frame
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = language
    return response


def _may_look(request) -> bool:
    if not request.user.is_authenticated:
        return False
    membership = Membership.objects.filter(user=request.user, is_active=True).select_related("user").first()
    if membership:
        membership.organisation = request.organisation  # asked for what its role may do
    return membership is not None and membership.may("campaigns:read")


def _language(request) -> str:
    """Keep to the language that was looked at last, so that the page does not jump while somebody writes."""
    key = f"campaign-preview-language:{request.user.id}"
    asked = request.GET.get("lang", "")
    if asked in LANGUAGES:
        cache.set(key, asked, 3600)
        return asked
    return cache.get(key) or request.organisation.language


def _context(request, campaign: Campaign, terms: Terms) -> dict[str, Any]:
    inviter = Customer(name=_("Ann Smith"))
    form = JoinForm(organisation=request.organisation.name)
    return {
        "offer": offer_of(campaign, terms, inviter=inviter, organisation=request.organisation.name),
        "code": _SAMPLE_CODE, "form": form, "boxes": [form["consent"], form["marketing"]], "problem": "", "is_own": False,
        "is_used_up": False, "link": "", "poster": "",
    }  # fmt: skip
