"""From the rows of a file to reports for the customer room, or to problems with a column and a reason. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext

from crm.models import Customer
from crm.reports import (
    ANONYMOUS,
    ConsentReport,
    CustomerReference,
    CustomerReport,
    OrderLineReport,
    OrderReport,
    RefundReport,
)
from crm.rules import contacts_of
from integrations import repeats, values
from integrations.options import AS_USUAL, Options
from integrations.reading import RawRow
from integrations.repeats import EVERY, Suspects
from integrations.values import Habits, Unreadable

if TYPE_CHECKING:
    from crm.reports_deals import DealReport
    from integrations.balances import Balance


@dataclass(frozen=True)
class Problem:
    """Why a row, or a cell of it, is not taken in. `is_skip`: set aside on purpose, not wrong."""

    row: RawRow
    code: str
    message: str  # English msgid with %(name)s places
    facts: Mapping[str, Any] = field(default_factory=dict)
    column: str = ""
    is_skip: bool = False
    is_remark: bool = False  # the row is taken in, but for this

    @property
    def sentence(self) -> str:
        """Say what is wrong, in the reader's language."""
        return gettext(self.message) % self.facts if self.facts else gettext(self.message)


@dataclass(frozen=True)
class Introduction:
    """Who brought a customer, as told: by a contact or by their code."""

    referrer: CustomerReference
    code: str
    referred_at: datetime | None


@dataclass(frozen=True)
class Item:
    """The smallest thing that is taken in whole: a customer's row, an order's row, the lines of an invoice."""

    rows: Sequence[RawRow]
    problems: Sequence[Problem] = ()
    customers: Sequence[CustomerReport] = ()
    orders: Sequence[OrderReport] = ()
    refunds: Sequence[RefundReport] = ()
    balances: Sequence["Balance"] = ()
    deals: Sequence["DealReport"] = ()
    introduction: Introduction | None = None
    refund_rows: Mapping[str, Sequence[RawRow]] = field(default_factory=dict)  # refund's external id → its lines

    @property
    def is_taken(self) -> bool:
        return bool(self.customers or self.orders or self.refunds or self.balances or self.deals)


@dataclass(frozen=True)
class Reading:
    """What a reader must know beside the rows."""

    columns: tuple[str, ...]
    mapping: Mapping[str, str]  # field → column
    habits: Habits
    now: datetime
    source: str = "import"
    options: Options = AS_USUAL
    members: Mapping[str, UUID | None] = field(default_factory=dict)  # name or e-mail → membership; None: several
    own: Mapping[str, Callable[[str, Habits], Any]] = field(default_factory=dict)  # how own fields are read
    companies: set[str] = field(default_factory=set)  # made for this list: a dry run makes them again with each chunk

    def cell(self, row: RawRow, name: str) -> str:
        position = self.positions.get(name)
        return row.cells[position] if position is not None and position < len(row.cells) else ""

    @cached_property
    def positions(self) -> Mapping[str, int]:
        return {name: self.columns.index(column) for name, column in self.mapping.items()}


TOO_MANY_CELLS = ("too_many_cells", "The row has more cells than there are columns. Is a quotation mark missing?")
NO_IDENTITY = ("no_identity", "The row has neither phone, e-mail, WeChat nor external id.")
REPEATED_CUSTOMER = ("repeated", "The same customer stands in line %(line)s already.")
REPEATED_ORDER = ("repeated", "The same order number stands in line %(line)s already.")
BAD_QUANTITY = ("bad_quantity", "The quantity of a purchase must be one or more.")
NO_SUCH_MEMBER = ("unknown_member", "“%(value)s” is nobody who works here. Write their e-mail address or name.")
SEVERAL_MEMBERS = ("unclear_member", "Several people here are called “%(value)s”. Write their e-mail address.")
CONSENT_UNPROVEN = (
    "consent_unproven",
    "A yes to offers counts only with the day it was given. Add it, or leave the cell empty.",
)
NEGATIVE_AMOUNT = ("negative_amount", "The amount cannot be negative.")
NEGATIVE_TOTAL = ("negative_amount", "An order's amount cannot be negative. Report a refund instead.")

