"""Lists as CSV files that a spreadsheet opens safely: UTF-8 with BOM, nothing in them is a formula."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import masking
from crm import queries as crm_queries
from crm.errors.talk import ExportTooLarge
from foundation.money import Money
from integrations import queries
from integrations.models import Import
from referrals import queries as referral_queries
from rewards import queries as reward_queries
from tenancy import audit, door
from tenancy.access import largest_export
from tenancy.keyset import place
from tenancy.models import Membership, Organisation

BOM = "\ufeff"
PAGE = 500
# A cell that begins so is a formula to a spreadsheet, which may run a program; the wide forms are read as the narrow ones.
_FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def guarded(value: Any) -> str:
    """Write a value so that a spreadsheet shows it and does not run it."""
    text = _plain(value)
    is_formula = _FORMULA.match(text) or text[:1] in ("\t", "\r")
    return f"'{text}" if is_formula and not _NUMBER.fullmatch(text) else text


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


class _Echo:
    def write(self, text: str) -> str:
        return text


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Write line by line, so that memory does not grow with the list."""
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow([guarded(head) for head in heads])
    for row in rows:
        yield writer.writerow([guarded(value) for value in row])


def raw_csv_lines(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The same for machines: no mark at the beginning, nothing put before what looks like a formula."""
    writer = csv.writer(_Echo())
    yield writer.writerow(heads)
    for row in rows:
        yield writer.writerow([_plain(value) for value in row])


def dict_lines(rows: Iterable[Mapping[str, Any]], heads: Sequence[str]) -> Iterator[str]:
    """Write any list of dicts, with these keys as columns."""
    return csv_lines(heads, ([row.get(head) for head in heads] for row in rows))


# --- the lists -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    head: str | Promise
    value: Callable[[Any], Any]


@dataclass(frozen=True)
class List:
    """What can be exported, and which permission its list asks for."""

    permission: str
    rows: Callable[[], QuerySet]
    columns: Callable[[masking.Principal], Sequence[Column]]


def _contact(kind: str, reader: masking.Principal) -> Callable[[Any], str]:
    def shown(customer) -> str:
        points = [point for point in customer.contact_points.all() if point.kind == kind]
        return masking.shown_contact(points[0], reader) if points else ""

    return shown


def _customer_columns(reader: masking.Principal) -> list[Column]:
    """The columns that the reader's role is shown; a hidden one is not there at all."""
    every = [
        ("", Column("id", lambda row: row.id)),
        ("", Column(_("Name"), lambda row: row.name)),
        ("phone", Column(_("Phone"), _contact("phone", reader))),
        ("email", Column(_("E-mail"), _contact("email", reader))),
        ("external", Column(_("External id"), _contact("external", reader))),
        ("wechat", Column(_("WeChat"), _contact("wechat", reader))),
        ("", Column(_("Person or company"), lambda row: row.kind)),
        ("", Column(_("Stage"), lambda row: row.stage)),
        ("", Column(_("Source"), lambda row: row.source)),
        ("province", Column(_("Province or country"), lambda row: row.province)),
        ("city", Column(_("City"), lambda row: row.city)),
        ("address", Column(_("Address"), lambda row: row.address)),
        ("postal_code", Column(_("Postal code"), lambda row: row.postal_code)),
        ("country", Column(_("Country"), lambda row: row.country)),
        ("occupation", Column(_("Occupation"), lambda row: row.occupation)),
        ("birth_date", Column(_("Birth date"), lambda row: row.birth_date)),
        ("income_band", Column(_("Income"), lambda row: row.income_band)),
        ("interests", Column(_("Interests"), lambda row: row.interests)),
        ("personal_values", Column(_("What matters to them"), lambda row: row.personal_values)),
        ("", Column(_("Tags"), lambda row: ", ".join(link.tag.name for link in row.tags.all()))),
        ("", Column(_("Created on"), lambda row: row.created_at)),
    ]
    shown = [column for name, column in every if not name or masking.shows(reader, name)]
    return [*shown, *watermark(reader)]


def watermark(reader: masking.Principal) -> list[Column]:
    """Say in each line of a file of personal data who took it out, and when; machines are known by their key."""
    if not isinstance(reader, Membership):
        return []
    mark = f"{reader.user.name} {door.moment():%Y-%m-%d %H:%M}"
    return [Column(_("Taken out by"), lambda row: mark)]


def _major(name: str) -> Callable[[Any], Any]:
    return lambda row: Money(getattr(row, name), row.currency).major


def _order_columns(reader: masking.Principal) -> list[Column]:
    amounts = [Column(_("Amount"), _major("total_minor")), Column(_("Refunded"), _major("refunded_minor"))]
    return [
        Column("id", lambda row: row.id),
        Column(_("Source"), lambda row: row.source),
        Column(_("Order number"), lambda row: row.external_id),
        Column(_("Status"), lambda row: row.status),
        Column(_("Customer"), lambda row: row.customer.name if row.customer else ""),
        Column("customer_id", lambda row: row.customer_id),
        Column(_("Currency"), lambda row: row.currency),
        *(amounts if masking.shows(reader, "money") else []),
        Column(_("Channel"), lambda row: row.channel),
        Column(_("Date"), lambda row: row.placed_at),
        Column(_("Paid on"), lambda row: row.paid_at),
    ]


def _referral_columns(reader: masking.Principal) -> list[Column]:
    return [
        Column("id", lambda row: row.id),
        Column(_("Campaign"), lambda row: row.campaign.name),
        Column(_("Referrer"), lambda row: row.referrer.name),
        Column(_("Friend"), lambda row: row.referee.name),
        Column(_("Stage"), lambda row: row.stage),
        Column(_("Attribution"), lambda row: row.attribution),
        Column(_("Risk"), lambda row: row.risk),
        Column(_("Reason for closing"), lambda row: row.close_reason),
        Column(_("Channel"), lambda row: row.channel),
        Column(_("Confirmed on"), lambda row: row.confirmed_at),
        Column(_("Converted on"), lambda row: row.converted_at),
    ]


def _units(name: str, reader: masking.Principal) -> Callable[[Any], Any]:
    """Units of a reward; of money only where the reader's role sees amounts."""
    is_shown = masking.shows(reader, "money")
    return lambda row: getattr(row, name) if is_shown or row.unit.kind != "money" else None


def _reward_columns(reader: masking.Principal) -> list[Column]:
    return [
        Column("id", lambda row: row.id),
        Column(_("Customer"), lambda row: row.beneficiary.name),
        Column("customer_id", lambda row: row.beneficiary_id),
        Column(_("Role"), lambda row: row.role),
        Column(_("Kind"), lambda row: row.kind),
        Column(_("Unit"), lambda row: row.unit.code),
        Column(_("Promised"), _units("amount", reader)),
        Column(_("Kept"), _units("kept", reader)),
        Column(_("State"), lambda row: row.state),
        Column(_("Held until"), lambda row: row.hold_until),
        Column(_("Accrued on"), lambda row: row.accrued_at),
        Column(_("Settled on"), lambda row: row.settled_at),
        Column("referral_id", lambda row: row.referral_id),
        Column("campaign_id", lambda row: row.campaign_id),
    ]


LISTS = {
    "customers": List("customers:read", crm_queries.customers, _customer_columns),
    "orders": List("orders:read", crm_queries.orders, _order_columns),
    "referrals": List("referrals:read", referral_queries.referrals, _referral_columns),
    "rewards": List("rewards:read", lambda: reward_queries.rewards().select_related("beneficiary", "unit"), _reward_columns),
}


def export(name: str, rows: QuerySet, *, reader: masking.Principal, filters: Mapping[str, Any]) -> Iterator[str]:
    """Note who exports what, and give the lines. They may be read later, in another transaction of the organisation."""
    organisation = Organisation.objects.get(id=door.organisation_id())
    count = rows.count()
    check_size(organisation, reader, count)
    audit.record("list.exported", organisation, {"list": name, "rows": count, "filters": sorted(filters)})
    columns = LISTS[name].columns(reader)
    heads = [str(column.head) for column in columns]
    return csv_lines(heads, ([column.value(row) for column in columns] for row in _paged(rows)))


def check_size(organisation: Organisation, reader: masking.Principal, rows: int) -> None:
    """Refuse a file of many people to whoever is no owner, where the organisation has set a limit."""
    most = largest_export(organisation.access)
    is_limited = isinstance(reader, Membership) and reader.role != Membership.Role.OWNER
    if most and is_limited and rows > most:
        raise ExportTooLarge(rows=rows, most=most)


def _paged(rows: QuerySet) -> Iterator[Any]:
    """Read newest first, a page at a time: without server-side cursors a driver would fetch the whole list."""
    rows, last = rows.order_by("-id"), None
    while page := list((rows.filter(id__lt=place(last)) if last else rows)[:PAGE]):
        yield from page
        last = page[-1].id


# --- the error file of an import ---------------------------------------------------------------------------


def error_lines(import_id: UUID) -> Iterator[str]:
    """Write the rows that were not taken in, as they came, each with what is wrong. To be corrected and imported."""
    imported = Import.objects.defer("content").get(id=import_id)
    head = gettext("Error")
    language = translation.get_language()
    return csv_lines([*imported.columns, head], error_rows(imported, language))


def error_rows(imported: Import, language: str | None) -> Iterator[list[str]]:
    """Give the rows as they came, each with what is wrong in the reader's language."""
    with translation.override(language):  # the lines are read after the request's language was left
        for _row, found in groupby(_in_file_order(imported.id), key=lambda issue: issue.row):
            issues = list(found)
            said = [f"{issue.column}: {issue.message}" if issue.column else issue.message for issue in issues]
            yield [*(issues[0].values.get(column, "") for column in imported.columns), " ".join(said)]


def _in_file_order(import_id: UUID) -> Iterator[Any]:
    issues, place = queries.issues(import_id), (0, None)
    while page := list((queries.after(issues, *place) if place[1] else issues)[:PAGE]):
        yield from page
        place = (page[-1].row, page[-1].id)
