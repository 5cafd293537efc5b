"""What can be done in the referral room, one verb or family a file."""

from referrals.operations.campaigns import (
    copy_campaign,
    create_campaign,
    fund_campaign,
    publish_terms,
    share_budget,
    update_campaign,
)
from referrals.operations.capturing import (
    ask_friend,
    capture_on_phone,
    capture_spoken,
    decline_invitation,
    withdraw_invitation,
)
from referrals.operations.codes import code_for, is_in_target, record_touch
from referrals.operations.confirming import confirm_invitation
from referrals.operations.evidence import accept_evidence, hand_in_evidence, refuse_evidence
from referrals.operations.handing_on import accept_referral, decline_referral, hand_over_referral
from referrals.operations.invitations import keyed_hash, purge_invitations, resend_question, submit_invitation
from referrals.operations.judging import judge_orders, judge_referees
from referrals.operations.past import PastReferral, past_campaign, record_past_referrals, remove_past_referrals
from referrals.operations.responsibility import forget_responsibility, set_responsibility
from referrals.operations.running import (
    end_campaign,
    pause_campaign,
    resume_campaign,
    schedule_campaign,
    start_campaign,
    turn_due_campaigns,
)
from referrals.operations.stages import clear_risk, close_referral, confirm_fraud, flag_risk, move_stage
from referrals.operations.status_links import make_status_link, open_status_link, revoke_status_link
from referrals.operations.waking import note_contacts, wake_follow_ups

__all__ = [
    "PastReferral",
    "accept_evidence",
    "accept_referral",
    "ask_friend",
    "capture_on_phone",
    "capture_spoken",
    "clear_risk",
    "close_referral",
    "code_for",
    "confirm_fraud",
    "confirm_invitation",
    "copy_campaign",
    "create_campaign",
    "decline_invitation",
    "decline_referral",
    "end_campaign",
    "flag_risk",
    "forget_responsibility",
    "fund_campaign",
    "hand_in_evidence",
    "hand_over_referral",
    "is_in_target",
    "judge_orders",
    "judge_referees",
    "keyed_hash",
    "make_status_link",
    "move_stage",
    "note_contacts",
    "open_status_link",
    "past_campaign",
    "pause_campaign",
    "publish_terms",
    "purge_invitations",
    "record_past_referrals",
    "record_touch",
    "refuse_evidence",
    "remove_past_referrals",
    "resend_question",
    "resume_campaign",
    "revoke_status_link",
    "schedule_campaign",
    "set_responsibility",
    "share_budget",
    "start_campaign",
    "submit_invitation",
    "turn_due_campaigns",
    "update_campaign",
    "wake_follow_ups",
    "withdraw_invitation",
]
