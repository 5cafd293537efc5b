"""What happened to everything that may earn, as data: each thing with what was known of it, step by step.

The steps are the facts of the decisions that were made at the time, so a refund that came late comes late here too.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any
from uuid import UUID

from referrals.models import Decision, Referral, RuleVersion
from referrals.operations.cases import Case, cases_under
from referrals.operations.offers import Offer, offers_of
from referrals.rules import Facts, Terms, facts_json, read_facts, read_terms

Story = dict[str, Any]


def stories_of(referrals: Sequence[Referral], draft: RuleVersion | None) -> list[Story]:
    """Tell what these friends did, under a draft; without one, under the terms that each came in under."""
    offers = _drafted(referrals, draft) if draft else offers_of(referrals)
    cases = cases_under(referrals, offers, is_dry=True)
    if draft:
        cases = [case for case in cases if case.terms is offers[case.referral.id][0].terms]
    seen = _seen(referrals)
    milestones = _milestones({referral.campaign_id for referral in referrals})
    return [_story(case, seen.get(_name(case), []), milestones) for case in cases if case.at]


def _drafted(referrals: Sequence[Referral], draft: RuleVersion) -> dict[UUID, list[Offer]]:
    offer = Offer(draft, read_terms(draft.terms))
    return {referral.id: [offer] for referral in referrals}


def _name(case: Case) -> tuple[UUID, str, UUID]:
    return case.referral.id, case.milestone.key if case.milestone else "", case.id


def _seen(referrals: Sequence[Referral]) -> dict[tuple[UUID, str, UUID], list[Decision]]:
    """Find what was decided about each thing, oldest first."""
    found = defaultdict(list)
    rows = Decision.objects.filter(referral_id__in=[referral.id for referral in referrals]).order_by("id")
    for row in rows.only("referral_id", "milestone", "subject_id", "order_id", "facts", "decided_at", "rule_version_id"):
        found[row.referral_id, row.milestone, row.subject_id or row.order_id].append(row)
    return found


def _milestones(campaign_ids: set[UUID]) -> dict[tuple[UUID, str], Any]:
    """Give the milestones of every version, by version and key."""
    rows = RuleVersion.objects.filter(campaign_id__in=campaign_ids)
    told = ((row.id, read_terms(row.terms)) for row in rows)
    return {(id, milestone.key): milestone for id, terms in told for milestone in terms.milestones}


def _story(case: Case, seen: Sequence[Decision], milestones: Mapping) -> Story:
    referral = case.referral
    return {
        "place": case.place, "subject_id": str(case.id), "referral": str(referral.id), "referrer": str(referral.referrer_id),
        "friend": str(referral.referee_id), "risk": referral.risk, "version": str(case.version_id),
        "own_version": str(referral.rule_version_id),
        "milestone": case.milestone.key if case.milestone else "", "source": case.source_id, "at": case.at.isoformat(),
        "steps": _steps(case, seen, milestones),
    }  # fmt: skip


def _steps(case: Case, seen: Sequence[Decision], milestones: Mapping) -> list[dict[str, Any]]:
    if not seen:  # nobody looked at it then: it becomes known when it happens
        known = max(case.at, case.referral.confirmed_at)
        return [{"known": known.isoformat(), "id": "", "facts": facts_json(case.facts)}]
    known = accumulate((row.decided_at for row in seen), max)  # a clock that was set back changes no order
    return [
        {"known": at.isoformat(), "id": str(row.id), "facts": facts_json(_as_known(case, row, milestones))}
        for row, at in zip(seen, known, strict=True)
    ]


def _as_known(case: Case, row: Decision, milestones: Mapping) -> Facts:
    """Give what the draft asks for, with what was known when it was decided."""
    then = read_facts(row.facts)
    facts = replace(case.facts, order=then.order, referral=then.referral, place=then.place, bought_before=then.bought_before)
    if case.milestone and milestones.get((row.rule_version_id, row.milestone)) == case.milestone:
        facts = replace(facts, reached=then.reached, wanted=then.wanted, seen=then.seen, before_minor=then.before_minor)
    return facts


def terms_in(campaign_id: UUID) -> dict[str, Terms]:
    """Give all terms a campaign ever had, by the id of their version."""
    return {str(row.id): read_terms(row.terms) for row in RuleVersion.objects.filter(campaign_id=campaign_id)}
