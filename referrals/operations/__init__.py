"""What can be done in the referral room, one verb or family a file."""

from referrals.operations.campaigns import (
    copy_campaign,
    create_campaign,
    fund_campaign,
    publish_terms,
    share_budget,
    update_campaign,
)
from referrals.operations.codes import code_for, is_in_target, record_touch
from referrals.operations.confirming import confirm_invitation
from referrals.operations.golden import (
    change_golden_case,
    golden_case_of_order,
    keep_golden_case,
    remove_golden_case,
    replace_golden_cases,
)
from referrals.operations.invitations import keyed_hash, purge_invitations, submit_invitation
from referrals.operations.judging import judge_orders, judge_referees
from referrals.operations.past import PastReferral, past_campaign, record_past_referrals, remove_past_referrals
from referrals.operations.running import (
    end_campaign,
    pause_campaign,
    resume_campaign,
    schedule_campaign,
    start_campaign,
    turn_due_campaigns,
)
from referrals.operations.simulating import (
    cancel_simulation,
    forgotten_simulations,
    run_simulation,
    simulate,
    start_simulation,
)
from referrals.operations.stages import clear_risk, close_referral, confirm_fraud, flag_risk, move_stage

__all__ = [
    "PastReferral",
    "cancel_simulation",
    "change_golden_case",
    "clear_risk",
    "close_referral",
    "code_for",
    "confirm_fraud",
    "confirm_invitation",
    "copy_campaign",
    "create_campaign",
    "end_campaign",
    "flag_risk",
    "forgotten_simulations",
    "fund_campaign",
    "golden_case_of_order",
    "is_in_target",
    "judge_orders",
    "judge_referees",
    "keep_golden_case",
    "keyed_hash",
    "move_stage",
    "past_campaign",
    "pause_campaign",
    "publish_terms",
    "purge_invitations",
    "record_past_referrals",
    "record_touch",
    "remove_golden_case",
    "remove_past_referrals",
    "replace_golden_cases",
    "resume_campaign",
    "run_simulation",
    "schedule_campaign",
    "share_budget",
    "simulate",
    "start_campaign",
    "start_simulation",
    "submit_invitation",
    "turn_due_campaigns",
    "update_campaign",
]
