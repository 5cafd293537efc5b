"""Who listens to what. An event goes to every listener that names its kind.

A listener takes a sequence of events (at most `batch`), in any order, perhaps again,
and reads the present facts itself.
"""

from dataclasses import replace

from crm.listeners import SURVEY_OCCASIONS
from integrations.queries import EVENT_KINDS
from messaging.gift_notices import GIFT_EVENTS
from messaging.referral_notices import PROGRESS
from tenancy.events import Listener

DEALS = (
    "deal.created", "deal.stage_changed", "deal.changed", "deal.deleted", "deal.money_received", "deal.money_refunded",
)  # fmt: skip
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
    *[Listener(f"referrals.{kind}", kind, "referrals.listeners.on_deals_changed", 200) for kind in DEALS],
    Listener("referrals.answers",   "survey.answered",        "referrals.listeners.on_surveys_answered",      200),
    Listener("referrals.ask_buyers", "order.changed",         "referrals.occasions.on_orders_paid",           200),
    Listener("referrals.ask_sold",  "deal.stage_changed",     "referrals.occasions.on_deals_moved",           200),
    Listener("referrals.ask_marks", "survey.answered",        "referrals.occasions.on_surveys_answered",      200),
    Listener("referrals.ask_solved", "case.rated",            "referrals.occasions.on_cases_rated",           200),
    Listener("referrals.ask_praise", "visit.found",           "referrals.occasions.on_visits_found",          200),
    Listener("crm.stragglers",      "order.changed",          "crm.listeners.on_orders_of_merged",            200),
    Listener("crm.likeness",        "customer.created",       "crm.listeners.on_customers_created",           200),
    Listener("crm.imported",        "import.finished",        "crm.listeners.on_import_finished",             200),
    Listener("crm.apart",           "customer.merge_undone",  "crm.listeners.on_merges_undone",               200),
    Listener("crm.late",            "customer.merged",        "crm.listeners.on_customers_merged"),
    Listener("loyalty.merged",      "customer.merged",        "loyalty.listeners.on_customers_merged",        200),
    Listener("loyalty.separated",   "customer.merge_undone",  "loyalty.listeners.on_merges_undone",           200),
    Listener("crm.follow_up",       "referral.confirmed",     "crm.listeners.on_referral_confirmed"),
    *[Listener(f"crm.surveys.{kind}", kind, "crm.listeners.on_survey_occasions", 200) for kind in SURVEY_OCCASIONS],
    Listener("crm.lifecycle",       "order.changed",          "crm.listeners.on_orders_changed",              200),
    Listener("crm.plan_orders",     "order.changed",          "crm.listeners.on_orders_paid",                 200),
    Listener("crm.plan_deals",      "deal.won",               "crm.listeners.on_deals_won",                   200),
    Listener("crm.plan_cases",      "case.closed",            "crm.listeners.on_cases_closed",                200),
    Listener("crm.plan_stages",     "customer.stage",         "crm.listeners.on_customer_stages",             200),
    Listener("crm.plan_segments",   "segment.entered",        "crm.listeners.on_segments_entered",            200),
    Listener("crm.stage_segments",  "segment.entered",        "crm.listeners.on_segments_entered_for_rules",  200),
    Listener("messaging.replied",   "case.replied",           "messaging.case_notices.on_cases_replied",      200),
    Listener("messaging.opened",    "case.opened",            "messaging.case_notices.on_cases_opened",       200),
    Listener("messaging.heard",     "case.heard",             "messaging.case_notices.on_cases_heard",        200),
    Listener("messaging.given",     "case.given",             "messaging.case_notices.on_cases_given",        200),
    Listener("messaging.handed",    "task.handed",            "messaging.case_notices.on_tasks_handed",       200),
    Listener("messaging.rating",    "case.closed",            "messaging.case_notices.on_cases_closed",       200),
    Listener("rewards.checkouts",   "order.changed",          "rewards.listeners.on_orders_changed",          200),
    Listener("rewards.budgets",     "budget.alert",           "rewards.listeners.on_budget_alerts",           200),
    Listener("rewards.settled",     "rewards.settled",        "rewards.listeners.on_settled"),
    *[Listener(f"messaging.{kind}", kind, "messaging.referral_notices.on_progress", 200) for kind in PROGRESS],
    Listener("messaging.ref_soon",  "referral.due_soon",      "messaging.referral_notices.on_due",            200),
    Listener("messaging.ref_late",  "referral.overdue",       "messaging.referral_notices.on_due",            200),
    Listener("messaging.ref_given", "referral.handed",        "messaging.referral_notices.on_handed",         200),
    Listener("referrals.tasks",     "task.done",              "referrals.listeners.on_tasks_done",            200),
    Listener("messaging.confirmed", "referral.confirmed",     "messaging.listeners.on_referral_confirmed",    200),
    Listener("messaging.accrued",   "reward.accrued",         "messaging.listeners.on_reward_accrued",        200),
    Listener("messaging.settled",   "reward.settled",         "messaging.listeners.on_reward_settled",        200),
    Listener("messaging.reversed",  "reward.reversed",        "messaging.listeners.on_reward_reversed"),
    Listener("messaging.restored",  "reward.restored",        "messaging.listeners.on_reward_restored"),
    Listener("messaging.tier",      "tier.changed",           "messaging.listeners.on_tier_changed",          200),
    *[Listener(f"messaging.{kind}", kind, "messaging.gift_notices.on_gift_moved", 200) for kind in GIFT_EVENTS],
    Listener("messaging.paid",      "payout.paid",            "messaging.payout_notices.on_payouts_paid",     200),
    Listener("messaging.claimed",   "claim.opened",           "messaging.claim_notices.on_claims_opened",     200),
    Listener("messaging.claim",     "claim.decided",          "messaging.claim_notices.on_claims_decided",    200),
    Listener("messaging.appeal",    "claim.appealed",         "messaging.claim_notices.on_claims_appealed",   200),
    Listener("messaging.unpaid",    "payout.failed",          "messaging.payout_notices.on_payouts_failed",   200),
    Listener("messaging.account",   "payout_account.changed", "messaging.payout_notices.on_accounts_changed", 200),
    Listener("crm.leads_left",      "member.left",            "crm.listeners.on_members_left",                200),
    Listener("referrals.left",      "member.left",            "referrals.listeners.on_members_left",          200),
    Listener("referrals.heirs",     "member.handed_over",     "referrals.listeners.on_members_handed_over",   200),
    Listener("messaging.lead",      "lead.assigned",          "messaging.lead_notices.on_leads_assigned",     200),
    Listener("messaging.lead_soon", "lead.due_soon",          "messaging.lead_notices.on_leads_due_soon",     200),
    Listener("messaging.lead_late", "lead.overdue",           "messaging.lead_notices.on_leads_overdue",      200),
    Listener("messaging.lead_none", "lead.unassigned",        "messaging.lead_notices.on_leads_unassigned",   200),
    Listener("messaging.pool_soon", "pool.warned",            "messaging.lead_notices.on_owners_warned",      200),
    Listener("messaging.pool_back", "pool.recycled",          "messaging.lead_notices.on_customers_recycled", 200),
    Listener("messaging.mentions",  "member.mentioned",       "messaging.talk_notices.on_member_mentioned",   200),
    *[Listener(f"messaging.{kind}", kind, "messaging.talk_notices.on_hand_over_moved", 200) for kind in HAND_OVERS],
    Listener("analytics.rfm",       "import.finished",        "analytics.listeners.on_imports_finished",      200),
    Listener("analytics.undone",    "import.undone",          "analytics.listeners.on_imports_finished",      200),
    *[Listener(f"webhooks.{kind}", kind, "integrations.listeners.on_event", 200) for kind in EVENT_KINDS],
]  # fmt: skip

