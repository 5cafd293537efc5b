"""QR codes and posters of personal links."""

from io import BytesIO

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.errors import DomainError
from portal import suspects, throttle, visitors, wording
from portal.card import Card
from portal.card import draw as draw_card
from portal.landing_page import variant_of
from portal.offers import offer_of
from portal.page import Missing, absolute, public_page
from portal.poster import QUIET_ZONE, Poster, draw, qr_code
from portal.sharing import tagged
from referrals.models import MaterialBatch, ReferralCode
from referrals.printing.designs import Words
from referrals.printing.sheets import FORMATS, draw_sheets
from referrals.queries import current_terms, usable_code
from referrals.queries.pages import landing_picture as landing_picture_of
from referrals.queries.pages import shown_page
from referrals.rules.pages import in_language
from tenancy.logo import logo_of

_A_DAY = 86_400
_KEPT = "public, max-age=600"  # a paused campaign's poster is gone after ten minutes


@require_safe
@public_page
def qr(request: HttpRequest, code: str) -> HttpResponse:
    content = BytesIO()
    qr_code(_link(request, _usable(request, code), "qr")).save(
        content, kind="svg", border=QUIET_ZONE, dark="#000", light="#fff", xmldecl=False, omitsize=True, nl=False
    )
    return _picture(content.getvalue(), "image/svg+xml")


@require_safe
@public_page
def poster(request: HttpRequest, code: str) -> HttpResponse:
    found = _usable(request, code)
    wanted = _poster(request, found)
    etag = f'"{wanted.etag}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    elif not throttle.may(throttle.POSTERS, visitors.address_of(request)):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    else:
        response = _picture(draw(wanted), "image/png")
    response["ETag"], response["Cache-Control"] = etag, _KEPT
    if request.GET.get("download"):
        response["Content-Disposition"] = f'attachment; filename="{request.organisation.slug}-{found.code}.png"'
    return response


@require_safe
@public_page
def card(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the card of a link once, for whichever messenger asks first."""
    found = _usable(request, code)
    wanted = _card(request, found)
    etag = f'"{wanted.mark}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        content = cache.get(f"card:{wanted.mark}")
        if content is None:
            if not throttle.may(throttle.POSTERS, visitors.address_of(request)):
                return HttpResponse(status=429, headers={"Retry-After": "60"})
            photo = landing_picture_of(wanted.picture) if wanted.picture else None
            content = draw_card(wanted, bytes(photo.content) if photo else None)
            cache.set(f"card:{wanted.mark}", content, _A_DAY)
        response = _picture(content, "image/png")
    response["ETag"], response["Cache-Control"] = etag, _KEPT
    return response


def _card(request, code: ReferralCode) -> Card:
    organisation, language = request.organisation, request.LANGUAGE_CODE
    offer = offer_of(code.campaign, current_terms(code.campaign_id), inviter=code.referrer, organisation=organisation.name)
    variant = variant_of(shown_page(code.campaign_id), request.GET.get("variant", ""))
    hero = next((block for block in variant.blocks if block.kind == "hero"), None) if variant else None
    return Card(
        colour=organisation.colour,
        organisation=organisation.name,
        invitation=_("%(name)s invites you") % {"name": offer.inviter},
        headline=(in_language(variant.card_title, language) if variant else "") or offer.headline,
        code=wording.grouped(code.code),
        picture=hero.picture if hero else "",
    )


@require_safe
@public_page
def landing_picture(request: HttpRequest, fingerprint: str) -> HttpResponse:
    found = landing_picture_of(fingerprint)
    if found is None:
        raise Missing
    answer = HttpResponse(bytes(found.content), content_type="image/webp")
    answer["Cache-Control"] = "public, max-age=31536000, immutable"  # another picture has another address
    return answer


@require_safe
@public_page
def poster_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """Give the poster to print: A4, vectors."""
    found = _usable(request, code)
    if not throttle.may(throttle.POSTERS, visitors.address_of(request)):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    shown = _poster(request, found)
    words = Words(
        organisation=shown.organisation, headlines=(shown.headline,), offers=(shown.offer,), giver=shown.invitation,
        scan=shown.scan, logo=shown.logo,
    )  # fmt: skip
    content = draw_sheets(
        FORMATS["poster"], words, [(shown.link, shown.code, "")], design=shown.design, colour=shown.colour,
        title=shown.headline,
    )  # fmt: skip
    response = _picture(content, "application/pdf")
    name = f"{request.organisation.slug}-{found.code}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _usable(request, code: str) -> ReferralCode:
    """Find a code that works; guessing counts here as on the landing page."""
    address = visitors.address_of(request)
    if throttle.is_used_up(throttle.MISSED_CODES, address):
        raise Missing
    try:
        return usable_code(code)
    except DomainError as refusal:
        suspects.note_miss(address)
        raise Missing from refusal


def _poster(request, code: ReferralCode) -> Poster:
    """Write the poster's words. A picture that goes round in WeChat names no reward."""
    organisation = request.organisation
    offer = offer_of(code.campaign, current_terms(code.campaign_id), inviter=code.referrer, organisation=organisation.name)
    return Poster(
        colour=organisation.colour,
        organisation=organisation.name,
        invitation=_("%(name)s invites you") % {"name": offer.inviter},
        headline=offer.headline,
        offer="" if request.GET.get("plain") else offer.text,
        scan=_("Scan with WeChat or any camera"),
        code_label=_("or enter the code"),
        code=wording.grouped(code.code),
        link=_link(request, code, "poster"),
        design=design_of(request),
        logo=logo_of(),
    )


def design_of(request) -> str:
    wanted = request.GET.get("design", "")
    return wanted if wanted in MaterialBatch.Design.values else MaterialBatch.Design.BOLD.value


def _link(request, code: ReferralCode, channel: str) -> str:
    channel = visitors.channel_of(request) if request.GET.get("ch") else channel
    return tagged(absolute(request, reverse("portal:landing", args=[request.organisation.slug, code.code])), channel)


def _picture(content: bytes, kind: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Cache-Control": _KEPT})
