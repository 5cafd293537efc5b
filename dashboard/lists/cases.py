"""The list of cases."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import Case
from crm.queries import case_views
from crm.queries import cases as all_cases
from crm.rules.cases import NEW, OPEN, urgency
from dashboard.forms_cases import CaseFilters
from dashboard.lists import cells
from dashboard.lists.addresses import address_of
from dashboard.lists.own import own_columns_of
from dashboard.lists.people import verbs_for
from dashboard.lists.shape import Column, List, Sort
from dashboard.sight import seen
from dashboard.templatetags.dashboard import icon, when
from tenancy import door
from tenancy.models import Membership

VIEWS = ("open", "mine", "overdue", "queue", "new", "waiting", "solved", "closed", "all")


class CaseListFilters(CaseFilters):
    """`view` is the tab: unfinished, mine, late, nobody's …"""

    view = forms.ChoiceField(required=False, choices=[(key, key) for key in VIEWS], widget=forms.HiddenInput)

    def __init__(self, data=None, *, member):
        super().__init__(data, member=member)
        self.member = member

    def narrow(self, rows):
        return in_view(super().narrow(rows), self.chosen.get("view", "open"), self.member)


def in_view(rows: QuerySet[Case], view: str, member: Membership) -> QuerySet[Case]:
    """Narrow cases to those of a tab."""
    if view == "all":
        return rows
    parts = case_views(door.moment())
    return rows.filter(parts["open"], owner=member) if view == "mine" else rows.filter(parts[view])


def tabs(request: HttpRequest) -> list[tuple]:
    here, rows = reverse("dashboard:cases"), seen(request.membership, Case.objects.all())
    labels = {
        "open": gettext("Unfinished"), "mine": gettext("Mine"), "overdue": gettext("Late"),
        "queue": gettext("Nobody's yet"), "new": pgettext("case", "New"), "waiting": pgettext("case", "Waiting"),
        "solved": gettext("Solved"), "closed": pgettext("case", "Closed"), "all": gettext("All"),
    }  # fmt: skip
    return [
        (key, label, _count(rows, key, request.membership), f"{here}?view={key}") for key, label in labels.items()
    ]  # fmt: skip


def _count(rows: QuerySet[Case], view: str, member: Membership) -> int | None:
    """Count a tab, but not those that only ever grow."""
    return in_view(rows, view, member).count() if view not in ("closed", "all") else None


def dress(case: Case) -> Case:
    """Say by when something is due, and how urgent that is; nothing is due while it is not our turn."""
    is_answer = case.status == NEW and case.first_response_at is None
    case.due_at = case.response_due_at if is_answer else case.resolve_due_at
    case.is_answer_due = is_answer
    case.urgency = urgency(case.opened_at, case.due_at, door.moment()) if case.status in (NEW, OPEN) else ""
    return case


# --- cells -----------------------------------------------------------------------------------------------


def _fill(member: Membership, rows: Sequence[Case]) -> None:
    for row in rows:
        dress(row)


def _link(row: Case) -> str:
    return address_of("case", row.id)


def _case(row: Case) -> SafeString:
    return format_html(
        '<div class="case-title"><a href="{}"><span class="soft">{}</span> {}</a><small class="row-under">{}</small></div>',
        _link(row), row.code, row.subject, _category(row),
    )  # fmt: skip


def _status(row: Case) -> SafeString:
    shown = render_to_string("dashboard/parts/case_badge.html", {"case": row})
    if not row.rating:
        return SafeString(shown)
    return SafeString(f"{shown} {render_to_string('dashboard/parts/stars.html', {'stars': row.rating})}")


def _priority(row: Case) -> SafeString:
    if row.priority != Case.Priority.URGENT:
        return cells.soft(row.get_priority_display())
    return format_html('<span class="tone-red">{} {}</span>', icon("flag-3"), row.get_priority_display())


def _owner(row: Case) -> str:
    return row.owner.user.name if row.owner else ""


