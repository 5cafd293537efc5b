"""The member centre."""

from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from crm.operations import record_consent, update_customer
from crm.queries import addresses, has_consented
from foundation.errors import DomainError
from loyalty.queries import standing
from portal import wording
from portal.cash import cash_card
from portal.consents import TEXT_VERSION
from portal.coupons import coupon_cards, purse
from portal.forms import PreferencesForm
from portal.friends import friends_of, open_campaigns, waiting_friends
from portal.members import member_page
from portal.navigation import show_member
from portal.page import Missing, complaint, in_language, public_page
from portal.wallet import move_line, reward_lines, wallet_of
from referrals import explain, queries
from referrals.models import Decision, Referral
from referrals.rules import read_terms
from rewards.models import Coupon, Reward
from rewards.queries import history as moves_of
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
        "campaigns": open_campaigns(member),
        "rewards": reward_lines(member.id, rewards_of(member.id)[:3]),
        "coupons": coupon_cards(usable[:2]),
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
def reward(request: HttpRequest, reward_id: UUID) -> HttpResponse:
    found = rewards_of(request.member.id).filter(id=reward_id).first()
    if found is None:
        raise Missing
    context = {
        "reward": reward_lines(request.member.id, [found])[0],
        "moves": [move_line(move, found) for move in moves_of(found.id)],
        "sentence": _sentence(found),
        "explanation": _explanation(found),
    }
    return show_member(request, "reward.html", context)


@require_safe
@member_page
def referrals(request: HttpRequest) -> HttpResponse:
    page = _page(request, queries.referrals(referrer_id=request.member.id))
    context = {
        "page": page,
        "friends": friends_of(page),
        "waiting": waiting_friends(request.member.id),
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
        return _preferences(request, PreferencesForm(_present(request.member)))
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return _preferences(request, form, status=422)
    try:
        _save(request, form.cleaned_data)
    except DomainError as refusal:
        return _preferences(request, form, problem=complaint(refusal), status=refusal.status)
    return redirect(reverse("portal:member_preferences", args=[request.organisation.slug]) + "?saved=1")


def _preferences(request, form, *, problem: str = "", status: int = 200) -> HttpResponse:
    email = addresses([request.member.id]).get(request.member.id, "")
    context = {"form": form, "problem": problem, "email": email, "saved": bool(request.GET.get("saved"))}
    return show_member(request, "preferences.html", context, status=status)


def _present(member) -> dict:
    return {"name": member.name, "language": member.language, "marketing": has_consented(member.id, purpose="marketing")}


def _save(request, wanted: dict) -> None:
    present = _present(request.member)
    update_customer(request.member.id, name=wanted["name"], language=wanted["language"])
    if wanted["marketing"] != present["marketing"]:
        record_consent(
            request.member.id,
            purpose="marketing",
            channel="email",
            is_granted=wanted["marketing"],
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
    }


def _sentence(reward: Reward) -> str:
    referral = Referral.objects.select_related("rule_version").filter(id=reward.referral_id).first()
    return explain.sentence(read_terms(referral.rule_version.terms), get_language()) if referral else ""


def _explanation(reward: Reward):
    """Explain by the newest decision about the order: after a refund that is the one that counts."""
    decisions = Decision.objects.select_related("rule_version").filter(order_id=reward.order_id).order_by("-id")
    newest = decisions.first() if reward.order_id else None
    return explain.explain(newest, get_language(), audience="customer") if newest else None


def _page(request, rows) -> Page:
    return Paginator(rows, _A_PAGE).get_page(request.GET.get("page"))
