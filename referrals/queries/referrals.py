"""Reads of referrals."""

from uuid import UUID

from django.db.models import QuerySet

from referrals.models import Conversion, Referral, ReferralMove
from rewards.models import Reward


def referrals(
    *, campaign_id: UUID | None = None, stage: str = "", risk: str = "", referrer_id: UUID | None = None,
    referee_id: UUID | None = None,
) -> QuerySet[Referral]:  # fmt: skip
    rows = Referral.objects.select_related("campaign", "referrer", "referee", "rule_version", "code")
    for name, value in (
        ("campaign_id", campaign_id), ("stage", stage), ("risk", risk), ("referrer_id", referrer_id),
        ("referee_id", referee_id),
    ):  # fmt: skip
        rows = rows.filter(**{name: value}) if value else rows
    return rows.order_by("-confirmed_at", "-id")


def referral_of(referee_id: UUID) -> Referral | None:
    """Say who brought a customer; a customer has one referrer."""
    return referrals(referee_id=referee_id).first()


def history(referral_id: UUID) -> QuerySet[ReferralMove]:
    return ReferralMove.objects.filter(referral_id=referral_id).order_by("id")


def rewards_of_referral(referral_id: UUID) -> QuerySet[Reward]:
    """The fourth axis: what became of the rewards; of one that was exchanged, only what it is now."""
    rows = Reward.objects.filter(referral_id=referral_id, successor_id=None).order_by("id")
    return rows.select_related("unit", "coupon_kind", "beneficiary")


def conversions_of(referral_id: UUID) -> QuerySet[Conversion]:
    return Conversion.objects.filter(referral_id=referral_id).order_by("paid_at", "id")
