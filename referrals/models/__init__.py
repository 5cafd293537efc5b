"""Campaigns, rule versions, codes, touches, invitations, referrals, decisions."""

from referrals.models.campaigns import Campaign, RuleVersion
from referrals.models.codes import ReferralCode, Touch
from referrals.models.decisions import Conversion, Decision, MilestoneReached
from referrals.models.invitations import Invitation
from referrals.models.referrals import Referral, ReferralMove
from referrals.models.simulations import GoldenCase, Simulation, SimulationPart

__all__ = [
    "Campaign",
    "Conversion",
    "Decision",
    "GoldenCase",
    "Invitation",
    "MilestoneReached",
    "Referral",
    "ReferralCode",
    "ReferralMove",
    "RuleVersion",
    "Simulation",
    "SimulationPart",
    "Touch",
]
