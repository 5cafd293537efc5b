"""Campaigns, rule versions, codes, touches, invitations, referrals, decisions."""

from referrals.models.campaigns import Campaign, RuleVersion
from referrals.models.codes import ReferralCode, Touch
from referrals.models.decisions import Conversion, Decision
from referrals.models.invitations import Invitation
from referrals.models.referrals import Referral, ReferralMove
from referrals.models.sources import (
    CodeOwner,
    MaterialBatch,
    MaterialSheets,
    PayrollRun,
    ReferrerProfile,
    Source,
    SourceConflict,
    SourceRule,
)

__all__ = [
    "Campaign",
    "CodeOwner",
    "Conversion",
    "Decision",
    "Invitation",
    "MaterialBatch",
    "MaterialSheets",
    "PayrollRun",
    "Referral",
    "ReferralCode",
    "ReferralMove",
    "ReferrerProfile",
    "RuleVersion",
    "Source",
    "SourceConflict",
    "SourceRule",
    "Touch",
]
