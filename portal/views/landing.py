"""The page behind a personal link, code or QR."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from foundation.errors import DomainError
from portal import doorstep, suspects, text_limits, throttle, visitors
from portal.closed_doors import CLOSED, closed
from portal.consents import TEXT_VERSION
from portal.forms_landing import LandingForm
from portal.landing_page import empty_form, page_context, reader_of, template_of, variant_of
from portal.members import member_of
from portal.offers import offer_of
from portal.page import complaint, public_page, show
from referrals.errors import UnknownCode
from referrals.models import Invitation, ReferralCode, Touch
from referrals.operations import record_touch, submit_invitation
from referrals.queries import current_terms, is_used_up, last_touch, usable_code, waiting_invitation
from referrals.queries.pages import shown_page
from referrals.rules.pages import Variant, variant_for
from tenancy import door


@dataclass(frozen=True)
class Seen:
    """What a visitor sees: the variant of a comparison (empty: there is none), and its blocks (None: the house's page)."""

    name: str
    variant: Variant | None
    elsewhere: str


_SAME_VISIT = timedelta(minutes=30)
_BLAMES = {"contact": "contact", "email": "contact", "name": "name", "consents": "consent"}


@require_http_methods(["GET", "HEAD", "POST"])
def landing(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    response = doorstep.answer(request, slug, code)
    if response is None:
        request.organisation = request.organisation or None  # read lazily until here
        response = _the_long_way(request, slug=slug, code=code)
    return response


@public_page
def _the_long_way(request: HttpRequest, code: str) -> HttpResponse:
    address = visitors.address_of(request)
    if throttle.is_used_up(throttle.MISSED_CODES, address):
        return _busy(request)
    try:
        found = usable_code(code)
    except CLOSED as refusal:
        if isinstance(refusal, UnknownCode):
            suspects.note_miss(address)
        return closed(request, code, refusal)
    token = visitors.token_of(request)
    seen = _seen(found, visitors.visitor_of(token))
    show_it = _submitted if request.method == "POST" else _opened
    response = show_it(request, found, token, seen)
    visitors.remember(response, token, request.organisation.slug)
    return response


def _seen(code: ReferralCode, visitor: str) -> Seen:
    """Choose what a visitor sees: the same at every visit."""
    page = shown_page(code.campaign_id)
    name = variant_for(code.campaign_id, visitor, page.share_b) if page and page.is_test else ""
    return Seen(name, variant_of(page, name), page.elsewhere if page else "")


def _opened(request, code: ReferralCode, token: str, seen: Seen) -> HttpResponse:
    is_own = _is_own(request, code)
    if visitors.counts_as_touch(request) and not is_own:
        touch = _touch(request, code, visitors.visitor_of(token), seen)
        if seen.elsewhere:
            return redirect(doorstep.led_on_to(request, seen.elsewhere, code.code, touch.id))
    return _page(request, code, seen, empty_form(request, seen.variant), is_own=is_own)


def _touch(request, code: ReferralCode, visitor: str, seen: Seen) -> Touch:
    """Note the visit, once per visitor and code in half an hour."""
    last = last_touch(campaign_id=code.campaign_id, code_id=code.id, visitor=visitor)
    if last and door.moment() - last.occurred_at < _SAME_VISIT:
        return last
    return record_touch(
        code.code, channel=visitors.channel_of(request), visitor=visitor,
        variant=seen.name, utm=visitors.utm_of(request),
    )  # fmt: skip


def _submitted(request, code: ReferralCode, token: str, seen: Seen) -> HttpResponse:
    form = empty_form(request, seen.variant, request.POST)
    if not form.is_valid():
        return _page(request, code, seen, form, status=422)
    if not throttle.may(throttle.FORMS, visitors.address_of(request)):
        return _page(
            request, code, seen, form, problem=_("Too many forms from here. Please try again in an hour."), status=429
        )
    contact = form.cleaned_data["contact"]
    is_phone = contact.startswith("+")
    if is_phone and (problem := text_limits.refusal(request, contact)):
        waiting = waiting_invitation(campaign_id=code.campaign_id, contact=contact, visitor=visitors.visitor_of(token))
        return _onward(request, waiting) if waiting else _page(request, code, seen, form, problem=problem, status=429)
    try:
        invitation = _submit(request, code, form, token, seen)
    except DomainError as refusal:
        return _refused(request, code, seen, form, refusal)
    if is_phone:
        text_limits.note_sent()
    return _onward(request, invitation)


def _onward(request, invitation: Invitation) -> HttpResponse:
    return redirect("portal:confirm", request.organisation.slug, invitation.id)


def _submit(request, code, form: LandingForm, token: str, seen: Seen):
    given = form.cleaned_data
    return submit_invitation(
        code=code.code,
        name=given["name"],
        contact=given["contact"],
        consents={"referral": given["consent"], "marketing": given["marketing"], "text_version": TEXT_VERSION},
        language=request.LANGUAGE_CODE,
        channel=visitors.channel_of(request),
        visitor=visitors.visitor_of(token),
        variant=seen.name,
        answers=form.answers,
        trace=visitors.trace_of(request, token),
    )


def _refused(request, code, seen, form, refusal: DomainError) -> HttpResponse:
    field = _BLAMES.get(refusal.field or "")
    if field:
        form.add_error(field, complaint(refusal))
    return _page(request, code, seen, form, problem="" if field else complaint(refusal), status=422)


def _page(request, code: ReferralCode, seen: Seen, form, *, is_own=False, problem="", status=200) -> HttpResponse:
    terms = current_terms(code.campaign_id)
    offer = offer_of(code.campaign, terms, inviter=code.referrer, organisation=request.organisation.name)
    context = page_context(
        request, offer, reader_of(request, offer, code.code, seen.variant, seen.name), seen.variant, form,
        problem=problem, is_own=is_own, is_used_up=is_used_up(code.campaign),
    )  # fmt: skip
    return show(request, template_of(seen.variant), context, status=status)


def _is_own(request, code) -> bool:
    member = member_of(request)
    return member is not None and member.id == code.referrer_id


def _busy(request) -> HttpResponse:
    context = {
        "symbol": "clock",
        "title": _("Please wait a minute"),
        "text": _("Too many codes that do not exist were tried from here. Then check the code and try again."),
    }
    response = show(request, "closed.html", context, status=429)
    response["Retry-After"] = "60"
    return response