GENDERS = {
    "male": "male", "m": "male", "男": "male", "男性": "male", "先生": "male", "mr": "male",
    "female": "female", "f": "female", "女": "female", "女性": "female", "女士": "female", "ms": "female", "mrs": "female",
    "other": "other", "其他": "other", "其它": "other", "未知": "other", "unknown": "other", "diverse": "other",
}  # fmt: skip
STAGES = {
    "prospect": "prospect", "潜在": "prospect", "潜在客户": "prospect", "意向": "lead", "意向客户": "lead", "lead": "lead",
    "线索": "lead", "customer": "customer", "client": "customer", "客户": "customer", "成交客户": "customer",
    "已成交": "customer",
    "loyal": "loyal", "loyal customer": "loyal", "vip": "loyal", "忠诚客户": "loyal", "老客户": "loyal",
    "lost": "lost", "churned": "lost", "inactive": "lost", "流失": "lost", "流失客户": "lost", "已流失": "lost",
}  # fmt: skip
KINDS = {
    "person": "person", "individual": "person", "个人": "person", "自然人": "person",
    "company": "company", "business": "company", "organisation": "company", "organization": "company",
    "企业": "company", "公司": "company", "单位": "company",
}  # fmt: skip
LANGUAGES = {
    "en": "en", "english": "en", "英文": "en", "英语": "en", "en-gb": "en", "en-us": "en",
    "zh": "zh-hans", "zh-cn": "zh-hans", "zh-hans": "zh-hans", "chinese": "zh-hans", "中文": "zh-hans", "汉语": "zh-hans",
    "简体中文": "zh-hans",
}  # fmt: skip
STATUSES = {
    "paid": "paid", "completed": "paid", "complete": "paid", "fulfilled": "paid", "shipped": "paid", "delivered": "paid",
    "已付款": "paid", "已支付": "paid", "已完成": "paid", "完成": "paid", "交易成功": "paid",
    "已发货": "paid", "待发货": "paid",
    "placed": "placed", "pending": "placed", "open": "placed", "unpaid": "placed", "new": "placed",
    "待付款": "placed", "未付款": "placed", "待支付": "placed", "未支付": "placed",
    "cancelled": "cancelled", "canceled": "cancelled", "void": "cancelled", "voided": "cancelled",
    "已取消": "cancelled", "取消": "cancelled", "交易关闭": "cancelled", "已关闭": "cancelled",
}  # fmt: skip


class Cells:
    """Read the cells of one row, collecting every problem instead of stopping at the first."""

    def __init__(self, row: RawRow, reading: Reading):
        self.row, self.reading, self.problems = row, reading, []
        if len(row.cells) > len(reading.columns) and any(row.cells[len(reading.columns) :]):
            self.complain(TOO_MANY_CELLS)

    def take(self, name: str, read: Callable[[str], Any], *, empty: Any = "", is_needed: bool = False) -> Any:
        position, cells = self.reading.positions.get(name), self.row.cells
        text = cells[position] if position is not None and position < len(cells) else ""
        if not text:
            if is_needed:
                self.complain(values.NEEDED, name)
            return empty
        try:
            return read(text)
        except Unreadable as error:
            self.complain((error.code, error.message), name, **error.facts)
            return empty

    def has(self, name: str) -> bool:
        return name in self.reading.positions

    def text(self, name: str, limit: int, *, is_needed: bool = False) -> str:
        return self.take(name, lambda text: values.read_text(text, limit), is_needed=is_needed)

    def moment(self, name: str, *, is_needed: bool = False) -> datetime | None:
        return self.take(name, lambda text: past_moment(text, self.reading), empty=None, is_needed=is_needed)

    def complain(self, what: tuple[str, str], name: str = "", *, is_skip: bool = False, **facts) -> None:
        column = self.reading.mapping.get(name, "")
        self.problems.append(Problem(self.row, what[0], what[1], facts, column, is_skip))


COLUMN_OF = {
    "owner": "owner_id",
    "company": "company_id",
}  # where a target of the mapping is called otherwise than the customer's column
_REFERRER = ("referrer_phone", "referrer_email", "referrer_id", "referrer_code")


def read_customers(rows: Iterable[RawRow], reading: Reading, suspects: Suspects = EVERY) -> Iterator[Item]:
    """Give an item for each row; a contact that stood in an earlier row is the same customer again.

    `suspects` are what may be repeated in the file: only these have to be remembered.
    """
    return map(CustomerRows(reading, suspects).item, rows)


