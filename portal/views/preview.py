"""A campaign's landing page as staff look at it, also before it runs: nothing is counted, nothing is sent."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.models import Customer
from portal.landing_page import empty_form, page_context, reader_of, template_of, variant_of
from portal.offers import offer_of, shown_name
from portal.page import Missing, public_page, show
from portal.unsaved import terms_as_written
from referrals.models import Campaign
from referrals.queries import is_used_up
from referrals.queries.pages import page_of, shown_page
from referrals.rules.pages import VARIANTS, read_page
from tenancy.people import membership_of

SAMPLE_CODE = "ABCD2345"


@require_safe
@public_page
def campaign_preview(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Show the draft, or with ?shown=1 what friends see; ?v= is what the builder was told last, ?variant=a|b."""
    _refuse_strangers(request)
    campaign = Campaign.objects.filter(id=campaign_id).first()
    terms = campaign and terms_as_written(request, campaign)
    if not terms:
        raise Missing
    offer = offer_of(campaign, terms, inviter=_somebody(), organisation=request.organisation.name)
    name = request.GET.get("variant", "")
    variant = variant_of(_page(request, campaign_id), name if name in VARIANTS else "a")
    reader = reader_of(request, offer, SAMPLE_CODE, variant, "")
    context = page_context(
        request, offer, reader, variant, empty_form(request, variant), is_preview=True, is_used_up=is_used_up(campaign)
    )
    response = show(request, template_of(variant), context)
    response.xframe_options_exempt = True  # the builder shows it in a frame; only our own pages may
    response["Content-Security-Policy"] = "frame-ancestors 'self'"
    response["Cache-Control"] = "no-store"
    return response


def _refuse_strangers(request) -> None:
    member = membership_of(request.user) if request.user.is_authenticated else None
    if member is None or not member.may("campaigns:read"):
        raise Missing


def _page(request, campaign_id: UUID):
    if request.GET.get("shown"):
        return shown_page(campaign_id)
    row = page_of(campaign_id)
    return read_page(row.draft) if row and (row.draft.get("variants") or {}).get("a", {}).get("blocks") else None


def _somebody() -> str:
    """A name as the page would show it; a preview shows nobody's data."""
    return shown_name(Customer(name=_("Emma Wilson")))
