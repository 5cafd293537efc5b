"""What staff call the kinds of messages, and why one was not sent."""

from django.utils.translation import gettext_lazy as _

from messaging.models import Message
from messaging.sms.words import WHY
from messaging.wechat.words import why_not as why_not_over_wechat

KINDS = {
    "confirmation": _("Code that confirms an invitation"),
    "member_login": _("Code that signs a member in"),
    "referral_waiting": _("Reminder of an open invitation"),
    "referral_confirmed": _("A friend has accepted"),
    "welcome": _("Welcome of a new friend"),
    "offer_waiting": _("Reminder of an unused offer"),
    "reward_accrued": _("Reward promised"),
    "reward_settled": _("Reward available"),
    "reward_reversed": _("Reward taken back"),
    "reward_restored": _("Reward given again"),
    "tier_changed": _("New level"),
    "points_expiring": _("Points expire soon"),
    "survey_invitation": _("Invitation to a survey"),
    "gift_ordered": _("Gift ordered"),
    "gift_shipped": _("Gift sent"),
    "gift_ready": _("Gift ready for pick-up"),
    "gift_delivered": _("Gift delivered"),
    "gift_issued": _("Voucher or service handed over"),
    "gift_cancelled": _("Gift order cancelled"),
    "gift_returned": _("Gift returned"),
    "case_opened": _("We have your request"),
    "case_reply": _("Answer to a request"),
    "case_rating": _("Asks for a rating"),
    "payout_paid": _("Payout has arrived"),
    "claim_opened": _("Claim received"),
    "claim_contested": _("Friend claimed by somebody else"),
    "claim_decided": _("Claim decided"),
    "claim_appealed": _("Claim appealed"),
    "payout_failed": _("Payout failed"),
    "payout_account_changed": _("Payout account changed"),
    "promises_late": _("Rewards are late"),
    "budget_reached": _("Budget reached a step"),
    "budget_below": _("Budget below a step again"),
    "lead_assigned": _("A new lead"),
    "lead_due_soon": _("Answer to a lead is due soon"),
    "lead_overdue": _("Lead not answered in time"),
    "lead_unassigned": _("Lead of nobody"),
    "texts_used_up": _("Text messages of the day are used up"),
    "texted_back": _("A customer has answered a text"),
    "case_heard": _("A customer has written in a case"),
    "case_given": _("A case was given to somebody"),
    "task_handed": _("A task was handed over"),
    "follow_up_due": _("Follow-up due"),
    "follow_up_overdue": _("Follow-up overdue"),
    "follow_up_escalated": _("Follow-up escalated"),
    "pool_warned": _("Customers go back to the pool soon"),
    "pool_recycled": _("Customers went back to the pool"),
    "mentioned": _("Mentioned by a colleague"),
    "hand_over_asked": _("Customer handed over"),
    "referral_question": _("Asks an invited friend for consent"),
    "referral_contacted": _("A friend was contacted"),
    "referral_qualified": _("A friend is a real prospect"),
    "referral_converted": _("A friend has ordered"),
    "referral_closed": _("A referral came to nothing"),
    "referral_due_soon": _("Referral due soon"),
    "referral_overdue": _("Referral overdue"),
    "referral_handed": _("Referral handed over"),
    "referral_hand_answered": _("Answer to a referral's hand-over"),
    "hand_over_answered": _("Answer to a hand-over"),
    "campaign_promotion": _("News of a campaign"),
    "reminder_bought": _("Reminder to refer, after a purchase"),
    "reminder_praised": _("Reminder to refer, after good marks"),
    "reminder_silent": _("Reminder to refer, nobody has come yet"),
    "reminder_ending": _("Reminder to refer, before the campaign ends"),
}

_OVER_WECHAT = {
    "does_not_fit": _("A value does not fit into the fields of the WeChat template."),
    "switched_off": _("The customer has switched these reminders off."),
}
REASONS = {
    **WHY,  # of text messages
    "by_wechat": _("It went over WeChat instead."),
    "no_address": _("There is no address for this channel."),
    "no_channel": _("There is no channel for this contact."),
    "no_consent": _("The customer has not agreed to offers this way."),
    "switched_off": _("The customer has switched these reminders off."),
}


def reason_of(message: Message) -> str:
    """Say why a message was not sent, or not yet; empty where it was."""
    if message.channel == Message.Channel.WECHAT:
        return str(_OVER_WECHAT.get(message.reason) or why_not_over_wechat(message.reason))
    return str(REASONS.get(message.reason, message.reason))