def _owner_cell(row: Case) -> SafeString:
    return cells.soft(_owner(row)) if row.owner else format_html('<span class="tone-orange">{}</span>', gettext("nobody"))


def _due(row: Case) -> SafeString:
    return SafeString(render_to_string("dashboard/parts/case_due.html", {"case": row, "clock": door.moment()}))


def _category(row: Case) -> str:
    return row.category.name if row.category else ""


def _moment_of(name: str) -> dict[str, Any]:
    return {**cells.timed(name), "is_shown": False, "css": "num"}


COLUMNS = (
    Column("case", _("Case"), _case, lambda row, reader: row.subject),
    Column("number", pgettext_lazy("of a case", "Number"), lambda row: cells.soft(row.code), lambda row, reader: row.number,
           is_shown=False),
    Column("customer", _("Customer"), lambda row: cells.customer_link(row.customer),
           lambda row, reader: row.customer.name),
    Column("status", _("Status"), _status, lambda row, reader: str(row.get_status_display())),
    Column("priority", _("Priority"), _priority, lambda row, reader: str(row.get_priority_display())),
    Column("owner", _("Responsible"), _owner_cell, lambda row, reader: _owner(row)),
    Column("due", pgettext_lazy("deadline", "Due"), _due,
           lambda row, reader: row.due_at if row.urgency else None, css="num"),
    Column("opened", _("Opened on"), **cells.timed("opened_at"), sort=Sort("opened_at"), css="num"),
    Column("category", _("Category"), lambda row: cells.soft(_category(row)), lambda row, reader: _category(row),
           is_shown=False),
    Column("channel", _("Channel"), **cells.chosen("channel"), is_shown=False),
    Column("rating", _("Rating"), **cells.plain("rating"), is_shown=False, css="num"),
    Column("answered", _("First answer"), **_moment_of("first_response_at")),
    Column("resolve_due", _("To be solved by"), **_moment_of("resolve_due_at")),
    Column("solved", _("Solved on"), **_moment_of("solved_at")),
    Column("closed", _("Closed on"), **_moment_of("closed_at")),
    Column("reopened", _("Times reopened"), **cells.plain("reopened"), is_shown=False, css="num"),
    Column("resolution", _("Solution"), **cells.plain("resolution"), is_shown=False),
    Column("customer_id", _("Customer's record id"), lambda row: cells.soft(row.customer_id),
           lambda row, reader: row.customer_id, is_shown=False, is_text=True),
    Column("id", _("Record id"), **cells.RECORD_ID),
)  # fmt: skip


def _facts(row: Case, request: HttpRequest) -> list[tuple]:
    shown = [
        (_("Customer"), cells.customer_link(row.customer)), (_("Status"), _status(row)), (_("Priority"), _priority(row)),
        (_("Responsible"), _owner_cell(row)), (pgettext_lazy("deadline", "Due"), _due(row)),
        (_("Category"), cells.soft(_category(row))), (_("Opened on"), when(row.opened_at)),
    ]  # fmt: skip
    return shown + ([(_("Solution"), row.resolution)] if row.resolution else [])


CASES = List(
    name="cases", title=_("Cases"), text=_("What customers ask and complain of, until it is solved."),
    permission="cases:read", argument="case_id", filters=CaseListFilters, is_personal=True, rows=all_cases,
    bare=lambda: Case.objects.all(), columns=COLUMNS, sort="-opened", name_of=lambda row: f"{row.code} {row.subject}",
    link_of=_link, empty="dashboard/parts/empty_cases.html", facts=_facts, fill=_fill,
    verbs=verbs_for(lambda row: row.customer_id, wanted=("tag", "list", "task")),
    actions="dashboard/parts/cases_actions.html", css="dashboard/care.css", subject="case", tabs=tabs, tab="open",
    own_columns=own_columns_of("case", is_shown=True),
)  # fmt: skip
