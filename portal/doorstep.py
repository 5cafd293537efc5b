"""The way in behind a link, for the thousands who follow it: one message to the database, a page that is written already.

Whoever is signed in, sends the form or finds no open door goes the long way (portal/views/landing.py).
"""

import re
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.safestring import mark_safe

from crm.models import Customer
from portal import suspects, visitors, wording
from portal.card import short
from portal.landing_page import Reader, empty_form, page_context, template_of, variant_of
from portal.offers import offer_of, shown_name
from portal.page import LANGUAGE_NAMES, absolute, finished, show, wished_language
from referrals.models import Campaign
from referrals.operations.visits import Visit, keep_visit
from referrals.queries import current_terms, is_used_up
from referrals.queries.pages import shown_page
from referrals.rules.pages import in_language
from tenancy import door

MOST_PAGES = 500  # kept in a process: campaigns × variants × languages × inside WeChat or not
LIVES = 30.0  # seconds; what the mark does not cover (names of coupons, tiers, badges) is read anew after them
_SOME_CODE = "CODE0000"
_OPEN, _CLOSE = f"\ue000{secrets.token_hex(8)}:", "\ue001"
_PLACES = re.compile(f"{_OPEN}(\\w+){_CLOSE}")


@dataclass(frozen=True)
class Written:
    """A page with places for what differs from visitor to visitor; at odd positions of `parts` is the name of a place."""

    mark: str
    until: float
    parts: list[bytes | str]
    invitation: str  # with a place for the inviter
    about: str  # empty: the invitation
    link: str
    card: str


_written: OrderedDict[tuple, Written] = OrderedDict()


def answer(request: HttpRequest, slug: str, code: str) -> HttpResponse | None:
    """Show the page, or lead on, once the visit is kept; None: take the long way."""
    if request.method == "POST" or not door.inside() or settings.SESSION_COOKIE_NAME in request.COOKIES:
        return None
    if suspects.is_blocked(visitors.address_of(request)):
        return None
    token, counts = visitors.token_of(request), visitors.counts_as_touch(request)
    visit = keep_visit(
        slug, code, channel=visitors.channel_of(request), visitor=visitors.visitor_of(token),
        utm=visitors.utm_of(request), counts=counts,
    )  # fmt: skip
    if visit is None:
        return None
    language = wished_language(request) or visit.language
    response = _led_on(request, visit) if visit.elsewhere and counts else _shown(request, slug, visit, language)
    visitors.remember(response, token, slug)
    return finished(request, response, language)


def led_on_to(request: HttpRequest, elsewhere: str, code: str, touch_id: UUID | None) -> str:
    """Write the address of the organisation's own page: what it said, the code, where the visitor comes from."""
    parts = urlsplit(elsewhere)
    told = {"ref": code, "ch": visitors.channel_of(request), **visitors.utm_of(request)}
    if touch_id:
        told["click"] = str(touch_id)
    query = "&".join(part for part in (parts.query, urlencode(told)) if part)
    return urlunsplit(parts._replace(query=query))


def _led_on(request, visit: Visit) -> HttpResponse:
    return HttpResponseRedirect(led_on_to(request, visit.elsewhere, visit.code, visit.touch_id))


# --- the page ------------------------------------------------------------------------------------------------------


def _shown(request, slug: str, visit: Visit, language: str) -> HttpResponse:
    page = _page(request, slug, visit, language)
    inviter = shown_name(Customer(name=visit.referrer))
    about = page.about or short(page.invitation.replace(_place("inviter"), inviter))
    values = {
        "inviter": inviter, "initial": wording.initial(inviter), "code": visit.code, "grouped": wording.grouped(visit.code),
        "link": absolute(request, page.link.replace(_SOME_CODE, visit.code)), "about": about,
        "card": absolute(request, page.card.replace(_SOME_CODE, visit.code)), "csrf": get_token(request),
        "query": _rest_of_query(request),
    }  # fmt: skip
    told = {name: escape(value).encode() for name, value in values.items()}
    return HttpResponse(b"".join(told[part] if place % 2 else part for place, part in enumerate(page.parts)))


def _page(request, slug: str, visit: Visit, language: str) -> Written:
    """Take the page as it was written, or write it; the mark tells of every change in any process."""
    key = (door.organisation_id(), visit.campaign_id, visit.variant, language, visitors.is_wechat(request))
    page = _written.get(key)
    if page is None or page.mark != visit.mark or time.monotonic() > page.until:
        page = _written[key] = _write(request, slug, visit, language)
    _written.move_to_end(key)
    while len(_written) > MOST_PAGES:
        _written.popitem(last=False)
    return page


def _write(request, slug: str, visit: Visit, language: str) -> Written:
    request.LANGUAGE_CODE = language
    with translation.override(language), timezone.override(ZoneInfo(visit.time_zone)):
        campaign = Campaign.objects.get(id=visit.campaign_id)
        inviter, organisation = _place("inviter"), request.organisation
        offer = offer_of(campaign, current_terms(campaign.id), inviter=inviter, organisation=organisation.name)
        variant = variant_of(shown_page(campaign.id), visit.variant)
        reader = Reader(inviter, *map(_place, ("initial", "code", "grouped", "link", "card", "about")))
        context = page_context(
            request, offer, reader, variant, empty_form(request, variant),
            is_own=False, is_used_up=is_used_up(campaign), language_links=_language_links(language),
            csrf_field=mark_safe(f'<input type="hidden" name="csrfmiddlewaretoken" value="{_place("csrf")}">'),
        )  # fmt: skip
        text = show(request, template_of(variant), context).content.decode()
    parts = _PLACES.split(text)
    card = reverse("portal:card", args=[slug, _SOME_CODE]) + f"?lang={language}"
    return Written(
        visit.mark, time.monotonic() + LIVES, [part if place % 2 else part.encode() for place, part in enumerate(parts)],
        offer.invitation, short(in_language(variant.card_text, language)) if variant else "",
        reverse("portal:landing", args=[slug, _SOME_CODE]), card + (f"&variant={visit.variant}" if visit.variant else ""),
    )  # fmt: skip


def _place(name: str) -> str:
    return f"{_OPEN}{name}{_CLOSE}"


def _language_links(current: str) -> list[dict]:
    return [
        {"code": code, "name": name, "href": f"?{_place('query')}lang={code}", "is_current": code == current}
        for code, name in LANGUAGE_NAMES
    ]


def _rest_of_query(request) -> str:
    query = request.GET.copy()
    query.pop("lang", None)
    return f"{query.urlencode()}&" if query else ""
