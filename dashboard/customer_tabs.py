"""The tabs of a customer's page: a line here and a template `parts/customer_<key>.html` make one."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm import masking
from crm.models import Consent, Customer, Order
from crm.queries import cases, kept_minor, visits_of
from crm.queries.talk import changes_of, files_of, looks_of, pinned_notes
from dashboard.access import may
from dashboard.audit_lines import told_lines
from dashboard.customer_deals import deals_tab
from dashboard.family import family
from dashboard.paging import newest_first
from dashboard.people import members
from dashboard.sight import seen
from dashboard.story import GROUPS, story
from messaging.queries import messages_of
from referrals.queries import codes_of
from rewards.queries import coupons_of, rewards_of
from rewards.queries.catalogue import gift_orders_of

SHOWN = 50


@dataclass(frozen=True)
class Tab:
    key: str
    label: str | Promise
    permission: str
    content: Callable[[HttpRequest, Customer], dict]

    @property
    def template(self) -> str:
        return f"dashboard/parts/customer_{self.key}.html"


def timeline_of(request: HttpRequest, found: Customer) -> dict:
    """The lines that are asked for, and what they can be narrowed to."""
    group = request.GET.get("group", "")
    group = group if group in GROUPS else ""
    text = request.GET.get("find", "").strip()[:80]
    told = story(found, request.membership, group=group, text=text, before=request.GET.get("before", ""))
    query = request.GET.copy()
    query["before"] = told.older
    return {
        "lines": told.lines, "older": query.urlencode() if told.older else "", "group": group, "find": text,
        "colleagues": [each.user.name for each in getattr(request, "people", None) or members()],
        "groups": [(key, label) for key, (label, needed) in GROUPS.items() if may(request, needed)],
    }  # fmt: skip


def _timeline(request, found) -> dict:
    return timeline_of(request, found) | {"pinned": list(pinned_notes(found.id, request.membership)[:5])}


def _orders(request, found) -> dict:
    rows = list(Order.objects.filter(customer_id=found.id).order_by("-placed_at", "-id").prefetch_related("refunds")[:SHOWN])
    for row in rows:
        row.counted_refunds = [refund for refund in row.refunds.all() if refund.cancelled_at is None]
    shows_money = masking.shows(request.membership, "money")
    return {"orders": rows, "kept_of": kept_minor([row.id for row in rows]), "shows_money": shows_money}


def _referrals(request, found) -> dict:
    return {"codes": codes_of(found.id), "family": family(request.membership, found)}


def _rewards(request, found) -> dict:
    return {
        "rewards": rewards_of(found.id)[:SHOWN], "coupons": coupons_of(found.id)[:SHOWN],
        "gift_orders": gift_orders_of(found.id)[:SHOWN],
    }  # fmt: skip


def _cases(request, found) -> dict:
    rows = seen(request.membership, cases().filter(customer_id=found.id))
    return {
        "cases": rows.order_by("-opened_at", "-id")[:SHOWN], "customer_key": str(found.id),
        "visits": visits_of(found.id)[:SHOWN] if may(request, "tasks:read") else [],
    }  # fmt: skip


def _consents(request, found) -> dict:
    """The newest word on each purpose and channel, and everything that was ever said."""
    said = list(Consent.objects.filter(customer_id=found.id).order_by("-occurred_at", "-id")[:200])
    newest: dict[tuple[str, str], Consent] = {}
    for row in said:
        newest.setdefault((row.purpose, row.channel), row)
    grid = [
        (purpose, label, [(channel, name, newest.get((purpose, channel))) for channel, name in CHANNELS])
        for purpose, label in Consent.Purpose.choices
    ]
    return {"consent_grid": grid, "consents_said": said, "channels": CHANNELS, "channel_names": dict(CHANNELS)}


CHANNELS = [("email", _("E-mail")), ("sms", _("Text message")), ("wechat", _("WeChat")), ("phone", _("Phone"))]


def _changes(request, found) -> dict:
    page = newest_first(request, changes_of(found.id), by="occurred_at")
    told_lines(page.rows)
    return {"records": page, "looks": looks_of(found.id)[:SHOWN]}


TABS = [
    Tab("timeline", _("Timeline"), "customers:read", _timeline),
    Tab("orders", _("Orders"), "orders:read", _orders),
    Tab("deals", _("Deals"), "deals:read", deals_tab),
    Tab("cases", _("Cases"), "cases:read", _cases),
    Tab("referrals", _("Referrals"), "referrals:read", _referrals),
    Tab("rewards", _("Rewards and points"), "rewards:read", _rewards),
    Tab("messages", _("Messages"), "messages:read", lambda request, found: {"letters": messages_of(found.id)[:SHOWN]}),
    Tab("files", _("Files"), "customers:read", lambda request, found: {"files": list(files_of(found.id))}),
    Tab("consents", _("Consents"), "customers:read", _consents),
    Tab("changes", _("Changes and access"), "audit:read", _changes),
]


def tabs_for(request: HttpRequest, customer_id: UUID) -> dict[str, Tab]:
    """The tabs that this role sees, by key."""
    return {tab.key: tab for tab in TABS if may(request, tab.permission)}


def tab_links(tabs: dict[str, Tab], customer_id: UUID) -> list[tuple]:
    """The same for parts/tabs.html: (key, label, count, link)."""
    here = reverse("dashboard:customer", args=[customer_id])
    return [(tab.key, tab.label, None, f"{here}?tab={tab.key}") for tab in tabs.values()]