class CustomerRows:
    """Read customers row by row, remembering what stood in the file before."""

    def __init__(self, reading: Reading, suspects: Suspects) -> None:
        self.reading, self.suspects, self.readers = reading, suspects, customer_readers(reading)
        self.seen: dict[tuple[str, str], int] = {}

    def item(self, row: RawRow) -> Item:
        cells, country = Cells(row, self.reading), self.reading.habits.country
        report, introduction = _customer(cells, self.readers), _introduction(cells)
        if not cells.problems and (line := _line_of_same(report, row, self.seen, country, self.suspects)):
            cells.complain(REPEATED_CUSTOMER, is_skip=True, line=line)
        if cells.problems:
            return Item((row,), cells.problems)
        return Item((row,), customers=(report,), introduction=introduction)


TEXTS = {
    "province": 60, "city": 60, "address": 200, "postal_code": 16, "interests": 300, "personal_values": 300,
    "occupation": 80, "note": 5000,
}  # fmt: skip


def customer_readers(reading: Reading) -> dict[str, Callable[[str], Any]]:
    """Say how a cell of each column of a customer is read."""
    stages = STAGES | {str(label).lower(): value for value, label in Customer.Stage.choices}
    return {
        "kind": lambda text: values.read_choice(text, KINDS),
        "stage": lambda text: values.read_choice(text, stages),
        "owner": lambda text: read_member(text, reading),
        "gender": lambda text: values.read_choice(text, GENDERS),
        "language": lambda text: values.read_choice(text, LANGUAGES),
        "birth_date": lambda text: _past_date(text, reading),
        **{name: lambda text, limit=limit: values.read_text(text, limit) for name, limit in TEXTS.items()},
    }


def _customer(cells: Cells, readers: Mapping[str, Callable[[str], Any]]) -> CustomerReport:
    habits = cells.reading.habits
    contacts = {
        "phone": cells.take("phone", lambda text: values.read_phone(text, habits)),
        "email": cells.take("email", values.read_email),
        "external_id": cells.text("external_id", 254),
        "wechat": cells.text("wechat", 254),
    }
    fields = {COLUMN_OF.get(name, name): cells.take(name, read) for name, read in readers.items()}
    fields["custom"] = own_values(cells)
    tags = cells.take("tags", values.parts, empty=()) if cells.has("tags") else ()
    consents = _consents(cells) if cells.has("marketing") else ()
    name, company = cells.text("name", 120, is_needed=True), cells.text("company", 120)
    if not cells.problems and not any(contacts.values()) and cells.reading.options.match != "none":
        cells.complain(NO_IDENTITY)
    told = {field: value for field, value in fields.items() if value}
    return CustomerReport(
        name=name, source="import", fields=told, tags=tags, consents=consents, company=company, **contacts
    )  # fmt: skip


def own_values(cells: Cells) -> dict[str, Any]:
    """Read own fields under their keys; an empty cell is told too, since it may be meant to empty the field."""
    habits, found = cells.reading.habits, {}
    for name, read in cells.reading.own.items():
        if cells.has(name):
            found[name.removeprefix("custom.")] = cells.take(name, lambda text, read=read: read(text, habits), empty=None)
    return found


def read_member(text: str, reading: Reading) -> UUID:
    plain = text.strip().lower()
    if plain not in reading.members:
        raise Unreadable(NO_SUCH_MEMBER, text)
    found = reading.members[plain]
    if found is None:
        raise Unreadable(SEVERAL_MEMBERS, text)
    return found


def _consents(cells: Cells) -> Sequence[ConsentReport]:
    """Read a yes or no to offers: a yes needs the day, or nobody could prove it."""
    is_granted = cells.take("marketing", values.read_yes, empty=None)
    said_at, where = cells.moment("consent_at"), cells.text("consent_source", 40) or "import"
    if is_granted is None:
        return ()
    if is_granted and said_at is None and not cells.problems:
        cells.complain(CONSENT_UNPROVEN, "marketing")
    channels = [channel for channel in ("email", "phone") if cells.has(channel) and cells.reading.cell(cells.row, channel)]
    return tuple(ConsentReport("marketing", channel, is_granted, where, said_at) for channel in channels)


