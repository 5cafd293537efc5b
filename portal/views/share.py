"""Everything a member needs to pass their invitation on."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.members import member_page
from portal.navigation import show_member
from portal.offers import offer_of, what_both_get
from portal.page import Missing, absolute, show
from portal.sharing import ways
from portal.views.pictures import design_of
from portal.visitors import is_wechat
from referrals.errors import CampaignEnded, CampaignNotStarted, CampaignPaused, CodeWithdrawn, NotInTarget
from referrals.models import Campaign, MaterialBatch
from referrals.operations import code_for
from referrals.queries import current_terms, usable_code


@require_safe
@member_page
def share(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    try:
        code = usable_code(code_for(campaign_id, request.member.id).code)
    except (Campaign.DoesNotExist, NotInTarget) as nothing:
        raise Missing from nothing
    except (CampaignEnded, CampaignNotStarted, CampaignPaused, CodeWithdrawn) as refusal:
        return _closed(request, refusal)
    organisation = request.organisation
    offer = offer_of(code.campaign, current_terms(campaign_id), inviter=request.member, organisation=organisation.name)
    link, poster = _address(request, "landing", code), _address(request, "poster", code)
    language, design = request.LANGUAGE_CODE, design_of(request)
    plain = "&plain=1" if is_wechat(request) else ""
    context = {
        "offer": offer,
        "both": what_both_get(offer.for_referrer, offer.for_referee),
        "code": code.code,
        "link": link,
        "qr": _address(request, "qr", code),
        "poster": f"{poster}?lang={language}&design={design}" + plain,
        "poster_pdf": f"{_address(request, 'poster_pdf', code)}?lang={language}&design={design}" + plain,
        "designs": MaterialBatch.Design.choices,
        "design": design,
        "ways": ways(link=link, title=offer.headline, text=offer.share, poster=poster, language=language),
    }
    return show_member(request, "share.html", context)


def _closed(request, refusal) -> HttpResponse:
    context = {
        "symbol": "rest",
        "title": _("This campaign is not running at the moment"),
        "text": _("Your rewards from it are safe. As soon as it runs again, you can share your link here."),
        "action": _("Back to my member centre"),
        "action_href": reverse("portal:member_home", args=[request.organisation.slug]),
    }
    return show(request, "closed.html", context, status=410 if refusal.status == 410 else 404)


def _address(request, name: str, code) -> str:
    return absolute(request, reverse(f"portal:{name}", args=[request.organisation.slug, code.code]))
