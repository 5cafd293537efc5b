"""The list of leads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.masking import is_hidden
from crm.models import Lead
from crm.queries.leads import in_hand, leads, overdue, waiting, with_contacts
from crm.rules.leads import reason_label
from dashboard.forms_leads import LeadFilters
from dashboard.lead_words import clock_of, rooms
from dashboard.lists import cells, contacts
from dashboard.lists.addresses import address_of
from dashboard.lists.own import own_columns_of
from dashboard.lists.people import verbs_for
from dashboard.lists.shape import Column, List, Sort
from dashboard.sight import seen
from dashboard.templatetags.dashboard import shorten, when
from tenancy import door
from tenancy.models import Membership

VIEWS = ("mine", "new", "overdue", "pool", "all")


class LeadListFilters(LeadFilters):
    """`view` is the tab: mine, to be answered, overdue, in the pool, all."""

    view = forms.ChoiceField(required=False, choices=[(key, key) for key in VIEWS], widget=forms.HiddenInput)

    def __init__(self, data=None, *, member):
        super().__init__(data, member=member)
        self.member = member

    def narrow(self, rows):
        return in_view(super().narrow(rows), self.chosen.get("view", "mine"), self.member)


def in_view(rows: QuerySet[Lead], view: str, member: Membership) -> QuerySet[Lead]:
    """Narrow leads to those of a tab."""
    if view == "mine":
        return rows.filter(in_hand(), owner=member)
    if view == "new":
        return rows.filter(state=Lead.State.ASSIGNED, first_response_at=None)
    if view == "overdue":
        return rows.filter(overdue(door.moment()))
    return rows.filter(waiting()) if view == "pool" else rows


def tabs(request: HttpRequest) -> list[tuple]:
    here, rows = reverse("dashboard:leads"), seen(request.membership, Lead.objects.all())
    labels = {
        "mine": gettext("Mine"), "new": gettext("To be answered"), "overdue": gettext("Overdue"),
        "pool": gettext("In the pool"), "all": gettext("All"),
    }  # fmt: skip
    return [
        (key, label, in_view(rows, key, request.membership).count() if key != "all" else None, f"{here}?view={key}")
        for key, label in labels.items()
    ]


def _context(request: HttpRequest, page) -> dict[str, Any]:
    room_tabs, here = rooms("leads")
    return {"room_tabs": room_tabs, "here": here}


# --- cells -----------------------------------------------------------------------------------------------


def _fill(member: Membership, rows: Sequence[Lead]) -> None:
    now = door.moment()
    for row in rows:
        row.clock = clock_of(row, now)


def _link(row: Lead) -> str:
    return address_of("lead", row.id)


def _who(row: Lead) -> SafeString:
    city = "" if is_hidden("city") else row.customer.city
    return cells.named(
        row.customer.name, _link(row), gettext("known customer") if row.is_known else city or row.get_source_display()
    )


def _wish(row: Lead) -> str:
    return row.interest or row.message


def _clock(row: Lead) -> SafeString:
    if row.clock:
        at = "" if row.first_response_at else when(row.clock.at)
        return format_html('<span class="nowrap tone-{}">{} {}</span>', row.clock.tone or "ink", row.clock.text, at)
    return cells.soft(row.pool.name if row.pool else "")


def _answered_in(row: Lead) -> int | None:
    return row.response_minutes if row.first_response_at else None


def _source(row: Lead) -> str:
    return row.form.name if row.form else str(row.get_source_display())


def _owner(row: Lead) -> str:
    return row.owner.user.name if row.owner else ""


def _owner_cell(row: Lead) -> SafeString:
    return format_html("{}", _owner(row)) if row.owner else cells.soft(gettext("Nobody"))


def _reason(row: Lead) -> str:
    return reason_label(row.reason, row.detail) if row.reason else ""


def _said(read) -> dict[str, Any]:
    """A column that says the same on the page and in a file."""
    return {"cell": lambda row: cells.soft(read(row)), "value": lambda row, reader: read(row)}


def _moment_of(name: str) -> dict[str, Any]:
    return {**cells.timed(name), "is_shown": False, "css": "num"}


COLUMNS = (
    Column("customer", _("Who"), _who, lambda row, reader: row.customer.name),
    *contacts.columns(lambda row: row.customer),
    Column(
        "wish", _("What they want"), lambda row: cells.soft(shorten(_wish(row), 60)), lambda row, reader: _wish(row)
    ),
    Column("state", pgettext_lazy("of a lead", "State"), **cells.stated("state")),
    Column("clock", _("First answer"), _clock, lambda row, reader: row.first_response_at),
    Column("source", _("Source"), **_said(_source)),
    Column("owner", pgettext_lazy("of a lead", "Owner"), _owner_cell, lambda row, reader: _owner(row)),
    Column("created", pgettext_lazy("of a lead", "Came in"), **cells.timed("created_at"), sort=Sort("created_at"),
           css="num"),
    Column("campaign", _("Campaign"), **cells.plain("campaign"), is_shown=False),
    Column("product", _("Interested in"), **_said(lambda row: row.product.name if row.product else ""), is_shown=False),
    Column("pool", _("Pool"), **_said(lambda row: row.pool.name if row.pool else ""), is_shown=False),
    Column("city", _("City"), **_said(lambda row: row.customer.city), is_shown=False, mask="city"),
    Column("due", _("Answer due"), **_moment_of("response_due_at")),
    Column("answered_in", _("Minutes to the first answer"), **_said(_answered_in), is_shown=False, css="num"),
    Column("reason", _("Reason"), **_said(_reason), is_shown=False),
    Column("referrer", _("Referrer"), **_said(lambda row: row.referrer.name if row.referrer else ""), is_shown=False),
    Column("closed", _("Closed on"), **_moment_of("closed_at")),
    Column("customer_id", _("Customer's record id"), **_said(lambda row: row.customer_id), is_shown=False, is_text=True),
    Column("id", _("Record id"), **cells.RECORD_ID),
)  # fmt: skip


def _facts(row: Lead, request: HttpRequest) -> list[tuple]:
    shown: list[tuple[Any, datetime | str | SafeString]] = [
        (pgettext_lazy("of a lead", "State"), cells.state("state")(row)), (_("Who"), cells.customer_link(row.customer)),
        (_("What they want"), cells.soft(_wish(row))), (_("First answer"), _clock(row)),
        (pgettext_lazy("of a lead", "Owner"), _owner_cell(row)), (_("Source"), _source(row)),
        (pgettext_lazy("of a lead", "Came in"), when(row.created_at)),
    ]  # fmt: skip
    return shown + ([(_("Reason"), _reason(row))] if row.reason else [])


LEADS = List(
    name="leads", title=_("Leads"), text=_("Enquiries, who looks after them, and how fast."), permission="leads:read",
    argument="lead_id", filters=LeadListFilters, is_personal=True,
    rows=lambda: with_contacts(leads()), bare=lambda: Lead.objects.all(),
    columns=COLUMNS, sort="-created", name_of=lambda row: row.customer.name, link_of=_link,
    empty="dashboard/parts/empty_leads.html", facts=_facts, fill=_fill,
    verbs=verbs_for(lambda row: row.customer_id, wanted=("tag", "list", "task")),
    actions="dashboard/parts/leads_actions.html", above="dashboard/parts/leads_above.html", css="dashboard/leads.css",
    subject="lead", tabs=tabs, context=_context, own_columns=own_columns_of("lead", is_shown=True),
    is_of_people=True,
)  # fmt: skip
