"""Audit records as lines that a page shows."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from dashboard.audit_words import ACTIONS
from dashboard.navigation import link_to
from tenancy.models import ApiKey, AuditRecord, Membership, User

ACTORS = [
    ("user", _("People")),
    ("api_key", _("API keys")),
    ("customer", _("Customers")),
    ("visitor", _("Visitors")),
    ("system", _("System")),
]
_PAGES = {
    "crm.customer": "customer", "crm.order": "order", "referrals.campaign": "campaign", "referrals.referral": "referral",
    "rewards.reward": "reward", "messaging.message": "message", "integrations.import": "import",
    "integrations.webhookendpoint": "webhook",
}  # fmt: skip


def told_lines(rows: Iterable[AuditRecord]) -> None:
    """Add to each record who did it, in which words, where its subject is, and what was noted."""
    rows = list(rows)
    names = actor_names(rows)
    for row in rows:
        row.who = names.get(row.actor_id) or dict(ACTORS).get(row.actor_kind, row.actor_kind)
        row.words = ACTIONS.get(row.action, row.action)
        row.link = link_to(_PAGES[row.subject_kind], row.subject_id) if row.subject_kind in _PAGES else ""
        row.said = ", ".join(f"{name}: {_short(value)}" for name, value in row.changes.items() if name != "customer_id")


def actor_names(rows: Iterable[AuditRecord]) -> dict[UUID, str]:
    """Name people (of this organisation) and keys, in two statements."""
    ids = {row.actor_id for row in rows if row.actor_id}
    ours = Membership.objects.filter(user_id__in=ids).values("user_id")
    people = dict(User.objects.filter(id__in=ours).values_list("id", "name"))
    return people | dict(ApiKey.objects.filter(id__in=ids).values_list("id", "name"))


def _short(value) -> str:
    if isinstance(value, list) and len(value) == 2:
        return f"{_short(value[0])} → {_short(value[1])}"
    if value is None or value == "":
        return "–"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
