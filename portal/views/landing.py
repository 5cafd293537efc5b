"""The page behind a personal link, code or QR."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from foundation.errors import DomainError
from portal import throttle, visitors
from portal.consents import TEXT_VERSION
from portal.forms import JoinForm
from portal.members import member_of
from portal.offers import offer_of
from portal.page import absolute, complaint, public_page, show
from referrals.errors import CampaignEnded, CampaignNotStarted, CampaignPaused, CodeWithdrawn, UnknownCode
from referrals.errors.sources import MaterialExpired, MaterialNotYetValid
from referrals.models import ReferralCode
from referrals.operations import record_touch, submit_invitation
from referrals.queries import current_terms, is_used_up, last_touch, usable_code
from tenancy import door

_SAME_VISIT = timedelta(minutes=30)
_BLAMES = {"contact": "contact", "email": "contact", "name": "name", "consents": "consent"}


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def landing(request: HttpRequest, code: str) -> HttpResponse:
    address = visitors.address_of(request)
    if throttle.is_used_up(throttle.MISSED_CODES, address):
        return _busy(request)
    try:
        found = usable_code(code)
    except (UnknownCode, CodeWithdrawn, CampaignNotStarted, CampaignPaused, CampaignEnded) as refusal:
        if isinstance(refusal, UnknownCode):
            throttle.may(throttle.MISSED_CODES, address)
        return _closed(request, refusal)
    token = visitors.token_of(request)
    response = _submitted(request, found, token) if request.method == "POST" else _opened(request, found, token)
    visitors.remember(response, token, request.organisation.slug)
    return response


def _opened(request, code: ReferralCode, token: str) -> HttpResponse:
    is_own = _is_own(request, code)
    if visitors.counts_as_touch(request) and not is_own:
        _touch(request, code, visitors.visitor_of(token))
    return _page(request, code, JoinForm(organisation=request.organisation.name), is_own=is_own)


def _touch(request, code: ReferralCode, visitor: str) -> None:
    """Note the visit, once per visitor and code in half an hour."""
    last = last_touch(campaign_id=code.campaign_id, code_id=code.id, visitor=visitor)
    if last is None or door.moment() - last.occurred_at >= _SAME_VISIT:
        record_touch(code.code, channel=visitors.channel_of(request), visitor=visitor, ip_hash=visitors.ip_hash(request))


def _submitted(request, code: ReferralCode, token: str) -> HttpResponse:
    form = JoinForm(request.POST, organisation=request.organisation.name)
    if not form.is_valid():
        return _page(request, code, form, status=422)
    if not throttle.may(throttle.FORMS, visitors.address_of(request)):
        return _page(request, code, form, problem=_("Too many forms from here. Please try again in an hour."), status=429)
    try:
        invitation = _submit(request, code, form.cleaned_data, visitors.visitor_of(token))
    except DomainError as refusal:
        return _refused(request, code, form, refusal)
    return redirect("portal:confirm", request.organisation.slug, invitation.id)


def _submit(request, code, given: dict, visitor: str):
    return submit_invitation(
        code=code.code,
        name=given["name"],
        contact=given["contact"],
        consents={"referral": given["consent"], "marketing": given["marketing"], "text_version": TEXT_VERSION},
        language=request.LANGUAGE_CODE,
        channel=visitors.channel_of(request),
        visitor=visitor,
        ip_hash=visitors.ip_hash(request),
    )


def _refused(request, code, form, refusal: DomainError) -> HttpResponse:
    field = _BLAMES.get(refusal.field or "")
    if field:
        form.add_error(field, complaint(refusal))
    return _page(request, code, form, problem="" if field else complaint(refusal), status=422)


def _page(request, code: ReferralCode, form, *, is_own=False, problem="", status=200) -> HttpResponse:
    terms = current_terms(code.campaign_id)
    offer = offer_of(code.campaign, terms, inviter=code.referrer, organisation=request.organisation.name)
    slug = request.organisation.slug
    context = {
        "offer": offer,
        "code": code.code,
        "form": form,
        "boxes": [form["consent"], form["marketing"]],
        "problem": problem,
        "is_own": is_own,
        "is_used_up": is_used_up(code.campaign),
        "link": absolute(request, reverse("portal:landing", args=[slug, code.code])),
        "poster": absolute(request, reverse("portal:poster", args=[slug, code.code])) + f"?lang={request.LANGUAGE_CODE}",
    }
    return show(request, "landing.html", context, status=status)


def _is_own(request, code) -> bool:
    member = member_of(request)
    return member is not None and member.id == code.referrer_id


def _closed(request, refusal: DomainError) -> HttpResponse:
    if isinstance(refusal, UnknownCode):
        return show(request, "missing.html", status=404)
    is_over = isinstance(refusal, CampaignEnded | CodeWithdrawn)
    titles = {
        CampaignEnded: _("This campaign has ended"),
        CodeWithdrawn: _("This invitation is no longer valid"),
        MaterialExpired: _("This invitation is no longer valid"),
        MaterialNotYetValid: _("This invitation is not valid yet"),
        CampaignPaused: _("This campaign is having a break"),
        CampaignNotStarted: _("This campaign has not started yet"),
    }
    text = (
        _("You are a little late, but thank you for coming. Ask your friend about newer invitations.")
        if is_over
        else _("Please come back later. Your friend's link will work again as soon as the campaign runs.")
    )
    context = {"symbol": "rest", "title": titles[type(refusal)], "text": text}
    return show(request, "closed.html", context, status=410 if is_over else 404)


def _busy(request) -> HttpResponse:
    context = {
        "symbol": "clock",
        "title": _("Please wait a minute"),
        "text": _("Too many codes that do not exist were tried from here. Then check the code and try again."),
    }
    response = show(request, "closed.html", context, status=429)
    response["Retry-After"] = "60"
    return response
