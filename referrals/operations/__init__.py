"""What can be done in the referral room, one verb or family a file."""

from referrals.hashes import keyed_hash
from referrals.operations.abuse.assessing import assess_orders, assess_referees, assess_referrals
from referrals.operations.abuse.deciding import ask_for_proof, clear_case, confirm_case, reopen_case
from referrals.operations.abuse.lists import add_listing, list_from_case, remove_listing
from referrals.operations.abuse.policy import set_abuse_policy
from referrals.operations.abuse.rings import find_rings
from referrals.operations.abuse.traces import Origin, note_sighting
from referrals.operations.attributing import reconsider, reconsider_visitors, record_earlier_touch, record_trace, set_policy
from referrals.operations.building import (
    acknowledge_legal_note,
    begin_campaign,
    choose_template,
    drop_draft_terms,
    fill_empty_texts,
    publish_draft_terms,
    save_draft_terms,
    set_goal,
    set_wechat_safe,
    take_over,
)
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
from referrals.operations.evidence import accept_evidence, hand_in_evidence, refuse_evidence
from referrals.operations.golden import (
    change_golden_case,
    golden_case_of_order,
    keep_golden_case,
    remove_golden_case,
    replace_golden_cases,
)
from referrals.operations.handing_on import accept_referral, decline_referral, hand_over_referral
from referrals.operations.invitations import purge_invitations, resend_digits, submit_invitation
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
from referrals.operations.simulating import (
    cancel_simulation,
    forgotten_simulations,
    run_simulation,
    simulate,
    start_simulation,
)
from referrals.operations.stages import clear_risk, close_referral, confirm_fraud, flag_risk, move_stage
from referrals.operations.status_links import make_status_link, open_status_link, revoke_status_link
from referrals.operations.suggesting import adopt_suggestion, suggestions_for
from referrals.operations.waking import note_contacts, wake_follow_ups

__all__ = [
    "Origin",
    "PastReferral",
    "accept_evidence",
    "accept_referral",
    "acknowledge_legal_note",
    "add_evidence",
    "add_listing",
    "adopt_suggestion",
    "appeal_claim",
    "ask_for_proof",
    "ask_friend",
    "assess_orders",
    "assess_referees",
    "assess_referrals",
    "begin_campaign",
    "cancel_simulation",
    "capture_on_phone",
    "capture_spoken",
    "change_golden_case",
    "choose_template",
    "clear_case",
    "clear_risk",
    "close_due_claims",
    "close_referral",
    "code_for",
    "confirm_case",
    "confirm_fraud",
    "confirm_invitation",
    "copy_campaign",
    "correct_attribution",
    "create_campaign",
    "decide_claim",
    "decline_invitation",
    "decline_referral",
    "drop_draft_terms",
    "end_campaign",
    "fill_empty_texts",
    "find_rings",
    "flag_risk",
    "forget_responsibility",
    "forgotten_simulations",
    "fund_campaign",
    "golden_case_of_order",
    "hand_in_evidence",
    "hand_over_referral",
    "is_in_target",
    "judge_orders",
    "judge_referees",
    "keep_golden_case",
    "keyed_hash",
    "link_claim",
    "list_from_case",
    "make_status_link",
    "move_stage",
    "note_contacts",
    "note_sighting",
    "open_claim",
    "open_status_link",
    "past_campaign",
    "pause_campaign",
    "propose",
    "publish_draft_terms",
    "publish_terms",
    "purge_invitations",
    "reconsider",
    "reconsider_visitors",
    "record_earlier_touch",
    "record_past_referrals",
    "record_touch",
    "record_trace",
    "refuse_evidence",
    "remove_golden_case",
    "remove_listing",
    "remove_past_referrals",
    "reopen_case",
    "replace_golden_cases",
    "resend_digits",
    "resume_campaign",
    "revoke_status_link",
    "run_simulation",
    "save_draft_terms",
    "schedule_campaign",
    "set_abuse_policy",
    "set_goal",
    "set_policy",
    "set_responsibility",
    "set_wechat_safe",
    "share_budget",
    "simulate",
    "start_campaign",
    "start_simulation",
    "submit_invitation",
    "suggestions_for",
    "take_over",
    "turn_due_campaigns",
    "update_campaign",
    "wake_follow_ups",
    "withdraw_claim",
    "withdraw_invitation",
]
