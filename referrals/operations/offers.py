"""Under which terms a referral is judged: those it came in under, or later ones where they honour who came before."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from referrals.models import Referral, RuleVersion
from referrals.rules import Earned, Facts, Terms, cost_minor, dues, read_terms, rejudge
from referrals.rules.facts import PAID
from rewards.models import CouponKind

Honour = RuleVersion.Honour
Judged = tuple[Facts, Terms]


@dataclass(frozen=True)
class Offer:
    version: RuleVersion
    terms: Terms


def offers_of(referrals: Sequence[Referral]) -> dict[UUID, list[Offer]]:
    """Give the terms of each referral: its own, then later ones that may be better for who came before, oldest first."""
    read: dict[UUID, Offer] = {}
    later: dict[UUID, list[Offer]] = {}
    campaigns = {referral.campaign_id for referral in referrals}
    better = RuleVersion.objects.filter(campaign_id__in=campaigns, honour=Honour.BETTER_OF_BOTH).order_by("number")
    for version in better:
        later.setdefault(version.campaign_id, []).append(Offer(version, read_terms(version.terms)))
    for referral in referrals:
        if referral.rule_version_id not in read:
            own = referral.rule_version
            read[own.id] = Offer(own, read_terms(own.terms))
    return {
        referral.id: [
            read[referral.rule_version_id],
            *_after(read[referral.rule_version_id], later.get(referral.campaign_id, [])),
        ]
        for referral in referrals
    }


def _after(own: Offer, later: Sequence[Offer]) -> list[Offer]:
    """Keep versions that came after, in the same currency: what cannot be compared is not better."""
    return [one for one in later if one.version.number > own.version.number and one.terms.currency == own.terms.currency]


def version_shown(campaign_id: UUID, touched_at: datetime) -> RuleVersion | None:
    """Give the terms for who signs up now, having followed the link then: those in force, or those they were shown."""
    for version in RuleVersion.objects.filter(campaign_id=campaign_id).order_by("-number"):
        if version.honour != Honour.NEW_FOR_NEW or version.published_at <= touched_at or version.number == 1:
            return version
    return None


def is_better(later: Sequence[Judged], own: Sequence[Judged], kinds: Mapping[str, CouponKind]) -> bool:
    """Say whether later terms give nobody less and somebody more for one deed, by what it costs when everything is kept.

    By the whole, so that a refund changes the amount but never the terms; nobody less, so that it is monotone for each.
    """
    before, after = _worth_of_all(own, kinds), _worth_of_all(later, kinds)
    return before != after and all(after.get(role, 0) >= cost for role, cost in before.items())


def _worth_of_all(told: Sequence[Judged], kinds: Mapping[str, CouponKind]) -> Counter[str]:
    """Sum up by role; the payments of a deal count once, since each is worth the whole of it here."""
    by_milestone = {facts.milestone: worth for facts, terms in told if (worth := _worth(facts, terms, kinds))}
    return sum(map(Counter, by_milestone.values()), Counter())


def _worth(facts: Facts, terms: Terms, kinds: Mapping[str, CouponKind]) -> dict[str, int]:
    whole = whole_of(facts)
    if not isinstance(rejudge(whole, terms), Earned):
        return {}
    costs = {code: kind.value_minor or kind.cap_minor or 0 for code, kind in kinds.items()}
    found: dict[str, int] = {}
    for due in dues(whole, terms):
        found[due.role] = found.get(due.role, 0) + cost_minor(due, terms, costs)
    return {role: cost for role, cost in found.items() if cost}


def whole_of(facts: Facts) -> Facts:
    """Give the same facts as if nothing had been given back."""
    if facts.order.status != PAID:
        return facts
    return replace(facts, order=replace(facts.order, kept_minor=facts.order.total_minor), before_minor=0)
