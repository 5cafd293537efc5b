"""The list of orders."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import Order
from crm.queries import orders, search_ids, waiting_refunds
from crm.rules import kept
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.lists import cells
from dashboard.lists.addresses import address_of
from dashboard.lists.people import verbs_for
from dashboard.lists.shape import Column, List, Sort
from dashboard.templatetags.dashboard import badge, money, when
from foundation.money import Money
from tenancy.models import Membership


class OrderFilters(FilterForm):
    q = SearchField(_("Order number or customer"))
    status = forms.ChoiceField(
        required=False, label=_("Status"), choices=choices_with_any(_("Any status"), Order.Status.choices)
    )
    source = forms.ChoiceField(required=False, label=_("Source"))

    def __init__(self, data=None):
        super().__init__(data)
        self.fields["source"].choices = lambda: choices_with_any(_("Any source"), _sources())

    def narrow(self, rows):
        chosen = self.chosen
        rows = rows.filter(**{name: chosen[name] for name in ("status", "source") if name in chosen})
        if "q" in chosen:
            by_number = Order.objects.filter(external_id__startswith=chosen["q"])
            if by_number.exists():
                return rows.filter(external_id__startswith=chosen["q"])
            return rows.filter(customer_id__in=search_ids(chosen["q"], 200))
        return rows


def _sources() -> list[tuple[str, str]]:
    """Name the sources there are by jumping from one to the next in the index of order numbers."""
    found, last = [], ""
    while len(found) < 30:
        last = Order.objects.filter(source__gt=last).order_by("source").values_list("source", flat=True).first()
        if last is None:
            break
        found.append((last, last))
    return found


def kept_of(order: Order) -> int:
    return kept(status=order.status, total_minor=order.total_minor, refunded_minor=order.refunded_minor)


def _fill(member: Membership, rows: Sequence[Order]) -> None:
    for row in rows:
        row.kept = kept_of(row)


def _link(row: Order) -> str:
    return address_of("order", row.id)


def _number(row: Order) -> SafeString:
    return format_html('<a class="row-link" href="{}">{}</a>', _link(row), row.external_id)


def _customer(row: Order) -> SafeString:
    return cells.customer_link(row.customer) if row.customer else cells.soft(gettext("Anonymous"))


def _status(row: Order) -> SafeString:
    shown = badge(row.status, row.get_status_display())
    if row.refunded_minor and row.status == Order.Status.PAID:
        return format_html("{} {}", shown, badge("refund", gettext("Refund"), "orange"))
    return shown


def _money(field: str) -> dict[str, Any]:
    return {
        "cell": lambda row: money(getattr(row, field), row.currency),
        "value": lambda row, reader: Money(getattr(row, field), row.currency).major,
        "css": "num",
        "mask": "money",
    }


COLUMNS = (
    Column("number", _("Order"), _number, lambda row, reader: row.external_id, is_text=True),
    Column("customer", _("Customer"), _customer, lambda row, reader: row.customer.name if row.customer else ""),
    Column("status", _("Status"), _status, lambda row, reader: str(row.get_status_display())),
    Column(
        "total", _("Total"), **_money("total_minor"), sort=Sort("total_minor", read=int),
    ),
    Column("refunded", _("Refunded"), **_money("refunded_minor"), is_shown=False),
    Column("kept", _("Kept"), **_money("kept")),
    Column("currency", _("Currency"), **cells.plain("currency"), is_shown=False),
    Column("source", _("Source"), **cells.plain("source")),
    Column("channel", _("Channel"), **cells.plain("channel"), is_shown=False),
    Column(
        "items", _("What was bought"), lambda row: cells.soft(_items(row)), lambda row, reader: _items(row),
        is_shown=False,
    ),
    Column("placed", pgettext_lazy("when", "Placed"), **cells.timed("placed_at"), sort=Sort("placed_at"), css="num"),
    Column("paid", _("Paid on"), **cells.timed("paid_at"), is_shown=False, css="num"),
    Column(
        "customer_id", _("Customer's record id"), lambda row: cells.soft(row.customer_id),
        lambda row, reader: row.customer_id, is_shown=False, is_text=True,
    ),
    Column("id", _("Record id"), **cells.RECORD_ID),
)  # fmt: skip


def _items(row: Order) -> str:
    return ", ".join(line.name or line.sku for line in row.lines.all())


def _facts(row: Order, request: HttpRequest) -> list[tuple]:
    shown = [
        (_("Customer"), _customer(row)), (_("Status"), _status(row)), (_("Total"), money(row.total_minor, row.currency)),
        (_("Kept"), money(row.kept, row.currency)), (_("What was bought"), cells.soft(_items(row))),
        (_("Source"), cells.soft(row.source)), (pgettext_lazy("when", "Placed"), when(row.placed_at)),
    ]  # fmt: skip
    return shown + ([(_("Paid on"), when(row.paid_at))] if row.paid_at else [])


def _context(request: HttpRequest, page) -> dict:
    return {"waiting": waiting_refunds().count() if not request.htmx else 0}


def person_of(row: Order) -> UUID | None:
    return row.customer_id


ORDERS = List(
    name="orders", title=_("Orders"), permission="orders:read", argument="order_id", filters=OrderFilters,
    rows=orders, bare=lambda: Order.objects.all(), columns=COLUMNS, sort="-placed",
    name_of=lambda row: row.external_id, link_of=_link, empty="dashboard/parts/empty_orders.html", facts=_facts, fill=_fill,
    verbs=verbs_for(person_of, wanted=("tag", "list", "task")), actions="dashboard/parts/orders_actions.html",
    above="dashboard/parts/orders_above.html", subject="order", context=_context,
)  # fmt: skip
