"""The checks an order or a milestone has to pass: each with what was asked for and what was found."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from referrals.rules.amounts import scheme_of
from referrals.rules.conditions import Condition, Group, Tree, holds, leaves
from referrals.rules.facts import PAID, Facts, ReferralFacts
from referrals.rules.milestones import AMOUNTS, Milestone
from referrals.rules.terms import ONLY_MILESTONES, Terms

# limit in the terms -> check
FURTHER_LIMITS = {
    "per_referrer_day": "limit_day", "per_campaign_day": "limit_campaign_day",
    "per_campaign_30_days": "limit_campaign_30_days",
}  # fmt: skip
COST_LIMITS = {
    "per_referrer_day_cost": "limit_day_cost", "per_referrer_30_days_cost": "limit_30_days_cost",
    "per_referrer_cost": "limit_referrer_cost", "per_campaign_day_cost": "limit_campaign_day_cost",
    "per_campaign_30_days_cost": "limit_campaign_30_days_cost", "per_campaign_cost": "limit_campaign_cost",
}  # fmt: skip


@dataclass(frozen=True)
class Check:
    check: str
    expected: Any
    actual: Any
    passed: bool


def checks_of(facts: Facts, terms: Terms | None) -> Iterable[Check]:
    """Make every check there is to make; without a referral or terms only those that need neither."""
    if facts.milestone and facts.referral and terms:
        yield _is("came_by_referral", True, True)
        yield from _milestone_checks(facts, facts.referral, terms)
        return
    yield _is("has_customer", True, facts.has_customer)
    yield _is("came_by_referral", True, facts.referral is not None)
    yield _is("order_paid", PAID, facts.order.status)
    if facts.referral is None or terms is None:
        return
    yield from _order_checks(facts, terms)
    yield from _referral_checks(facts, facts.referral, terms)
    yield from _scheme_checks(facts, terms)
    yield from _limit_checks(facts, terms)


def _milestone_checks(facts: Facts, referral: ReferralFacts, terms: Terms) -> Iterable[Check]:
    milestone = terms.milestone(facts.milestone)
    if milestone is None:
        yield _is("milestone_known", True, False)
        return
    yield Check(f"reached_{milestone.trigger}", facts.wanted, facts.seen, facts.reached)
    if facts.reached:
        yield from _amount_checks(facts, milestone, terms)
        yield from _condition_checks(milestone.conditions, facts)
    yield _is("friend_is_new", True, not facts.bought_before)
    yield _is("referral_open", True, not referral.is_closed)
    yield _is("no_fraud", True, not referral.is_fraud)
    yield _within("click_window", terms.click_window.days, referral.touched_at, referral.confirmed_at)
    at = facts.order.paid_at
    if at is not None:
        yield Check("reached_after_touch", True, at >= referral.touched_at, at >= referral.touched_at)
        if milestone.within:
            yield _within("milestone_window", milestone.within.days, referral.confirmed_at, at)
    yield from _absence_checks(facts, terms)
    yield from _limit_checks(facts, terms)


def _amount_checks(facts: Facts, milestone: Milestone, terms: Terms) -> Iterable[Check]:
    order, least = facts.order, milestone.minimum.minor
    if milestone.trigger in AMOUNTS or least:
        yield _is("milestone_currency", terms.currency, order.currency)
    if least:
        yield Check("milestone_minimum", least, order.kept_minor, order.kept_minor >= least)


def _condition_checks(tree: Tree | None, facts: Facts) -> Iterable[Check]:
    """Say of each condition that has to hold whether it does; of alternatives, whether one does."""
    if isinstance(tree, Group) and tree.joined == "all":
        for part in tree.parts:
            yield from _condition_checks(part, facts)
    elif tree is not None:
        seen = facts.about.get(tree.fact) if isinstance(tree, Condition) else _seen(tree, facts)
        yield Check("condition", tree.json(), seen, holds(tree, facts.about))


def _seen(tree: Tree, facts: Facts) -> dict[str, Any]:
    return {leaf.fact: facts.about.get(leaf.fact) for leaf in leaves(tree)}


def _scheme_checks(facts: Facts, terms: Terms) -> Iterable[Check]:
    if terms.schemes:
        yield Check("scheme", None, scheme_of(facts, terms), True)
    yield from _absence_checks(facts, terms)


def _absence_checks(facts: Facts, terms: Terms) -> Iterable[Check]:
    """Say who was to get something, but is nobody we know; the others get theirs all the same."""
    scheme = "" if facts.milestone else scheme_of(facts, terms)
    roles = {line.to for _number, line in terms.lines_of(facts.milestone, scheme)}
    for role in facts.nobody:
        if role in roles:
            yield Check(f"no_{role}", True, False, True)


def _order_checks(facts: Facts, terms: Terms) -> Iterable[Check]:
    order = facts.order
    if terms.event == ONLY_MILESTONES:
        yield _is("orders_count", True, False)
        return
    yield _is("currency_covered", terms.currency, order.currency)
    least = max(terms.minimum.minor, 1)
    yield Check("minimum_reached", least, order.kept_minor, order.kept_minor >= least)
    if terms.event == "first_paid_order" and order.kept_minor > 0:
        yield _is("first_order", 1, facts.place)
    yield from _condition_checks(terms.conditions, facts)


def _referral_checks(facts: Facts, referral: ReferralFacts, terms: Terms) -> Iterable[Check]:
    yield _is("friend_is_new", True, not facts.bought_before)
    yield _is("referral_open", True, not referral.is_closed)
    yield _is("no_fraud", True, not referral.is_fraud)
    yield _within("click_window", terms.click_window.days, referral.touched_at, referral.confirmed_at)
    paid_at = facts.order.paid_at
    if paid_at is not None:
        yield _is("after_touch", True, paid_at >= referral.touched_at)
        yield _within("order_window", terms.order_window.days, referral.confirmed_at, paid_at)


def _limit_checks(facts: Facts, terms: Terms) -> Iterable[Check]:
    limits = terms.limits
    for name, limit, counted in (
        ("limit_30_days", limits.per_referrer_30_days, facts.counted_30_days),
        ("limit_referrer", limits.per_referrer, facts.counted_referrer),
        ("limit_campaign", limits.per_campaign, facts.counted_campaign),
    ):
        if limit is not None:
            yield Check(name, limit.count, counted + 1, counted < limit.count)
    for name, check in FURTHER_LIMITS.items():
        limit, counted = getattr(limits, name), facts.counted.get(check, 0)
        if limit is not None:
            yield Check(check, limit.count, counted + 1, counted < limit.count)
    for name, check in COST_LIMITS.items():
        limit, cost = getattr(limits, name), facts.counted.get(check, 0) + facts.cost_minor
        if limit is not None and cost:  # judged again, what was passed once is not counted again
            yield Check(check, limit.minor, cost, cost <= limit.minor)


def _is(name: str, expected: Any, actual: Any) -> Check:
    return Check(name, expected, actual, expected == actual)


def _within(name: str, days: int, since: datetime, until: datetime) -> Check:
    """Expected and actual in days; a begun day counts as one."""
    passed = until - since <= timedelta(days=days)
    return Check(name, days, max(0, -((since - until) // timedelta(days=1))), passed)
