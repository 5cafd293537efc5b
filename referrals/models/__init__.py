"""Campaigns, rule versions, codes, touches, invitations, referrals, decisions."""

from referrals.models.asking import Ask, AskRules, Script
from referrals.models.campaigns import Campaign, RuleVersion
from referrals.models.codes import ReferralCode, Touch
from referrals.models.decisions import Conversion, Decision
from referrals.models.honours import HonourRules, HonourStep, Recognition
from referrals.models.invitations import Invitation
from referrals.models.referrals import Referral, ReferralMove

__all__ = [
    "Ask",
    "AskRules",
    "Campaign",
    "Conversion",
    "Decision",
    "HonourRules",
    "HonourStep",
    "Invitation",
    "Recognition",
    "Referral",
    "ReferralCode",
    "ReferralMove",
    "RuleVersion",
    "Script",
    "Touch",
]
