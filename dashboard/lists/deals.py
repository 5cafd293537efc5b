"""The list of deals."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm import masking
from crm.models import Deal, Pipeline
from crm.models.deals import CLOSES_ON
from crm.queries.deal_money import kept_by_deal, totals
from crm.queries.deals import deals
from crm.rules.deals import whole_days
from dashboard.forms_deals import DealListFilters
from dashboard.lists import cells, deal_edits
from dashboard.lists.addresses import address_of
from dashboard.lists.deal_verbs import VERBS
from dashboard.lists.own import own_columns_of
from dashboard.lists.shape import Column, List, Sort
from dashboard.lists.state import State
from dashboard.templatetags.dashboard import badge, day, icon, in_language, money, shorten, when
from dashboard.templatetags.deals import dress, reason_words
from foundation.money import Money
from tenancy.models import Membership


def rooms(request: HttpRequest) -> list[tuple]:
    """The pages about deals: key, label, address, whether the address keeps the filters. Board and list share theirs."""
    query = request.GET.copy()
    for name in ("after", "before", "shown"):
        query.pop(name, None)
    is_kept = request.resolver_match.url_name in ("deals", "deals_list")
    kept = f"?{query.urlencode()}" if is_kept and query else ""
    return [
        ("board", gettext("Board"), reverse("dashboard:deals") + kept, is_kept),
        ("list", gettext("List"), reverse("dashboard:deals_list") + kept, is_kept),
        ("reports", gettext("Forecast and figures"), reverse("dashboard:deal_reports"), False),
    ]


def _rows() -> QuerySet[Deal]:
    return deals().annotate(closes_on=CLOSES_ON)


def _bare() -> QuerySet[Deal]:
    return Deal.objects.annotate(closes_on=CLOSES_ON)


def _fill(member: Membership, rows: Sequence[Deal]) -> None:
    kept = kept_by_deal([row.id for row in rows]) if rows and masking.shows(member, "money") else {}
    are_many = Pipeline.objects.filter(archived_at=None).count() > 1
    for row in rows:
        dress(row)
        row.kept = kept.get(row.id, 0)
        row.way = in_language(row.pipeline.name) if are_many else ""


def _sums(state: State) -> str:
    """Rows of what all deals come to that match, by currency."""
    keys = [each.key for each in state.columns]
    before = keys.index("amount") if "amount" in keys else len(keys)
    context = {
        "totals": totals(state.narrowed(Deal.objects.all())), "shows_money": masking.shows(state.member, "money"),
        "before": before, "amount": state.columns[before] if "amount" in keys else None, "after": len(keys) - before,
    }  # fmt: skip
    return render_to_string("dashboard/parts/deal_sums.html", context)


# --- cells -----------------------------------------------------------------------------------------------


def _link(row: Deal) -> str:
    return address_of("deal", row.id)


def _title(row: Deal) -> SafeString:
    under = " · ".join(filter(None, [row.customer.name, _company(row)]))
    return format_html(
        '<div class="deal-title"><a class="row-link" href="{}">{}</a><small class="row-under">{}</small></div>',
        _link(row), row.title, under,
    )  # fmt: skip


def _company(row: Deal) -> str:
    return row.company.name if row.company else ""


def _stage(row: Deal) -> SafeString:
    under = format_html('<small class="row-under">{}</small>', row.way) if row.way else ""
    if row.state != Deal.State.OPEN:
        return format_html("{}{}", _state(row), under)
    late = format_html(
        ' <span class="tone-orange" title="{}">{}<span class="visually-hidden">{}</span></span>',
        row.age_words, icon("hourglass"), row.age_words,
    ) if row.age_words else ""  # fmt: skip
    return format_html('<span class="nowrap">{}{}</span>{}', in_language(row.stage.name), late, under)


def _state(row: Deal) -> SafeString:
    tone = {"won": "green", "lost": "red"}.get(row.state, "azure")
    return badge(row.state, row.get_state_display(), tone)


def _owner(row: Deal) -> str:
    return row.owner.user.name if row.owner else ""


def _owner_cell(row: Deal) -> SafeString:
    return format_html('<span class="soft nowrap">{}</span>', _owner(row) or gettext("Nobody"))


def _step(row: Deal) -> SafeString:
    if not (row.is_step_missing or row.next_step):
        return cells.NOTHING
    tone = "tone-orange" if row.is_step_missing or row.is_step_late else "soft"
    text = gettext("No next step") if row.is_step_missing else shorten(row.next_step, 40)
    return format_html('<span class="deal-next {}">{}</span>', tone, text)


def _close(row: Deal) -> SafeString:
    if row.is_close_late:
        return format_html('<span class="tone-orange">{}</span>', day(row.expected_close))
    return cells.soft(day(row.expected_close)) if row.expected_close else cells.NOTHING


def _cycle(row: Deal) -> int | None:
    return whole_days(row.open_seconds) if row.closed_at else None


def _money(name: str) -> dict[str, Any]:
    """An amount of the deal; in a file its currency stands beside it."""
    return {
        "cell": lambda row: money(getattr(row, name), row.currency) if getattr(row, name) else cells.NOTHING,
        "value": lambda row, reader: Money(getattr(row, name), row.currency).major,
        "css": "num", "mask": "money",
    }  # fmt: skip


def _said(read) -> dict[str, Any]:
    """A column that says the same on the page and in a file, and is not shown before somebody chooses it."""
    return {"cell": lambda row: cells.soft(read(row)), "value": lambda row, reader: read(row), "is_shown": False}


def _dated(name: str) -> dict[str, Any]:
    return {**cells.dated(name), "is_shown": False, "css": "num"}


COLUMNS = (
    Column("title", _("Title"), _title, lambda row, reader: row.title, edit=deal_edits.TITLE,
           brings=("customer", "company")),
    Column("customer", _("Customer"), lambda row: cells.customer_link(row.customer),
           lambda row, reader: row.customer.name, is_shown=False),
    Column("company", _("Company"), **_said(_company)),
    Column("pipeline", _("Pipeline"), **_said(lambda row: in_language(row.pipeline.name))),
    Column("stage", _("Stage"), _stage, lambda row, reader: in_language(row.stage.name), edit=deal_edits.STAGE),
    Column("state", _("State"), _state, lambda row, reader: str(row.get_state_display()), is_shown=False),
    Column("amount", _("Amount"), **_money("amount_minor"), sort=Sort("amount_minor", read=int), edit=deal_edits.AMOUNT,
           brings=("currency",)),
    Column("currency", _("Currency"), **_said(lambda row: row.currency)),
    Column("received", _("Received"), **_money("kept")),
    Column("owner", pgettext_lazy("of a deal", "Owner"), _owner_cell, lambda row, reader: _owner(row),
           edit=deal_edits.OWNER),
    Column("next_step", _("Next step"), _step, lambda row, reader: row.next_step, edit=deal_edits.NEXT_STEP),
    Column("next_step_on", _("Next step on"), **_dated("next_step_on"), edit=deal_edits.NEXT_STEP_ON),
    Column("expected_close", _("Expected close"), _close, lambda row, reader: row.expected_close,
           sort=Sort("closes_on", is_down=False, read=date.fromisoformat), edit=deal_edits.EXPECTED_CLOSE, css="num"),
    Column("created", _("Created on"), **_dated("created_at"), sort=Sort("created_at")),
    Column("days", _("Days in the stage"), **_said(lambda row: row.days if row.state == Deal.State.OPEN else None),
           css="num"),
    Column("closed", _("Closed on"), **_dated("closed_at")),
    Column("cycle", _("Sales cycle in days"), **_said(_cycle), css="num"),
    Column("reason", _("Reason"), **_said(lambda row: reason_words(row.loss_reason))),
    Column("competitor", _("Competitor"), **_said(lambda row: row.competitor)),
    Column("source", _("Source"), **cells.chosen("source"), is_shown=False),
    Column("customer_id", _("Customer's record id"), **_said(lambda row: row.customer_id), is_text=True),
    Column("id", _("Record id"), **cells.RECORD_ID),
)  # fmt: skip


def _facts(row: Deal, request: HttpRequest) -> list[tuple]:
    is_open = row.state == Deal.State.OPEN
    shown = [
        (_("Stage"), _moving(row, request)), (_("Customer"), cells.customer_link(row.customer)),
        *([(_("Company"), cells.customer_link(row.company))] if row.company else []),
        (_("Amount"), money(row.amount_minor, row.currency)), (_("Received"), money(row.kept, row.currency)),
        (pgettext_lazy("of a deal", "Owner"), _owner_cell(row)),
        *([(_("Expected close"), _close(row)), (_("Next step"), _step(row))] if is_open else []),
        (_("Source"), row.get_source_display()), (_("Created on"), when(row.created_at)),
    ]  # fmt: skip
    if not is_open:
        shown.append((_("Closed on"), when(row.closed_at)))
    if row.loss_reason:
        shown.append((_("Reason"), " · ".join(filter(None, [reason_words(row.loss_reason), row.competitor]))))
    own = own_columns_of("deal")(request.membership)
    return shown + [(each.label, html) for each in own if (html := each.cell(row)) != cells.NOTHING]


def _moving(row: Deal, request: HttpRequest) -> SafeString:
    """The stage, and the way to another one: what that asks for is asked there."""
    if not request.membership.may("deals:write"):
        return _stage(row)
    label = gettext("Move") if row.state == Deal.State.OPEN else gettext("Reopen")
    return format_html('{} <a href="{}">{}</a>', _stage(row), address_of("deal_move", row.id), label)


DEALS = List(
    name="deals", page="deals_list", title=_("Deals"), permission="deals:read", argument="deal_id",
    filters=DealListFilters, is_personal=True, rows=_rows, bare=_bare, columns=COLUMNS, sort="-created",
    name_of=lambda row: row.title, link_of=_link, empty="dashboard/parts/empty_deals.html", facts=_facts, fill=_fill,
    verbs=VERBS, actions="dashboard/parts/deals_actions.html", above="dashboard/parts/deals_rooms.html",
    css="dashboard/deals.css", subject="deal", sums=_sums, context=lambda request, page: {"rooms": rooms(request)},
    own_columns=own_columns_of("deal", is_shown=True),
)  # fmt: skip