# What an organisation configures, as data; what others refer to stands before them.
CONFIGURATION = [
    "tenancy.configured.WORKING_WEEK",
    "tenancy.configured.CALENDAR_DAYS",
    "tenancy.configured.STORES",
    "tenancy.configured.TEAMS",
    "loyalty.configuration.PROGRAMME",
    "loyalty.configuration.TIERS",
    "loyalty.configuration.BADGES",
    "rewards.configuration.COUPON_KINDS",
    "crm.configuration.CUSTOM_FIELDS",
    "crm.configuration.SEGMENTS",
    "crm.configuration.LIFECYCLE",
    "crm.configuration.PIPELINES",
    "crm.configuration.SURVEYS",
    "crm.configuration_leads.LEAD_FORMS",
    "crm.configuration_leads.LEAD_POOLS",
    "crm.configuration_leads.LEAD_RULES",
    "crm.configuration_leads.LEAD_POLICY",
    "crm.configuration_care.CARE_POLICY",
    "crm.configuration_care.CASE_CATEGORIES",
    "crm.configuration_care.CONTACT_PLANS",
    "messaging.configuration.TEMPLATES",
    "referrals.configuration.ABUSE_POLICY",
    "referrals.configuration.CAMPAIGNS",
    "referrals.configuration_front.SCRIPTS",
    "referrals.configuration_front.ASK_RULES",
    "referrals.configuration_front.HONOUR_RULES",
    "referrals.configuration_front.HONOUR_STEPS",
]
# Who tells facts that conditions can be made of (crm/queries/facts.py), in the order in which they are shown.
FACTS = [
    "crm.facts.FACTS",
    "crm.facts_work.FACTS",
    "referrals.facts.FACTS",
    "loyalty.facts.FACTS",
    "rewards.facts.FACTS",
    "analytics.facts.FACTS",
]

# Who needs segments, and so forbids their deletion (crm/queries/segments.py).
SEGMENT_USES = ["referrals.facts.segment_uses"]
# Who follows segments, so that it is noted who enters and leaves them (crm/queries/following.py).
SEGMENT_FOLLOWERS = ["integrations.queries.segments_told_of"]
# Who has a say when two customers become one, from the lowest floor up (crm/operations/merging/kit.py).
MERGING = [
    "crm.operations.merging.own",
    "messaging.merging",
    "rewards.merging",
    "loyalty.merging",
    "referrals.merging",
    "analytics.merging",
]
# Customers, other systems or somebody's list of things to do notice these: they are not told of what was imported quietly.
_OUTWARD = ("messaging.", "webhooks.", "crm.surveys.", "crm.plan_", "referrals.ask_")
LISTENERS = [replace(listener, is_outward=listener.name.startswith(_OUTWARD)) for listener in LISTENERS]
