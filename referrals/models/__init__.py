"""Campaigns, rule versions, codes, touches, invitations, referrals, decisions."""

from referrals.models.attribution import AttributionDecision, Share, Trace
from referrals.models.campaigns import Campaign, RuleVersion
from referrals.models.claims import Claim, ClaimFile, ClaimMove
from referrals.models.codes import ReferralCode, Touch
from referrals.models.decisions import Conversion, Decision
from referrals.models.invitations import Invitation
from referrals.models.referrals import Referral, ReferralMove

__all__ = [
    "AttributionDecision",
    "Campaign",
    "Claim",
    "ClaimFile",
    "ClaimMove",
    "Conversion",
    "Decision",
    "Invitation",
    "Referral",
    "ReferralCode",
    "ReferralMove",
    "RuleVersion",
    "Share",
    "Touch",
    "Trace",
]
