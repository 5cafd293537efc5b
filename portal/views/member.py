"""The member centre."""

from itertools import product

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from crm.operations import record_consent, update_customer
from crm.queries import addresses, has_consented, wants_reminders
from foundation.errors import DomainError
from loyalty.queries import badges_of, standing
from messaging.texting import present_gateway
from messaging.wechat_queries import follower_of, follows, has_wechat, may_follow
from portal import wording
from portal.cash import cash_card
from portal.consents import TEXT_VERSION
from portal.coupons import coupon_cards, purse
from portal.forms import PreferencesForm
from portal.friends import came_by, friends_of, open_campaigns, waiting_friends
from portal.members import member_page
from portal.navigation import show_member
from portal.page import complaint, in_language, public_page
from portal.wallet import reward_lines, wallet_of
from referrals import queries
from rewards.models import Coupon
from rewards.queries import rewards_of
from tenancy import door

_A_PAGE = 20


@require_safe
@public_page
def start(request: HttpRequest) -> HttpResponse:
    return redirect("portal:member_home", request.organisation.slug)


@require_safe
@member_page
def home(request: HttpRequest) -> HttpResponse:
    member = request.member
    usable = purse(member.id).filter(state=Coupon.State.ISSUED, expires_at__gt=door.moment())
    context = {
        "wallet": wallet_of(member.id),
        "tier": _tier(request),
        "badges": _badges(request),
        "campaigns": open_campaigns(member),
        "rewards": reward_lines(member.id, rewards_of(member.id)[:3]),
        "coupons": coupon_cards(usable[:2]),
        "may_follow": may_follow(member.id),
    }
    return show_member(request, "home.html", context)


@require_safe
@member_page
def rewards(request: HttpRequest) -> HttpResponse:
    page = _page(request, rewards_of(request.member.id))
    lines = reward_lines(request.member.id, page.object_list)
    return show_member(request, "rewards.html", {"page": page, "rewards": lines, "cash": cash_card(request.member.id)})


@require_safe
@member_page
def referrals(request: HttpRequest) -> HttpResponse:
    page = _page(request, queries.referrals(referrer_id=request.member.id))
    context = {
        "page": page,
        "friends": friends_of(page),
        "waiting": waiting_friends(request.member.id),
        "came_by": came_by(request.member.id),
        "campaigns": open_campaigns(request.member),
    }
    return show_member(request, "referrals.html", context)


@require_safe
@member_page
def coupons(request: HttpRequest) -> HttpResponse:
    page = _page(request, purse(request.member.id))
    return show_member(request, "coupons.html", {"page": page, "coupons": coupon_cards(page.object_list)})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def preferences(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _preferences(request, _form(request.member, _present(request.member)))
    form = _form(request.member, request.POST)
    if not form.is_valid():
        return _preferences(request, form, status=422)
    try:
        _save(request, form)
    except DomainError as refusal:
        return _preferences(request, form, problem=complaint(refusal), status=refusal.status)
    return redirect(reverse("portal:member_preferences", args=[request.organisation.slug]) + "?saved=1")


def _preferences(request, form, *, problem: str = "", status: int = 200) -> HttpResponse:
    contacts = [address for kind in ("email", "phone") if (address := _address(request.member, kind))]
    context = {
        "form": form, "problem": problem, "contacts": contacts, "saved": bool(request.GET.get("saved")),
        "has_wechat": has_wechat(), "follower": follower_of(request.member.id),
    }  # fmt: skip
    return show_member(request, "preferences.html", context, status=status)


def _form(member, told) -> PreferencesForm:
    return PreferencesForm(told, channels=_channels(member))


def _channels(member) -> list[str]:
    """Name the ways in which this member can be written to from here."""
    is_texted = present_gateway() is not None and _address(member, "phone")
    known = {"email": _address(member, "email"), "sms": is_texted, "wechat": follows(member.id)}
    return [way for way, is_there in known.items() if is_there]


def _address(member, kind: str) -> str:
    return addresses([member.id], kind).get(member.id, "")


def _present(member) -> dict:
    ways = product(("marketing", "reminders", "progress"), _channels(member))
    present = {f"{purpose}_{way}": _wants(member, purpose, way) for purpose, way in ways}
    return {"name": member.name, "language": member.language, **present}


def _wants(member, purpose: str, channel: str) -> bool:
    if purpose == "marketing":
        return has_consented(member.id, purpose=purpose, channel=channel)
    return wants_reminders(member.id, purpose, channel)


def _save(request, form: PreferencesForm) -> None:
    """Keep what differs from what holds: e-mail first, because a no to it holds for texts until they are answered for."""
    update_customer(request.member.id, name=form.cleaned_data["name"], language=form.cleaned_data["language"])
    for (purpose, channel), is_granted in form.wanted().items():
        if is_granted != _wants(request.member, purpose, channel):
            record_consent(
                request.member.id,
                purpose=purpose,
                channel=channel,
                is_granted=is_granted,
                text_version=TEXT_VERSION,
                language=request.LANGUAGE_CODE,
                source="member centre",
            )


def _tier(request) -> dict | None:
    """Say where the member stands among the tiers; None where there are none."""
    present = standing(request.member.id)
    if present is None or present.tier is None:
        return None
    currency, language = request.organisation.currency, get_language()
    return {
        "name": in_language(present.tier.name, language),
        "colour": present.tier.colour,
        "benefits": in_language(present.tier.benefits, language) or [],
        "next_name": in_language(present.next_tier.name, language) if present.next_tier else "",
        "missing": wording.money(present.missing_minor, currency),
        "percent": present.percent,
        "spend": wording.money(present.spend_minor, currency),
        "window_days": (present.next_tier or present.tier).window_days,
        "held_until": present.held_until,
    }


def _badges(request) -> list[dict]:
    """The member's honours, as they are shown."""
    language = get_language()
    return [
        {
            "name": in_language(row.badge.name, language),
            "about": in_language(row.badge.about, language),
            "icon": row.badge.icon,
            "colour": row.badge.colour,
            "given_at": row.given_at,
        }
        for row in badges_of(request.member.id)
    ]


def _page(request, rows) -> Page:
    return Paginator(rows, _A_PAGE).get_page(request.GET.get("page"))
