"""Reads of campaigns and their terms."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from referrals.errors import CampaignEnded, CampaignNotStarted, CampaignPaused
from referrals.models import Campaign, RuleVersion
from referrals.rules import Terms, read_terms
from rewards.models import Budget
from rewards.operations import open_purses
from tenancy import door


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


def planned_terms(campaign: Campaign) -> dict[str, Any] | None:
    """Give the terms that are being written, or else those in force."""
    version = None if campaign.draft_terms else current_version(campaign.id)
    return campaign.draft_terms or (version.terms if version else None)


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
