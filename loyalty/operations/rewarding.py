"""Rewards that are tiers and badges: promised with their names, given when they are due, taken back with the reward."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from loyalty import queries
from loyalty.errors import UnknownBadge, UnknownTier
from loyalty.models import CustomerBadge, TierHold
from loyalty.operations.badges import give_badge, take_badge
from loyalty.operations.holds import REWARD, end_hold, give_tier
from rewards.models import Reward
from rewards.operations import Option, Promise, accrue, issue_reward
from rewards.rules.in_kind import OF_LOYALTY
from tenancy import audit, door

Kind = Reward.Kind


def promise_rewards(promises: Sequence[Promise]) -> list[Reward]:
    """Promise rewards of any kind; tiers and badges have to exist, and bring their names along."""
    return accrue(named(promises)) if promises else []


@transaction.atomic
def give_reward(promise: Promise, *, reason: str) -> Reward:
    """Promise a customer a reward by hand, and say why; the same key gives the first one again."""
    is_new = not Reward.objects.filter(key=promise.key).exists()
    [reward] = promise_rewards([promise])
    if is_new:
        facts = {"customer_id": str(promise.customer_id), "kind": reward.kind, "amount": reward.amount}
        audit.record("reward.given", reward, facts | ({"reason": reason[:200]} if reason else {}))
    return reward


def named(promises: Sequence[Promise]) -> list[Promise]:
    """Give tiers and badges among promises and their options the names they have here."""
    if not any(one.kind in OF_LOYALTY for promise in promises for one in (promise, *promise.options)):
        return list(promises)
    names = queries.reward_names()
    return [
        replace(_named(promise, names), options=tuple(_named(option, names) for option in promise.options))
        for promise in promises
    ]


def _named(promised: Promise | Option, names: dict) -> Promise | Option:
    if promised.kind == Kind.TIER_UPGRADE:
        code = promised.details.get("tier", "")
        if ("tier", code) not in names:
            raise UnknownTier(tier=code)
        return replace(promised, title=names["tier", code])
    if promised.kind == Kind.BADGE:
        code = promised.details.get("badge", "")
        if ("badge", code) not in names:
            raise UnknownBadge(badge=code)
        return replace(promised, title=names["badge", code])
    return promised


@transaction.atomic
def give_rewards(reward_ids: Collection[UUID]) -> int:
    """Give the tiers and badges of rewards that have become available; count them."""
    due = list(Reward.objects.filter(id__in=reward_ids, state=Reward.State.AVAILABLE, kept__gt=0).order_by("id"))
    for reward in due:
        _give(reward)
        issue_reward(reward.id)
    return len(due)


def _give(reward: Reward) -> None:
    if reward.kind == Kind.TIER_UPGRADE:
        until = door.moment() + timedelta(days=reward.details["days"])
        give_tier(reward.beneficiary_id, reward.details["tier"], until=until, reason="", cause=REWARD, reward_id=reward.id)
    elif reward.kind == Kind.BADGE:
        give_badge(reward.beneficiary_id, reward.details["badge"], key=f"reward:{reward.id}", reward_id=reward.id)


@transaction.atomic
def take_back_rewards(reward_ids: Collection[UUID]) -> None:
    """Take back what reversed rewards had given; a repetition finds nothing to do."""
    gone = Reward.objects.filter(id__in=reward_ids, state=Reward.State.REVERSED).values("id")
    for hold_id in TierHold.objects.filter(reward_id__in=gone, ended_at=None).values_list("id", flat=True):
        end_hold(hold_id)
    for given_id in CustomerBadge.objects.filter(reward_id__in=gone, taken_at=None).values_list("id", flat=True):
        take_badge(given_id, reason="reward_reversed")
