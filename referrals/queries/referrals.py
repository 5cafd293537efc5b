"""Reads of referrals."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.models import Deal
from referrals.models import Conversion, Decision, Referral, ReferralMove, RuleVersion
from rewards.models import Reward
from tenancy import door


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


def with_companies(customer_ids: set, deal_ids: set[UUID]) -> set:
    """Add the companies of deals: it may be they who were referred."""
    companies = Deal.objects.filter(id__in=deal_ids, company_id__isnull=False).values_list("company_id", flat=True)
    return {*customer_ids, *companies} - {None}


def due_sweeps(trigger: str = "still_active", *, limit: int = 500) -> set[UUID]:
    """Find friends for whom the day has come to ask whether they are still active, and who have no answer yet."""
    due: set[UUID] = set()
    for version in RuleVersion.objects.filter(terms__has_key="milestones"):
        for milestone in version.terms["milestones"]:
            if milestone["trigger"] != trigger:
                continue
            since = door.moment() - timedelta(days=milestone["after"]["days"])
            answered = Decision.objects.filter(milestone=milestone["key"], subject_id__isnull=False)
            rows = Referral.objects.filter(campaign_id=version.campaign_id, converted_at__lte=since)
            rows = rows.filter(Q(conversions__state="counted") | Q(milestones__state="counted"))
            rows = rows.exclude(id__in=answered.values("subject_id")).distinct()
            due.update(row.referee_id for row in rows.order_by("converted_at")[:limit])
    return due


def history(referral_id: UUID) -> QuerySet[ReferralMove]:
    return ReferralMove.objects.filter(referral_id=referral_id).order_by("id")


def rewards_of_referral(referral_id: UUID) -> QuerySet[Reward]:
    """The fourth axis: what became of the rewards; of one that was exchanged, only what it is now."""
    rows = Reward.objects.filter(referral_id=referral_id, successor_id=None).order_by("id")
    return rows.select_related("unit", "coupon_kind", "beneficiary")


def conversions_of(referral_id: UUID) -> QuerySet[Conversion]:
    return Conversion.objects.filter(referral_id=referral_id).order_by("paid_at", "id")