def _introduction(cells: Cells) -> Introduction | None:
    if not any(cells.has(name) for name in _REFERRER):
        return None
    habits = cells.reading.habits
    who = CustomerReference(
        phone=cells.take("referrer_phone", lambda text: values.read_phone(text, habits)),
        email=cells.take("referrer_email", values.read_email),
        external_id=cells.text("referrer_id", 254),
    )
    code, referred_at = cells.text("referrer_code", 40), cells.moment("referred_at")
    return Introduction(who, code, referred_at) if code or who.has_contact else None


def past_moment(text: str, reading: Reading) -> datetime:
    """Read a moment of the past; a day's grace, since clocks and zones differ."""
    value = values.read_moment(text, reading.habits)
    if value > reading.now + timedelta(days=1):
        raise Unreadable(values.IN_FUTURE, text)
    return value


def _past_date(text: str, reading: Reading):
    value = values.read_date(text, reading.habits)
    if value > reading.now.date() or value.year < 1880:
        raise Unreadable(values.NOT_A_DATE, text)
    return value


def _line_of_same(report: CustomerReport, row: RawRow, seen: dict, country: str, suspects: Suspects) -> int | None:
    told = (("phone", report.phone), ("email", report.email), ("external_id", report.external_id), ("wechat", report.wechat))
    if not any(text and repeats.mark(name, text) in suspects for name, text in told):
        return None
    keys = [contact.key for contact in contacts_of(report, country)]
    earlier = min((seen[key] for key in keys if key in seen), default=None)
    for key in keys:
        seen.setdefault(key, earlier or row.line)
    return earlier


def read_orders(rows: Iterable[RawRow], reading: Reading, suspects: Suspects = EVERY) -> Iterator[Item]:
    """Give an item for each row: one order."""
    return map(OrderRows(reading, suspects).item, rows)


class OrderRows:
    """Read orders row by row, remembering what stood in the file before."""

    def __init__(self, reading: Reading, suspects: Suspects) -> None:
        self.reading, self.suspects = reading, suspects
        self.seen: dict[str, int] = {}

    def item(self, row: RawRow) -> Item:
        cells = Cells(row, self.reading)
        report = _order(cells)
        if not cells.problems and report.external_id in self.seen:
            cells.complain(REPEATED_ORDER, "order_id", is_skip=True, line=self.seen[report.external_id])
        if not cells.problems and repeats.mark("order_id", report.external_id) in self.suspects:
            self.seen[report.external_id] = row.line
        return Item((row,), cells.problems) if cells.problems else Item((row,), orders=(report,))


def _order(cells: Cells) -> OrderReport:
    habits = cells.reading.habits
    currency = cells.take("currency", values.read_currency, empty=habits.currency)
    total = cells.take("total", lambda text: values.read_minor(text, currency), empty=0, is_needed=True)
    if total < 0:
        cells.complain(NEGATIVE_TOTAL, "total")
    who = CustomerReference(
        phone=cells.take("customer_phone", lambda text: values.read_phone(text, habits)),
        email=cells.take("customer_email", values.read_email),
        external_id=cells.text("customer_id", 254),
        name=cells.text("customer_name", 120),
    )
    status = cells.take("status", lambda text: values.read_choice(text, STATUSES), empty="paid")
    return OrderReport(
        lines=_lines(cells, total) if cells.has("sku") or cells.has("product") else (),
        source=cells.reading.source,
        external_id=cells.text("order_id", 80, is_needed=True),
        currency=currency,
        total_minor=total,
        customer=ANONYMOUS if who.is_anonymous else who,
        status=status,
        placed_at=cells.moment("placed_at", is_needed=True),
        paid_at=cells.moment("paid_at") if status == "paid" else None,
        channel=cells.text("channel", 20) or "online",
        customer_source="import",
    )


def _lines(cells: Cells, total: int) -> Sequence[OrderLineReport]:
    """Read what was bought: one product with the whole amount."""
    sku, product = cells.text("sku", 80), cells.text("product", 200)
    quantity = cells.take("quantity", values.read_whole, empty=1)
    if not (sku or product):
        return ()
    if quantity < 1:
        cells.complain(BAD_QUANTITY, "quantity")
        return ()
    return (OrderLineReport(sku, product, "", quantity, total // quantity, total),)
