"""Who listens to what. An event goes to every listener that names its kind.

A listener takes a sequence of events (at most `batch`), in any order, perhaps again,
and reads the present facts itself.
"""

from integrations.queries import EVENT_KINDS
from messaging.gift_notices import GIFT_EVENTS
from tenancy.events import Listener

HAND_OVERS = ("hand_over.asked", "hand_over.accepted", "hand_over.declined", "hand_over.withdrawn")
LISTENERS = [
    # name                          event                     function                                        batch
    Listener("loyalty.points",      "order.changed",          "loyalty.listeners.on_orders_changed",          200),
    Listener("rewards.delivered",   "gift.delivered",         "rewards.listeners.on_gifts_delivered"),
    Listener("rewards.called_off",  "reward.reversed",        "rewards.listeners.on_rewards_reversed",        200),
    Listener("loyalty.memberships", "reward.membership_due",  "loyalty.listeners.on_membership_due",          200),
    Listener("loyalty.taken_back",  "reward.reversed",        "loyalty.listeners.on_rewards_reversed",        200),
    Listener("referrals.orders",    "order.changed",          "referrals.listeners.on_orders_changed",        200),
    Listener("referrals.earlier",   "referral.confirmed",     "referrals.listeners.on_referrals_confirmed",   200),
    Listener("crm.follow_up",       "referral.confirmed",     "crm.listeners.on_referral_confirmed"),
    Listener("rewards.checkouts",   "order.changed",          "rewards.listeners.on_orders_changed",          200),
    Listener("rewards.budgets",     "budget.alert",           "rewards.listeners.on_budget_alerts",           200),
    Listener("rewards.settled",     "rewards.settled",        "rewards.listeners.on_settled"),
    Listener("messaging.confirmed", "referral.confirmed",     "messaging.listeners.on_referral_confirmed",    200),
    Listener("messaging.accrued",   "reward.accrued",         "messaging.listeners.on_reward_accrued",        200),
    Listener("messaging.settled",   "reward.settled",         "messaging.listeners.on_reward_settled",        200),
    Listener("messaging.reversed",  "reward.reversed",        "messaging.listeners.on_reward_reversed"),
    Listener("messaging.restored",  "reward.restored",        "messaging.listeners.on_reward_restored"),
    Listener("messaging.tier",      "tier.changed",           "messaging.listeners.on_tier_changed",          200),
    *[Listener(f"messaging.{kind}", kind, "messaging.gift_notices.on_gift_moved", 200) for kind in GIFT_EVENTS],
    Listener("messaging.paid",      "payout.paid",            "messaging.payout_notices.on_payouts_paid",     200),
    Listener("messaging.unpaid",    "payout.failed",          "messaging.payout_notices.on_payouts_failed",   200),
    Listener("messaging.account",   "payout_account.changed", "messaging.payout_notices.on_accounts_changed", 200),
    Listener("messaging.mentions",  "member.mentioned",       "messaging.talk_notices.on_member_mentioned",   200),
    *[Listener(f"messaging.{kind}", kind, "messaging.talk_notices.on_hand_over_moved", 200) for kind in HAND_OVERS],
    Listener("analytics.rfm",       "import.finished",        "analytics.listeners.on_imports_finished",      200),
    *[Listener(f"webhooks.{kind}", kind, "integrations.listeners.on_event", 200) for kind in EVENT_KINDS],
]  # fmt: skip
