"""What others read of referrals."""

from referrals.queries.campaigns import (
    campaigns,
    current_terms,
    current_version,
    current_versions,
    is_used_up,
    planned_terms,
    refuse_closed,
    versions,
)
from referrals.queries.codes import (
    addresses,
    codes_of,
    find_code,
    invitations,
    last_touch,
    usable_code,
    waiting_invitation,
    waiting_invitations,
)
from referrals.queries.decisions import about_customer, decisions_for, latest_decisions, latest_milestone_decisions
from referrals.queries.failures import failures_of, latest_closing, promptness_of
from referrals.queries.golden import failing_golden_cases, try_golden_cases
from referrals.queries.paths import contacted, follow_up_of, line_of, path_of, stage_of
from referrals.queries.referrals import (
    conversions_of,
    due_sweeps,
    history,
    referral_of,
    referrals,
    rewards_of_referral,
    with_companies,
)
from referrals.queries.responsibility import hand_overs_waiting_for, responsibility_map, stage_owner, stages_without_owner

__all__ = [
    "about_customer",
    "addresses",
    "campaigns",
    "codes_of",
    "contacted",
    "conversions_of",
    "current_terms",
    "current_version",
    "current_versions",
    "decisions_for",
    "due_sweeps",
    "failing_golden_cases",
    "failures_of",
    "find_code",
    "follow_up_of",
    "hand_overs_waiting_for",
    "history",
    "invitations",
    "is_used_up",
    "last_touch",
    "latest_closing",
    "latest_decisions",
    "latest_milestone_decisions",
    "line_of",
    "path_of",
    "planned_terms",
    "promptness_of",
    "referral_of",
    "referrals",
    "refuse_closed",
    "responsibility_map",
    "rewards_of_referral",
    "stage_of",
    "stage_owner",
    "stages_without_owner",
    "try_golden_cases",
    "usable_code",
    "versions",
    "waiting_invitation",
    "waiting_invitations",
    "with_companies",
]
