"""What others read of referrals."""

from referrals.queries.campaigns import (
    campaigns,
    current_terms,
    current_version,
    current_versions,
    is_used_up,
    refuse_closed,
    versions,
)
from referrals.queries.codes import addresses, codes_of, find_code, last_touch, usable_code, waiting_invitations
from referrals.queries.decisions import about_customer, decisions_for, latest_decisions, latest_milestone_decisions
from referrals.queries.golden import failing_golden_cases, try_golden_cases
from referrals.queries.referrals import (
    conversions_of,
    due_sweeps,
    history,
    referral_of,
    referrals,
    rewards_of_referral,
    with_companies,
)

__all__ = [
    "about_customer",
    "addresses",
    "campaigns",
    "codes_of",
    "conversions_of",
    "current_terms",
    "current_version",
    "current_versions",
    "decisions_for",
    "due_sweeps",
    "failing_golden_cases",
    "find_code",
    "history",
    "is_used_up",
    "last_touch",
    "latest_decisions",
    "latest_milestone_decisions",
    "referral_of",
    "referrals",
    "refuse_closed",
    "rewards_of_referral",
    "try_golden_cases",
    "usable_code",
    "versions",
    "waiting_invitations",
    "with_companies",
]
