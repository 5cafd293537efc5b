"""Campaigns, rule versions, codes, touches, invitations, referrals, decisions."""

from referrals.models.campaigns import Campaign, RuleVersion
from referrals.models.codes import ReferralCode, Touch
from referrals.models.decisions import Conversion, Decision
from referrals.models.evidence import Evidence
from referrals.models.following import Closing, FollowUp, ReferralHandOver, Responsibility
from referrals.models.invitations import Invitation
from referrals.models.referrals import Referral, ReferralMove
from referrals.models.status import StatusLink

__all__ = [
    "Campaign",
    "Closing",
    "Conversion",
    "Decision",
    "Evidence",
    "FollowUp",
    "Invitation",
    "Referral",
    "ReferralCode",
    "ReferralHandOver",
    "ReferralMove",
    "Responsibility",
    "RuleVersion",
    "StatusLink",
    "Touch",
]
