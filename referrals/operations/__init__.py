"""What can be done in the referral room, one verb or family a file."""

from referrals.operations.attributing import reconsider, reconsider_visitors, record_earlier_touch, record_trace, set_policy
from referrals.operations.campaigns import (
    copy_campaign,
    create_campaign,
    fund_campaign,
    publish_terms,
    share_budget,
    update_campaign,
)
from referrals.operations.claims import (
    add_evidence,
    appeal_claim,
    close_due_claims,
    decide_claim,
    link_claim,
    open_claim,
    propose,
    withdraw_claim,
)
from referrals.operations.codes import code_for, is_in_target, record_touch
from referrals.operations.confirming import confirm_invitation
from referrals.operations.deciding import correct_attribution
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
from referrals.operations.stages import clear_risk, close_referral, confirm_fraud, flag_risk, move_stage

__all__ = [
    "PastReferral",
    "add_evidence",
    "appeal_claim",
    "clear_risk",
    "close_due_claims",
    "close_referral",
    "code_for",
    "confirm_fraud",
    "confirm_invitation",
    "copy_campaign",
    "correct_attribution",
    "create_campaign",
    "decide_claim",
    "end_campaign",
    "flag_risk",
    "fund_campaign",
    "is_in_target",
    "judge_orders",
    "judge_referees",
    "keyed_hash",
    "link_claim",
    "move_stage",
    "open_claim",
    "past_campaign",
    "pause_campaign",
    "propose",
    "publish_terms",
    "purge_invitations",
    "reconsider",
    "reconsider_visitors",
    "record_earlier_touch",
    "record_past_referrals",
    "record_touch",
    "record_trace",
    "remove_past_referrals",
    "resume_campaign",
    "schedule_campaign",
    "set_policy",
    "share_budget",
    "start_campaign",
    "submit_invitation",
    "turn_due_campaigns",
    "update_campaign",
    "withdraw_claim",
]
