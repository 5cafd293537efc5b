"""The way around: the side bar, and the pages that the search palette knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard import waiting


def link_to(page: str, *args) -> str:
    """Give the address of a page, or nothing where this installation has no such page."""
    try:
        return reverse(f"dashboard:{page}", args=args)
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class Entry:
    page: str  # URL name
    label: str
    icon: str
    permission: str = ""  # empty: everybody who works here
    also: tuple[str, ...] = ()  # pages that lie below this one
    waits: str = ""  # who may do something about it sees how many wait: a permission, counted in waiting.py

    @cached_property
    def address(self) -> str:
        return link_to(self.page)


SECTIONS = [
    ("", [
        Entry("home", _("Overview"), "layout-dashboard"),
        Entry("customers", _("Customers"), "users", "customers:read",
              ("customer", "customer_new", "customer_edit", "customer_pool", "merge_choose", "merge_preview")),
        Entry("leads", _("Leads"), "inbox", "leads:read",
              ("lead", "lead_new", "lead_pool", "lead_forms", "lead_form", "lead_form_edit", "lead_quarantine", "lead_rules",
               "lead_rule", "lead_rule_new", "lead_rules_try", "lead_report", "lead_settings", "lead_pool_edit")),
        Entry("deals", _("Deals"), "layout-kanban", "deals:read",
              ("deal", "deal_new", "deal_edit", "deal_move", "deal_lines", "deals_list", "deal_reports")),
        Entry("orders", _("Orders"), "shopping-bag", "orders:read", ("order", "order_new")),
        Entry("tasks", _("Tasks"), "checkbox", "tasks:read", ("task", "task_new", "task_edit", "calendar", "calendar_feed")),
        Entry("cases", _("Cases"), "lifebuoy", "cases:read",
              ("case", "case_new", "case_board", "case_move", "case_figures")),
        Entry("till", _("Till"), "cash-register", "till:write", ("checkout", "till_settings", "till_referral")),
    ]),
    (_("Customer care"), [
        Entry("segments", _("Segments"), "users-group", "customers:read", ("segment", "segment_new", "segment_edit")),
        Entry("plans", _("Contact plans"), "refresh", "tasks:read", ("plan", "plan_new", "plan_edit")),
        Entry("surveys", _("Surveys"), "message-star", "surveys:read", ("survey", "survey_new", "survey_edit")),
        Entry("messages", _("Messages"), "mail", "messages:read",
              ("message", "templates", "template", "mailbox", "text_messages", "wechat", "wechat_template")),
        Entry("hand_overs", _("Hand-overs"), "transfer", "customers:read", (), "customers:write"),
        Entry("duplicates", _("Duplicates"), "arrows-join", "customers:merge", ("merges", "merge")),
    ]),
    (_("Referrals"), [
        Entry("campaigns", _("Campaigns"), "speakerphone", "campaigns:read",
              ("campaign", "campaign_new", "campaign_edit", "campaign_terms", "campaign_step", "campaign_conditions",
               "campaign_copy", "campaign_page", "responsibility", "campaign_attribution", "simulations", "simulation",
               "golden_cases", "golden_case", "golden_case_new", "promotion", "promotion_told", "group_robots", "reminders",
               "reminder")),
        Entry("referrals", _("Referrals"), "share-3", "referrals:read", ("referral", "decision")),
        Entry("asks", _("Ask for referrals"), "message-question", "referrals:read",
              ("ask", "ask_rules", "scripts", "script_new", "script_edit")),
        Entry("honours", _("Honours"), "trophy", "referrals:read", ("customer_named",)),
        Entry("sources", _("Sources"), "affiliate", "campaigns:read",
              ("source", "source_new", "source_edit", "campaign_sources")),
        Entry("materials", _("Printed material"), "printer", "campaigns:read", ("material", "material_new")),
    ]),
    (_("Referrals to check"), [
        Entry("claims", pgettext_lazy("on who brought whom", "Claims"), "gavel", "referrals:read",
              ("claim", "claim_new", "referral_correct"), "referrals:write"),
        Entry("abuse_cases", _("Suspected abuse"), "shield-half", "referrals:read",
              ("abuse_case", "abuse_lists", "abuse_settings"), "referrals:write"),
        Entry("evidence", pgettext_lazy("of a referral", "Evidence"), "file-check", "referrals:read", (), "referrals:write"),
        Entry("invitations", _("Invitations"), "user-question", "referrals:read", ("referral_new",)),
    ]),
    (_("Rewards"), [
        Entry("rewards", _("Rewards"), "gift", "rewards:read", ("reward", "reward_new")),
        Entry("promises", _("Promises"), "clock-check", "rewards:read"),
        Entry("approvals", _("Approvals"), "checks", "rewards:read", ("reward_policy",), "approvals:write"),
        Entry("catalogue", _("Catalogue"), "gift-card", "rewards:read", ("item", "item_new", "item_edit")),
        Entry("gift_orders", _("Gift orders"), "truck-delivery", "rewards:read",
              ("gift_order", "gift_order_list", "gift_order_new", "packing_list")),
        Entry("coupon_kinds", _("Coupons"), "ticket", "rewards:read",
              ("coupons", "coupon_kind", "coupon_kind_new", "coupon_kind_edit")),
        Entry("loyalty", _("Loyalty"), "crown", "loyalty:read"),
    ]),
    (_("Insight"), [
        Entry("reports", _("Reports"), "chart-bar", "reports:read"),
        Entry("quality", _("Data quality"), "clipboard-check", "customers:read", ("quality_records", "standards")),
        Entry("rfm", _("Customer value"), "grid-dots", "reports:read", ("rfm_segment", "rfm_cell")),
    ]),
    (_("Money"), [
        Entry("budgets", _("Budgets"), "wallet", "rewards:read"),
        Entry("payouts", _("Payouts"), "building-bank", "payouts:read",
              ("payout", "payout_new", "payout_differences", "payout_settings")),
        Entry("payroll", _("Payroll"), "cash-banknote", "payouts:read"),
        Entry("finance", _("Finance"), "report-money", "ledger:read", ("ageing", "closings", "closing", "unit_value")),
        Entry("ledger", _("Ledger"), "book-2", "ledger:read", ("statement", "trial_balance")),
        Entry("books", _("Check the books"), "shield-check", "ledger:read", ("proof_run",)),
    ]),
]  # fmt: skip

SETTINGS = [
    Entry("settings", _("Organisation"), "building-store", "settings:write"),
    Entry("fields", _("Custom fields"), "forms", "settings:write", ("field_new", "field_edit")),
    Entry("lifecycle", _("Lifecycle rules"), "timeline-event", "customers:read", ("lifecycle_new", "lifecycle_edit")),
    Entry("pipelines", _("Pipelines"), "route", "settings:write", ("pipeline", "stage_new", "stage_edit")),
    Entry("working_calendar", _("Working calendar"), "calendar-time", "settings:write"),
    Entry("absences", _("Absences"), "beach", "tasks:read"),
    Entry("care_settings", _("Rules of care"), "heart-handshake", "settings:write"),
    Entry("people", _("People"), "users-group", "people:write",
          ("person", "teams", "team", "stores", "store", "roles")),
    Entry("configuration", _("Configuration"), "adjustments", "settings:write",
          ("configuration_pack", "configuration_version", "configuration_try")),
    Entry("imports", _("Imports"), "file-import", "imports:write", ("import", "import_new")),
    Entry("api_keys", _("API keys"), "key", "integrations:read"),
    Entry("webhooks", _("Webhooks"), "webhook", "integrations:read", ("webhook",)),
    Entry("parked", _("Parked events"), "alert-octagon", "integrations:read"),
    Entry("audit", _("Audit log"), "history", "audit:read", ("reveals",)),
    Entry("clock", _("Demo clock"), "clock-play", "settings:write"),
]  # fmt: skip

# Found by the palette, not shown in the side bar.
ACTIONS = [
    Entry("customer_new", _("New customer"), "user-plus", "customers:write"),
    Entry("deal_new", _("New deal"), "layout-kanban", "deals:write"),
    Entry("lead_new", _("New lead"), "inbox", "leads:write"),
    Entry("lead_pool", _("Pool of leads"), "pool", "leads:read"),
    Entry("lead_forms", _("Enquiry forms"), "forms", "campaigns:read"),
    Entry("lead_rules", _("Rules for leads"), "arrows-split", "leads:read"),
    Entry("task_new", _("New task"), "checkbox", "tasks:write"),
    Entry("calendar", _("Calendar"), "calendar", "tasks:read"),
    Entry("case_board", _("Board of cases"), "layout-kanban", "cases:read"),
    Entry("case_new", _("New case"), "lifebuoy", "cases:write"),
    Entry("case_figures", _("Case figures"), "chart-bar", "cases:read"),
    Entry("order_new", _("New order"), "shopping-bag-plus", "orders:write"),
    Entry("survey_new", _("New survey"), "message-star", "surveys:write"),
    Entry("referral_new", _("Enter a referral"), "message-circle-plus", "referrals:write"),
    Entry("till_referral", _("A friend's code"), "users", "till:write"),
    Entry("campaign_new", _("New campaign"), "speakerphone", "campaigns:write"),
    Entry("coupon_kind_new", _("New kind of coupon"), "ticket", "rewards:write"),
    Entry("coupons", _("Coupon codes"), "ticket", "rewards:read"),
    Entry("import_new", _("Import a file"), "file-import", "imports:write"),
    Entry("templates", _("Message templates"), "template", "messages:read"),
    Entry("wechat", _("WeChat official account"), "brand-wechat", "messages:read"),
    Entry("mailbox", _("Demo mailbox"), "inbox", "messages:read"),
    Entry("notices", _("Notices"), "bell"),
    Entry("teams", _("Teams"), "users-group", "people:write"),
    Entry("stores", _("Stores"), "building-store", "people:write"),
    Entry("roles", _("Who may do what"), "shield-lock", "people:write"),
    Entry("reveals", _("Looks at contacts"), "eye", "audit:read"),
    Entry("docs", _("API documentation"), "api", "integrations:read"),
]


@dataclass(frozen=True)
class Link:
    label: str
    icon: str
    address: str
    is_here: bool
    waiting: int = 0


@dataclass(frozen=True)
class Section:
    label: str
    links: list[Link]

    @property
    def is_open(self) -> bool:
        """Say whether it stands open by itself: the first, and the section in use. The others say how much waits in them."""
        return not self.label or any(link.is_here for link in self.links)

    @property
    def waiting(self) -> int:
        return sum(link.waiting for link in self.links)


def side_bar(request: HttpRequest) -> list[Section]:
    """List the sections this person sees, the present page marked."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    counts = waiting.counts(request.membership, _counted(request))
    every = [*SECTIONS, (_("Settings"), SETTINGS)]
    sections = [Section(label, _links(request, entries, here, counts)) for label, entries in every]
    return [section for section in sections if section.links]


