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
from referrals.models.asking import Ask, AskRules, Script
from referrals.models.attribution import AttributionDecision, Share, Trace
from referrals.models.campaigns import Campaign, LegalNote, RuleVersion
from referrals.models.claims import Claim, ClaimFile, ClaimMove
from referrals.models.codes import ReferralCode, Touch
from referrals.models.decisions import Conversion, Decision, MilestoneReached
from referrals.models.evidence import Evidence
from referrals.models.follower_posts import FollowerPost, FollowerPostReceiver
from referrals.models.following import Closing, FollowUp, ReferralHandOver, Responsibility
from referrals.models.honours import HonourRules, HonourStep, Recognition
from referrals.models.invitations import Invitation
from referrals.models.pages import LandingPage, LandingPicture, LandingVersion
from referrals.models.promotions import Promotion, PromotionPost, PromotionReceiver, Reminder, Way, Ways
from referrals.models.referrals import Referral, ReferralMove
from referrals.models.simulations import GoldenCase, Simulation, SimulationPart
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
from referrals.models.status import StatusLink

__all__ = [
    "AbuseCase",
    "AbuseCaseReferral",
    "AbuseListing",
    "AbusePolicy",
    "AbuseVerdict",
    "Ask",
    "AskRules",
    "Assessment",
    "AttributionDecision",
    "Campaign",
    "Claim",
    "ClaimFile",
    "ClaimMove",
    "Closing",
    "CodeOwner",
    "Conversion",
    "Decision",
    "Evidence",
    "FollowUp",
    "FollowerPost",
    "FollowerPostReceiver",
    "GoldenCase",
    "HonourRules",
    "HonourStep",
    "Invitation",
    "LandingPage",
    "LandingPicture",
    "LandingVersion",
    "LegalNote",
    "MaterialBatch",
    "MaterialSheets",
    "MilestoneReached",
    "PayrollRun",
    "Promotion",
    "PromotionPost",
    "PromotionReceiver",
    "Recognition",
    "Referral",
    "ReferralCode",
    "ReferralHandOver",
    "ReferralMove",
    "ReferrerProfile",
    "Reminder",
    "Responsibility",
    "RuleVersion",
    "Script",
    "Share",
    "SignUpTrace",
    "Simulation",
    "SimulationPart",
    "Source",
    "SourceConflict",
    "SourceRule",
    "StatusLink",
    "Touch",
    "Trace",
    "Trait",
    "Way",
    "Ways",
]
