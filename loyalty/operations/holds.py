"""Tiers that are held for a time: given by a reward, or by staff with a reason."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from loyalty.errors import HoldBackwards, ReasonMissing, UnknownTier
from loyalty.models import Tier, TierHold
from loyalty.operations.reviewing import review_tiers
from tenancy import audit, door

MANUAL, REWARD = "manual", "reward"


@transaction.atomic
def hold_tier(customer_id: UUID, tier: str, *, until: datetime | None, reason: str) -> TierHold:
    """Give a customer a tier until an end (none: until it is ended), whatever they spend; say why."""
    if not reason.strip():
        raise ReasonMissing
    return give_tier(customer_id, tier, until=until, reason=reason.strip(), cause=MANUAL)


def give_tier(
    customer_id: UUID, code: str, *, until: datetime | None, reason: str, cause: str, reward_id: UUID | None = None
) -> TierHold:
    """Hold a tier for a customer and move them up at once; the same reward again changes nothing."""
    tier = Tier.objects.filter(code=code).first()
    if tier is None:
        raise UnknownTier(tier=code)
    if until is not None and until <= door.moment():
        raise HoldBackwards
    facts = {"customer_id": customer_id, "tier": tier, "since": door.moment(), "until": until, "reason": reason[:200]}
    if reward_id and (first := TierHold.objects.filter(reward_id=reward_id).first()):
        return first
    hold = TierHold.objects.create(cause=cause, reward_id=reward_id, **facts)
    audit.record("tier.held", hold, {"customer_id": str(customer_id), "tier": code, "cause": cause})
    review_tiers([customer_id])
    return hold


@transaction.atomic
def end_hold(hold_id: UUID) -> TierHold:
    """End a hold before its time; the customer falls at once to what their spend reaches."""
    hold = TierHold.objects.select_related("tier").filter(id=hold_id).first()
    if hold is None:
        raise UnknownTier(tier=hold_id)
    if TierHold.objects.filter(id=hold_id, ended_at=None).update(ended_at=door.moment()):
        audit.record("tier.hold_ended", hold, {"customer_id": str(hold.customer_id), "tier": hold.tier.code})
        review_tiers([hold.customer_id], may_fall=True)
    return TierHold.objects.select_related("tier").get(id=hold_id)
