"""One reward of a member: why it is there, what it may be exchanged for; and what an invitation has brought."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from foundation.errors import DomainError
from portal.members import member_page
from portal.navigation import show_member
from portal.page import Missing, complaint
from portal.reward_facts import door_facts, options_of
from portal.wallet import may_choose, reward_lines
from referrals.models import Referral
from referrals.why import why_reward
from referrals.why_not import why_referral
from referrals.why_sections import CUSTOMER
from rewards.models import GiftOrder, Reward
from rewards.operations import choose_option
from rewards.queries import rewards as all_rewards


@require_safe
@member_page
def reward(request: HttpRequest, reward_id: UUID) -> HttpResponse:
    found = _mine(request, reward_id)
    if found.successor_id:  # another option was chosen; an old link leads to what it is now
        return redirect("portal:member_reward", request.organisation.slug, found.successor_id)
    return _show(request, found)


@require_POST
@member_page
def reward_choose(request: HttpRequest, reward_id: UUID) -> HttpResponse:
    found = _mine(request, reward_id)
    text = request.POST.get("option", "")
    try:
        chosen = choose_option(found.id, int(text) if text.isdecimal() and len(text) < 3 else -1)
    except DomainError as refusal:
        return _show(request, found, problem=complaint(refusal), status=refusal.status)
    return redirect("portal:member_reward", request.organisation.slug, chosen.id)


def _mine(request, reward_id: UUID) -> Reward:
    found = all_rewards().filter(id=reward_id, beneficiary_id=request.member.id).first()
    if found is None:
        raise Missing
    return found


def _show(request, found: Reward, *, problem: str = "", status: int = 200) -> HttpResponse:
    why = why_reward(found.id, get_language(), audience=CUSTOMER)
    context = {
        "reward": reward_lines(request.member.id, [found])[0],
        "why": [section for section in why.sections if section.key != "story"],
        "story": [step for section in why.sections if section.key == "story" for step in section.steps],
        "title": why.title,
        "next_step": why.next_step,
        "options": options_of(found) if may_choose(found) else [],
        "facts": door_facts(found),
        "gift_order": GiftOrder.objects.filter(reward_id=found.id).order_by("-id").first(),
        "problem": problem,
    }
    return show_member(request, "reward.html", context, status=status)


@require_safe
@member_page
def referral(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Tell who invited, and who was invited, what came of it: every order has its answer, a missing reward too."""
    found = Referral.objects.filter(id=referral_id).first()
    if found is None or request.member.id not in (found.referrer_id, found.referee_id):
        raise Missing
    why = why_referral(found.id, get_language(), audience=CUSTOMER, customer_id=request.member.id)
    mine = all_rewards().filter(referral_id=found.id, beneficiary_id=request.member.id, successor_id=None).order_by("id")
    context = {"why": why, "rewards": reward_lines(request.member.id, list(mine))}
    return show_member(request, "referral.html", context)
