"""Campaigns, rule versions, codes, touches, invitations, referrals, decisions."""

from referrals.models.abuse import (
    AbuseCase,
    AbuseCaseReferral,
    AbuseListing,
    AbusePolicy,
    AbuseVerdict,
    Assessment,
    SignUpTrace,
    Trait,
)
from referrals.models.campaigns import Campaign, RuleVersion
from referrals.models.codes import ReferralCode, Touch
from referrals.models.decisions import Conversion, Decision
from referrals.models.invitations import Invitation
from referrals.models.referrals import Referral, ReferralMove

__all__ = [
    "AbuseCase",
    "AbuseCaseReferral",
    "AbuseListing",
    "AbusePolicy",
    "AbuseVerdict",
    "Assessment",
    "Campaign",
    "Conversion",
    "Decision",
    "Invitation",
    "Referral",
    "ReferralCode",
    "ReferralMove",
    "RuleVersion",
    "SignUpTrace",
    "Touch",
    "Trait",
]
