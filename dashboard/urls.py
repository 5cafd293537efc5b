"""Addresses of the staff pages, collected from the files that hold them."""

from importlib import import_module

app_name = "dashboard"

_FILES = [
    "abuse", "shell", "account", "health", "customers", "customer", "orders", "tasks", "surveys", "survey_forms",
    "configuration", "imports", "messages", "settings", "task", "calendar", "cases", "case_figures", "case",
    "case_board", "plans", "customer_talk", "customer_pool", "contacts", "customer_files", "hand_overs", "people",
    "reveals", "machines", "audit", "campaigns", "campaign_forms", "referrals", "referral", "rewards", "reward",
    "reward_new", "promises", "approvals", "badges", "catalogue", "gift_orders", "claims", "lists", "saved_views",
    "work", "budgets", "coupon_kinds", "coupons", "till", "ledger", "books", "finance", "closing", "statement",
    "loyalty", "reports", "rfm", "conditions", "segments", "segment_of_list", "custom_fields", "quality", "lifecycle",
    "deals", "deal", "deal_forms", "deal_money", "deal_reports", "pipelines", "landing_page", "lead_rules",
    "lead_forms", "lead_report", "leads", "lead", "working_calendar", "merging", "duplicates", "asking", "honours",
    "invitations", "referral_tracking", "responsibility", "evidence", "sources", "materials", "payouts",
    "payout_accounts", "payout_differences", "payout_settings", "campaign_builder", "simulations", "golden_cases",
    "promotion", "reminders", "group_robots", "text_messages", "wechat",
]  # fmt: skip

urlpatterns = [pattern for name in _FILES for pattern in import_module(f"dashboard.views.{name}").urls]