def pages_matching(request: HttpRequest, text: str) -> list[Link]:
    """Find pages and actions by a word of their label."""
    every = [entry for _label, entries in SECTIONS for entry in entries] + ACTIONS + SETTINGS
    wanted = text.lower().strip()
    return [link for link in _links(request, every, "", {}) if wanted in link.label.lower()]


def _counted(request: HttpRequest) -> list[str]:
    """Name the pages of which this person sees how much waits there."""
    every = [entry for _label, entries in SECTIONS for entry in entries]
    return [entry.page for entry in every if entry.waits and request.membership.may(entry.waits)]


def _links(request, entries, here, counts: Mapping[str, int]) -> list[Link]:
    return [
        Link(str(entry.label), entry.icon, address, here in (entry.page, *entry.also), counts.get(entry.page, 0))
        for entry in entries
        if _is_for(request, entry) and (address := _address(entry))
    ]


def _is_for(request, entry: Entry) -> bool:
    if entry.page == "clock" and not settings.MOVABLE_CLOCK:
        return False
    if entry.page == "mailbox" and (settings.IS_PRODUCTION or not settings.KEEP_MAIL_IN_MAILBOX):
        return False
    return not entry.permission or request.membership.may(entry.permission)


def _address(entry: Entry) -> str:
    return reverse("docs") if entry.page == "docs" else entry.address
