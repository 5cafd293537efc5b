"""From the rows of a file to reports for the customer room, or to problems with a column and a reason. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from crm.reports import ANONYMOUS, CustomerReference, CustomerReport, OrderReport, RefundReport
from crm.rules import contacts_of
from integrations import values
from integrations.reading import RawRow
from integrations.values import Habits, Unreadable

if TYPE_CHECKING:
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

    @property
    def sentence(self) -> str:
        """Say what is wrong, in the reader's language."""
        return gettext(self.message) % self.facts if self.facts else gettext(self.message)


@dataclass(frozen=True)
class Item:
    """The smallest thing that is taken in whole: a customer's row, an order's row, the lines of an invoice."""

    rows: Sequence[RawRow]
    problems: Sequence[Problem] = ()
    customers: Sequence[CustomerReport] = ()
    orders: Sequence[OrderReport] = ()
    refunds: Sequence[RefundReport] = ()
    balances: Sequence["Balance"] = ()
    refund_rows: Mapping[str, Sequence[RawRow]] = field(default_factory=dict)  # refund's external id → its lines

    @property
    def is_taken(self) -> bool:
        return bool(self.customers or self.orders or self.refunds or self.balances)


@dataclass(frozen=True)
class Reading:
    """What a reader must know beside the rows."""

    columns: tuple[str, ...]
    mapping: Mapping[str, str]  # field → column
    habits: Habits
    now: datetime
    source: str = "import"

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
NEGATIVE_TOTAL = ("negative_amount", "An order's amount cannot be negative. Report a refund instead.")

GENDERS = {
    "male": "male", "m": "male", "男": "male", "男性": "male", "先生": "male", "mr": "male",
    "female": "female", "f": "female", "女": "female", "女性": "female", "女士": "female", "ms": "female", "mrs": "female",
    "other": "other", "其他": "other", "其它": "other", "未知": "other", "unknown": "other", "diverse": "other",
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
        if any(cell for cell in row.cells[len(reading.columns) :]):
            self.complain(TOO_MANY_CELLS)

    def take(self, name: str, read: Callable[[str], Any], *, empty: Any = "", is_needed: bool = False) -> Any:
        text = self.reading.cell(self.row, name)
        if not text:
            if is_needed:
                self.complain(values.NEEDED, name)
            return empty
        try:
            return read(text)
        except Unreadable as error:
            self.complain((error.code, error.message), name, **error.facts)
            return empty

    def text(self, name: str, limit: int, *, is_needed: bool = False) -> str:
        return self.take(name, lambda text: values.read_text(text, limit), is_needed=is_needed)

    def moment(self, name: str, *, is_needed: bool = False) -> datetime | None:
        """Read a moment of the past; a day's grace, since clocks and zones differ."""

        def read(text: str) -> datetime:
            value = values.read_moment(text, self.reading.habits)
            if value > self.reading.now + timedelta(days=1):
                raise Unreadable(values.IN_FUTURE, text)
            return value

        return self.take(name, read, empty=None, is_needed=is_needed)

    def complain(self, what: tuple[str, str], name: str = "", *, is_skip: bool = False, **facts) -> None:
        column = self.reading.mapping.get(name, "")
        self.problems.append(Problem(self.row, what[0], what[1], facts, column, is_skip))


def read_customers(rows: Iterable[RawRow], reading: Reading) -> Iterator[Item]:
    """Give an item for each row; a contact that stood in an earlier row is the same customer again."""
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        cells = Cells(row, reading)
        report = _customer(cells)
        if not cells.problems and (line := _line_of_same(report, row, seen, reading.habits.country)):
            cells.complain(REPEATED_CUSTOMER, is_skip=True, line=line)
        yield Item((row,), cells.problems) if cells.problems else Item((row,), customers=(report,))


def _customer(cells: Cells) -> CustomerReport:
    habits = cells.reading.habits
    contacts = {
        "phone": cells.take("phone", lambda text: values.read_phone(text, habits)),
        "email": cells.take("email", values.read_email),
        "external_id": cells.text("external_id", 254),
        "wechat": cells.text("wechat", 254),
    }
    fields = {
        "kind": cells.take("kind", lambda text: values.read_choice(text, KINDS)),
        "gender": cells.take("gender", lambda text: values.read_choice(text, GENDERS)),
        "language": cells.take("language", lambda text: values.read_choice(text, LANGUAGES)),
        "birth_date": cells.take("birth_date", lambda text: _past_date(text, cells.reading)),
        "province": cells.text("province", 60),
        "city": cells.text("city", 60),
        "occupation": cells.text("occupation", 80),
        "note": cells.text("note", 5000),
    }
    name = cells.text("name", 120, is_needed=True)
    if not cells.problems and not any(contacts.values()):
        cells.complain(NO_IDENTITY)
    told = {field: value for field, value in fields.items() if value}
    return CustomerReport(name=name, source="import", fields=told, **contacts)


def _past_date(text: str, reading: Reading):
    value = values.read_date(text, reading.habits)
    if value > reading.now.date() or value.year < 1880:
        raise Unreadable(values.NOT_A_DATE, text)
    return value


def _line_of_same(report: CustomerReport, row: RawRow, seen: dict, country: str) -> int | None:
    keys = [contact.key for contact in contacts_of(report, country)]
    earlier = min((seen[key] for key in keys if key in seen), default=None)
    for key in keys:
        seen.setdefault(key, earlier or row.line)
    return earlier


def read_orders(rows: Iterable[RawRow], reading: Reading) -> Iterator[Item]:
    """Give an item for each row: one order."""
    seen: dict[str, int] = {}
    for row in rows:
        cells = Cells(row, reading)
        report = _order(cells)
        if not cells.problems and report.external_id in seen:
            cells.complain(REPEATED_ORDER, "order_id", is_skip=True, line=seen[report.external_id])
        if not cells.problems:
            seen[report.external_id] = row.line
        yield Item((row,), cells.problems) if cells.problems else Item((row,), orders=(report,))


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
