"""Carry out what a person decided about who brought a customer: by a claim, an appeal, or staff who correct it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from crm.models import Customer
from referrals.errors import ClaimExists, PartsWrong, PartyUnknown, ReasonMissing, TermsMissing, UnknownReferral
from referrals.models import Campaign, Claim, Referral
from referrals.operations import moves
from referrals.operations.attributing import code_of, decide_about, keep_decision
from referrals.operations.cases import lock
from referrals.operations.expecting import expect_rewards
from referrals.operations.judging import judge_referees
from referrals.operations.sharing import HELD_FOR, divide, hold
from referrals.queries import current_version, rewards_of_referral
from referrals.queries.attribution import shares_of, subjects_of
from referrals.queries.sources import source_of
from referrals.rules.attribution import NONE, ONE, SPLIT, WHOLE, Attribution
from rewards.models import Reward
from rewards.operations import put_on_hold, release_hold
from tenancy import audit, door

Parts = Sequence[tuple[UUID, int]]
_Attribution = Referral.Attribution
_UNDER_REVIEW = (Referral.Risk.FLAGGED, Referral.Risk.HELD)


def check_parts(parts: Parts, referee_id: UUID | None) -> None:
    """Refuse parts that do not come to the whole, and those for strangers or the friend."""
    people = {id for id, _part in parts}
    if parts and (sum(part for _id, part in parts) != WHOLE or any(part <= 0 for _id, part in parts)):
        raise PartsWrong
    if len(people) != len(parts) or referee_id in people:
        raise PartyUnknown
    if Customer.objects.filter(id__in=people).count() != len(people):
        raise PartyUnknown


def correct_attribution(referral_id: UUID, *, parts: Parts, reason: str) -> Referral:
    """Correct who brought a friend, with a reason; while a claim is open it has to be decided there."""
    reason = " ".join(reason.split())
    if not reason:
        raise ReasonMissing
    referral = Referral.objects.select_related("campaign").filter(id=referral_id).first()
    if referral is None:
        raise UnknownReferral
    if Claim.objects.filter(referral=referral, state__in=["open", "proposed", "appealed"]).exists():
        raise ClaimExists
    check_parts(parts, referral.referee_id)
    if shares_of(referral) == list(parts):
        return referral
    found = decide_about(subjects_of([referral]))[referral.id]
    return apply_parts(referral, parts, found, cause="staff", reason=reason)


def apply_parts(
    referral: Referral, parts: Parts, found: Attribution, *, cause: str, reason: str, claim: Claim | None = None
) -> Referral:  # fmt: skip
    """Let these parts hold from now on: rewards are taken back, promised and let go on in one transaction.

    Campaign and terms stay those by which the friend came: what the friend was promised is no part of the dispute.
    """
    [locked] = lock([referral.referee_id])
    ordered = sorted(parts, key=lambda part: -part[1])
    decided = replace(
        found, outcome=(NONE, ONE)[len(ordered)] if len(ordered) < 2 else SPLIT, why=cause, touched_at=locked.touched_at,
        parts=tuple((str(id), part) for id, part in ordered),
    )  # fmt: skip
    keep_decision(locked, decided, _policy(locked), cause=cause, claim=claim, reason=reason)
    changed = divide(locked, ordered)
    audit.record("referral.attributed", changed, {"parts": [[str(id), part] for id, part in ordered], "cause": cause})
    return settle(changed, _Attribution.DECIDED, cause="staff_attribution" if cause == "staff" else cause)


def _policy(referral: Referral):
    return subjects_of([referral])[0].policy


def contest(referral: Referral) -> None:
    """Let a referral be contested, and what is not paid out of it wait."""
    [locked] = lock([referral.referee_id])
    if locked.attribution != _Attribution.CONTESTED:
        _move(locked, _Attribution.CONTESTED, "claim")
    hold({locked.id})


def settle(referral: Referral, attribution: str, *, cause: str) -> Referral:
    """End the contest: bring rewards in line with the parts, then let go on what waited for it, once."""
    if referral.attribution != attribution:
        _move(referral, attribution, cause)
    judge_referees([referral.referee_id])
    waiting = rewards_of_referral(referral.id).filter(state=Reward.State.HELD, hold_cause=HELD_FOR)
    for reward_id in list(waiting.values_list("id", flat=True)):
        release_hold(reward_id, cause="attribution_decided")
        if referral.risk in _UNDER_REVIEW:
            put_on_hold(reward_id, cause="review")
    return Referral.objects.get(id=referral.id)


def _move(referral: Referral, after: str, cause: str) -> None:
    moved = Referral.objects.filter(id=referral.id, attribution=referral.attribution).update(attribution=after)
    if moved:
        moves.note(referral.id, axis="attribution", before=referral.attribution, after=after, cause=cause)
        audit.record("referral.attribution_moved", referral, {"attribution": [referral.attribution, after], "cause": cause})


def refer_by_decision(
    campaign: Campaign, *, referee_id: UUID, parts: Parts, touched_at: datetime, confirmed_at: datetime
) -> Referral:  # fmt: skip
    """Make a referral that nobody had recorded, under the campaign's present terms."""
    version = current_version(campaign.id)
    if version is None:
        raise TermsMissing
    first = max(parts, key=lambda part: part[1])[0]
    referral = Referral.objects.create(
        campaign=campaign, rule_version=version, referrer_id=first, referee_id=referee_id, code=code_of(campaign.id, first),
        channel="claim", touched_at=touched_at, confirmed_at=max(confirmed_at, touched_at), is_returning=True,
        attribution=_Attribution.CONTESTED, source=source_of(first),
    )  # fmt: skip
    moves.begin(referral)
    expect_rewards(referral)
    audit.record("referral.made_by_claim", referral, {"touched_at": touched_at.isoformat(), "at": str(door.moment())})
    return referral
