"""Reads of the referral room."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery

from crm.queries.merging import former_ids
from foundation.ids import normalise_code
from referrals.errors import CampaignEnded, CampaignNotStarted, CampaignPaused, CodeWithdrawn, UnknownCode
from referrals.models import (
    Campaign,
    Conversion,
    Decision,
    Invitation,
    Referral,
    ReferralCode,
    ReferralMove,
    RuleVersion,
    Touch,
)
from referrals.rules import Terms, read_terms
from rewards.models import Budget, Reward
from rewards.operations import open_purses
from tenancy import door
from tenancy.models import Organisation


def campaigns() -> QuerySet[Campaign]:
    return Campaign.objects.select_related("budget", "responsible__user", "segment").order_by("-id")


def current_version(campaign_id: UUID) -> RuleVersion | None:
    """Give the terms in force for those who come now."""
    return RuleVersion.objects.filter(campaign_id=campaign_id).order_by("-number").first()


def current_versions(campaign_ids: Sequence[UUID]) -> dict[UUID, RuleVersion]:
    """The same for many campaigns, in one statement."""
    newest = RuleVersion.objects.filter(campaign_id=OuterRef("campaign_id")).order_by("-number").values("id")[:1]
    rows = RuleVersion.objects.filter(campaign_id__in=campaign_ids, id=Subquery(newest))
    return {row.campaign_id: row for row in rows}


def versions(campaign_id: UUID) -> QuerySet[RuleVersion]:
    return RuleVersion.objects.filter(campaign_id=campaign_id).order_by("-number")


def current_terms(campaign_id: UUID) -> Terms | None:
    version = current_version(campaign_id)
    return read_terms(version.terms) if version else None


# --- codes -----------------------------------------------------------------------------------------


def find_code(text: str) -> ReferralCode:
    """Read a code as followed or typed; another organisation's code is as unknown as one that never was."""
    code = ReferralCode.objects.select_related("campaign", "referrer").filter(code=normalise_code(text)[:16]).first()
    if code is None:
        raise UnknownCode
    return code


def usable_code(text: str) -> ReferralCode:
    """Find a code that a friend may come by now; say by name why not."""
    code = find_code(text)
    refuse_closed(code.campaign)
    if not code.is_active:
        raise CodeWithdrawn
    return code


def refuse_closed(campaign: Campaign) -> None:
    """Refuse what needs a running campaign. The clock counts, also before beat has turned the state."""
    if campaign.state == Campaign.State.PAUSED:
        raise CampaignPaused
    is_over = campaign.ends_at is not None and campaign.ends_at <= door.moment()
    if campaign.state == Campaign.State.ENDED or is_over:
        raise CampaignEnded
    if campaign.state != Campaign.State.RUNNING:
        raise CampaignNotStarted


def is_used_up(campaign: Campaign) -> bool:
    """Say whether friends who come now would get nothing: the budget is used up, and its policy is to stop."""
    purse = open_purses([campaign.budget_id]).get(campaign.budget_id) if campaign.budget_id else None
    return bool(purse and purse.policy == Budget.Policy.STOP and purse.exhausted_at)


def codes_of(customer_id: UUID) -> QuerySet[ReferralCode]:
    return ReferralCode.objects.filter(referrer_id=customer_id).select_related("campaign").order_by("-id")


def addresses(code: str) -> Mapping[str, str]:
    """Give the public addresses of a code."""
    slug = Organisation.objects.values_list("slug", flat=True).get(id=door.organisation_id())
    base = f"{settings.PUBLIC_URL}/o/{slug}"
    return {"link": f"{base}/r/{code}", "qr": f"{base}/q/{code}.svg", "poster": f"{base}/p/{code}.png"}


# --- referrals -------------------------------------------------------------------------------------


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


def waiting_invitations(campaign_id: UUID) -> int:
    """Count who has not confirmed yet; who they are is in quarantine."""
    return Invitation.objects.filter(campaign_id=campaign_id, state=Invitation.State.WAITING).count()


def last_touch(*, campaign_id: UUID, code_id: UUID, visitor: str) -> Touch | None:
    if not visitor:
        return None
    rows = Touch.objects.filter(visitor=visitor, campaign_id=campaign_id, code_id=code_id)
    return rows.order_by("-occurred_at", "-id").first()


# --- decisions -------------------------------------------------------------------------------------


def decisions_for(
    *, order_id: UUID | None = None, referral_id: UUID | None = None, customer_id: UUID | None = None
) -> QuerySet[Decision]:
    """Decisions, newest first. `customer_id` finds those about a customer's own orders and about their friends'."""
    rows = Decision.objects.select_related("rule_version")
    if order_id:
        rows = rows.filter(order_id=order_id)
    if referral_id:
        rows = rows.filter(referral_id=referral_id)
    if customer_id:
        rows = rows.filter(about_customer(customer_id))
    return rows.order_by("-id")


def about_customer(customer_id: UUID) -> Q:
    """Say how decisions name a customer; those of before a merge call them by their former id."""
    brought = Referral.objects.filter(referrer_id=customer_id).values("id")
    return Q(customer_id__in=[customer_id, *former_ids(customer_id)]) | Q(referral_id__in=brought)


def latest_decisions(order_ids: Sequence[UUID]) -> dict[UUID, Decision]:
    """Give the decision in force for each order, in one statement."""
    rows = Decision.objects.filter(order_id__in=order_ids).order_by("order_id", "-id").distinct("order_id")
    return {row.order_id: row for row in rows}
