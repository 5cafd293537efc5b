"""Who did what: the audit log."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from dashboard.access import staff
from dashboard.answers import listing
from dashboard.audit_words import ACTIONS
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.navigation import link_to
from dashboard.paging import newest_first
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


class AuditFilters(FilterForm):
    q = SearchField(_("Action, such as reward or order.paid"))
    actor = forms.ChoiceField(required=False, label=_("Who"), choices=choices_with_any(_("Anybody"), ACTORS))

    def narrow(self, rows):
        chosen = self.chosen
        if "q" in chosen:
            rows = rows.filter(action__startswith=chosen["q"].lower())
        return rows.filter(actor_kind=chosen["actor"]) if "actor" in chosen else rows


@staff("audit:read")
def audit(request: HttpRequest) -> HttpResponse:
    filters = AuditFilters(request.GET)
    found = newest_first(request, filters.narrow(AuditRecord.objects.all()), by="occurred_at")
    names = _names(found.rows)
    for row in found:
        row.who = names.get(row.actor_id) or dict(ACTORS).get(row.actor_kind, row.actor_kind)
        row.words = ACTIONS.get(row.action, row.action)
        row.link = link_to(_PAGES[row.subject_kind], row.subject_id) if row.subject_kind in _PAGES else ""
        row.said = ", ".join(f"{name}: {_short(value)}" for name, value in row.changes.items())
    return listing(
        request, page="dashboard/audit.html", rows="dashboard/parts/audit_rows.html", filters=filters, records=found
    )


def _names(rows) -> dict:
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


urls = [path("audit/", audit, name="audit")]
