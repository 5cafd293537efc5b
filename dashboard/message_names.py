"""What staff call the kinds of messages, and why one was not sent."""

from django.utils.translation import gettext_lazy as _

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
    "gift_ordered": _("Gift ordered"),
    "gift_shipped": _("Gift sent"),
    "gift_ready": _("Gift ready for pick-up"),
    "gift_delivered": _("Gift delivered"),
    "gift_issued": _("Voucher or service handed over"),
    "gift_cancelled": _("Gift order cancelled"),
    "gift_returned": _("Gift returned"),
    "payout_paid": _("Payout has arrived"),
    "payout_failed": _("Payout failed"),
    "payout_account_changed": _("Payout account changed"),
    "promises_late": _("Rewards are late"),
    "budget_reached": _("Budget reached a step"),
    "budget_below": _("Budget below a step again"),
    "follow_up_due": _("Follow-up due"),
    "follow_up_overdue": _("Follow-up overdue"),
    "follow_up_escalated": _("Follow-up escalated"),
    "mentioned": _("Mentioned by a colleague"),
    "hand_over_asked": _("Customer handed over"),
    "hand_over_answered": _("Answer to a hand-over"),
}

REASONS = {
    "no_address": _("There is no e-mail address."),
    "no_channel": _("There is no channel for this contact."),
    "no_consent": _("The customer has not agreed to offers by e-mail."),
    "switched_off": _("The customer has switched these reminders off."),
}
