"""Who has looked at which contacts, and what for."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from crm.queries.talk import reveals as all_reveals
from crm.queries.talk import reveals_by_person
from dashboard.access import staff
from dashboard.answers import listing
from dashboard.customer_page import PURPOSES
from dashboard.forms import FilterForm, choices_with_any
from dashboard.paging import newest_first
from dashboard.people import names_of
from tenancy import door
from tenancy.models import Membership


class RevealFilters(FilterForm):
    who = forms.ChoiceField(required=False, label=_("Who"))

    def __init__(self, data=None):
        super().__init__(data)
        people = Membership.objects.select_related("user").order_by("user__name")
        self.fields["who"].choices = choices_with_any(_("Anybody"), [(str(each.user_id), each.user.name) for each in people])


@staff("audit:read")
def reveals(request: HttpRequest) -> HttpResponse:
    """List every contact that was shown in full, and count them by person over the last thirty days."""
    filters = RevealFilters(request.GET)
    rows = all_reveals()
    if "who" in filters.chosen:
        rows = rows.filter(actor_id=filters.chosen["who"])
    found = newest_first(request, rows, by="occurred_at")
    _dress(request, found.rows)
    counts = [] if not found.is_first or request.htmx else _counts()
    return listing(
        request, page="dashboard/reveals.html", rows="dashboard/parts/reveal_rows.html", filters=filters, reveals=found,
        counts=counts,
    )  # fmt: skip


def _dress(request, rows) -> None:
    """Add who, whose contact, and the purpose in words."""
    names = names_of([row.actor_id for row in rows if row.actor_id])
    customers = Customer.objects.in_bulk(
        {UUID(row.changes["customer_id"]) for row in rows if row.changes.get("customer_id")}
    )
    words = dict(PURPOSES)
    for row in rows:
        row.who = names.get(row.actor_id, "")
        row.customer = customers.get(UUID(row.changes["customer_id"])) if row.changes.get("customer_id") else None
        code, _colon, more = row.changes.get("purpose", "").partition(":")
        row.purpose, row.more = words.get(code, code), more.strip()


def _counts() -> list[tuple[str, int]]:
    counted = Counter(dict(reveals_by_person(door.moment() - timedelta(days=30))))
    names = names_of(counted)
    return [(names.get(user_id, "–"), n) for user_id, n in counted.most_common(12)]


urls = [path("reveals/", reveals, name="reveals")]
