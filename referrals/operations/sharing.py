"""Divide a referral between referrers, or give it to another; what they earn follows when it is judged again.

Each has a seat, which stays theirs whatever their part becomes. The judge divides what the referrer gets between the
seats (rules/amounts.py), and rewards carry the number of their seat in their key.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from referrals.models import Conversion, MilestoneReached, Referral, ReferralCode, Share
from referrals.operations.expecting import expect_parts
from referrals.queries.sources import source_of
from referrals.rules.attribution import WHOLE
from rewards.models import Reward
from rewards.operations import expected_of, lapse, put_on_hold

HELD_FOR = "attribution"  # why rewards wait while a claim is open
_OPEN = (Referral.Stage.CONFIRMED, Referral.Stage.CONTACTED, Referral.Stage.QUALIFIED)


# --- who has which part ----------------------------------------------------------------------------------


def divide(referral: Referral, parts: Sequence[tuple[UUID, int]]) -> Referral:
    """Say who has which part from now on; nobody's part means it all stays unpaid. Rewards follow when it is judged.

    The referral names who has most of it; of equal ones the first of `parts`, so that it does not matter who sat first.
    """
    seats = _seats(referral)
    wanted = dict(parts)
    for seat in seats:
        seat.part = wanted.pop(seat.referrer_id, 0)
    for referrer_id, part in wanted.items():
        seats.append(Share(referral=referral, referrer_id=referrer_id, seat=len(seats), part=part))
    if len(seats) == 1 and seats[0].part == WHOLE and not referral.is_shared:
        return referral
    for seat in seats:  # two, seldom three
        seat.save()
    named_id, part = max(parts, key=lambda each: each[1], default=(referral.referrer_id, 0))
    return _name_referrer(referral, named_id if part else referral.referrer_id, seats)


def _seats(referral: Referral) -> list[Share]:
    found = list(Share.objects.filter(referral=referral).order_by("seat"))
    return found or [Share(referral=referral, referrer_id=referral.referrer_id, seat=0, part=WHOLE)]


def _name_referrer(referral: Referral, named_id: UUID, seats: Sequence[Share]) -> Referral:
    """Let the referral name a referrer; its conversions count for them."""
    code = (
        ReferralCode.objects.filter(campaign_id=referral.campaign_id, referrer_id=named_id).order_by("is_inherited").first()
    )
    changes: dict[str, Any] = {"referrer_id": named_id, "is_shared": True}
    if named_id != referral.referrer_id:
        changes |= {"code_id": code.id if code else None, "source": source_of(named_id)}
        for model in (Conversion, MilestoneReached):
            model.objects.filter(referral=referral).update(referrer_id=named_id)
    Referral.objects.filter(id=referral.id).update(**changes)
    changed = Referral.objects.select_related("campaign", "rule_version").get(id=referral.id)
    own = expected_of([referral.id]).filter(role="referrer")
    had_any = lapse(list(own.values_list("id", flat=True)), cause=HELD_FOR)
    if had_any and changed.stage in _OPEN:
        expect_parts(changed, seats)
    return changed


# --- waiting ---------------------------------------------------------------------------------------------


def hold(referral_ids: set[UUID]) -> list[UUID]:
    """Let unsettled rewards of referrers wait until a claim is decided; those that wait for something else go on waiting."""
    waits = Q(state=Reward.State.ACCRUED) | Q(state=Reward.State.HELD, hold_cause__in=["approval", "budget"])
    rows = Reward.objects.filter(waits, referral_id__in=referral_ids, role="referrer", successor_id=None)
    ids = list(rows.order_by("id").values_list("id", flat=True))
    for reward_id in ids:
        put_on_hold(reward_id, cause=HELD_FOR)
    return ids
