"""From a shop's invoice lines to orders and refunds. Pure: the same file always gives the same answer.

A cancellation (an invoice whose number begins with C) names no order: it is matched to the customer's
newest earlier order that still holds as much of the product. What matches nothing is reported.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.reports import CustomerReference, CustomerReport, OrderLineReport, OrderReport, RefundReport
from integrations import values
from integrations.reading import RawRow
from integrations.rows import Cells, Item, Problem, Reading

NO_CUSTOMER = ("no_customer", "The line names no customer.")
OTHER_CUSTOMER = ("other_customer", "The invoice belongs to another customer, by its line %(line)s.")
ADJUSTMENT = ("adjustment", "“%(value)s” is a correction or a fee of the shop, no purchase.")
NO_PRICE = ("no_price", "The price is zero.")
NEGATIVE_PRICE = ("negative_price", "The price is below zero.")
BAD_QUANTITY = ("bad_quantity", "The quantity of a purchase must be one or more.")
BAD_CANCELLED_QUANTITY = ("bad_quantity", "The quantity of a cancellation must be below zero.")
CANCELS_NOTHING = ("cancels_nothing", "The customer has no earlier order of this product in this file.")
CANCELS_TOO_MUCH = ("cancels_too_much", "No earlier order of the customer has so much of this product left.")

# Book-keeping among the products: manual corrections, discounts, samples, fees, bad debt. Code and text must agree,
# since "M" or "S" may well be a shop's T-shirt. Postage (POST, DOT, C2) is something the customer paid for, and stays.
_ADJUSTMENTS = {
    "M": "manual", "D": "discount", "S": "samples", "B": "adjust", "AMAZONFEE": "amazon fee", "BANK CHARGES": "bank charges",
    "CRUK": "cruk", "ADJUST": "adjust", "ADJUST2": "adjust", "TEST001": "test", "TEST002": "test",
}  # fmt: skip
_CANCELLATION = re.compile(r"[Cc](?=\d)")
_NAMES = {"zh-hans": "客户 {}"}


@dataclass(frozen=True)
class Line:
    row: RawRow
    invoice: str
    customer: str
    customer_name: str
    province: str
    sku: str
    product: str
    quantity: int
    unit_minor: int
    placed_at: datetime

    @property
    def amount_minor(self) -> int:
        return self.quantity * self.unit_minor


@dataclass(frozen=True)
class Overview:
    """What must be known before the first line is read: how long each invoice is, and what will be brought back."""

    lines_of: Counter[str]
    cancelled: set[tuple[str, str]]  # (customer, product): only these have to be remembered

    @property
    def total(self) -> int:
        return self.lines_of.total()


def survey(rows: Iterable[RawRow], reading: Reading) -> Overview:
    """Go through the file once, quickly."""
    overview = Overview(Counter(), set())
    for row in rows:
        number = reading.cell(row, "invoice")
        overview.lines_of[number] += 1
        if _CANCELLATION.match(number):
            overview.cancelled.add((reading.cell(row, "customer_id"), reading.cell(row, "sku")))
    return overview


def read_purchases(rows: Iterable[RawRow], reading: Reading, overview: Overview) -> Iterator[Item]:
    """Give an item for each invoice, once all its lines are read.

    Most invoices stand in one piece; those that do not wait, and only they are held in memory.
    """
    open_invoices: dict[str, list[RawRow]] = defaultdict(list)
    shelf, known = _Shelf(overview.cancelled), set()
    for row in rows:
        number = reading.cell(row, "invoice")
        open_invoices[number].append(row)
        if len(open_invoices[number]) == overview.lines_of[number]:
            yield _item(open_invoices.pop(number), reading, shelf, known)


def _item(rows: Sequence[RawRow], reading: Reading, shelf: "_Shelf", known: set[str]) -> Item:
    lines, problems = _read_lines(rows, reading)
    if not lines:
        return Item(rows, problems)
    if _CANCELLATION.match(lines[0].invoice):  # what it is matched to has already told us the customer
        refunds, refund_rows, unmatched = _refunds(lines, reading, shelf)
        return Item(rows, [*problems, *unmatched], refunds=refunds, refund_rows=refund_rows)
    customers = [] if lines[0].customer in known else [_customer(lines[0], reading)]
    known.add(lines[0].customer)
    order = _order(lines, reading)
    shelf.put(lines, order)
    return Item(rows, problems, customers=customers, orders=(order,))


def _read_lines(rows: Sequence[RawRow], reading: Reading) -> tuple[list[Line], list[Problem]]:
    lines, problems = [], []
    for row in rows:
        line, complaints = _read_line(row, reading)
        if line and lines and line.customer != lines[0].customer:
            cells = Cells(row, reading)
            cells.complain(OTHER_CUSTOMER, "customer_id", line=lines[0].row.line)
            line, complaints = None, cells.problems
        problems += complaints
        if line:
            lines.append(line)
    return lines, problems


def _read_line(row: RawRow, reading: Reading) -> tuple[Line | None, list[Problem]]:
    """Read a line or say the one reason why not; what is missing is asked before what is wrong."""
    cells, currency = Cells(row, reading), reading.habits.currency
    sku = reading.cell(row, "sku")
    if not cells.problems:
        _set_aside(cells, sku)
    if cells.problems:
        return None, cells.problems
    line = Line(
        row=row,
        invoice=cells.text("invoice", 80, is_needed=True),
        customer=cells.text("customer_id", 254),
        customer_name=cells.text("customer_name", 120),
        province=cells.text("province", 60),
        sku=cells.text("sku", 80, is_needed=True),
        product=cells.text("product", 200),
        quantity=cells.take("quantity", values.read_whole, empty=0, is_needed=True),
        unit_minor=cells.take("unit_price", lambda text: values.read_minor(text, currency), empty=0, is_needed=True),
        placed_at=cells.moment("placed_at", is_needed=True),
    )
    if not cells.problems:
        _make_sense(cells, line)
    return (None, cells.problems[:1]) if cells.problems else (line, [])


def _set_aside(cells: Cells, sku: str) -> None:
    word = _ADJUSTMENTS.get(sku.upper())
    if word and cells.reading.cell(cells.row, "product").lower().lstrip("* ").startswith(word):
        cells.complain(ADJUSTMENT, "sku", is_skip=True, value=sku)
    elif not cells.reading.cell(cells.row, "customer_id"):
        cells.complain(NO_CUSTOMER, "customer_id", is_skip=True)


def _make_sense(cells: Cells, line: Line) -> None:
    is_cancellation = bool(_CANCELLATION.match(line.invoice))
    if line.unit_minor < 0:
        cells.complain(NEGATIVE_PRICE, "unit_price")
    elif line.unit_minor == 0:
        cells.complain(NO_PRICE, "unit_price")
    elif is_cancellation and line.quantity >= 0:
        cells.complain(BAD_CANCELLED_QUANTITY, "quantity")
    elif not is_cancellation and line.quantity <= 0:
        cells.complain(BAD_QUANTITY, "quantity")


def _customer(line: Line, reading: Reading) -> CustomerReport:
    name = line.customer_name or _NAMES.get(reading.habits.language, "Customer {}").format(line.customer)
    fields = {"province": line.province} if line.province else {}
    return CustomerReport(name=name, external_id=line.customer, source="import", fields=fields)


def _order(lines: Sequence[Line], reading: Reading) -> OrderReport:
    return OrderReport(
        source=reading.source,
        external_id=lines[0].invoice,
        currency=reading.habits.currency,
        total_minor=sum(line.amount_minor for line in lines),
        customer=CustomerReference(external_id=lines[0].customer),
        placed_at=lines[0].placed_at,
        lines=tuple(
            OrderLineReport(line.sku, line.product, "", line.quantity, line.unit_minor, line.amount_minor) for line in lines
        ),
        customer_source="import",
    )


# --- cancellations -------------------------------------------------------------------------------------


class _Shelf:
    """What each customer bought and has not brought back yet."""

    def __init__(self, cancelled: set[tuple[str, str]]):
        self.cancelled = cancelled
        self.money: dict[str, int] = {}  # order → what is left of its amount
        self.bought: dict[tuple[str, str], list[list]] = {}  # (customer, product) → [order, placed_at, quantity left]

    def put(self, lines: Sequence[Line], order: OrderReport) -> None:
        self.money[order.external_id] = order.total_minor
        quantities: Counter[str] = Counter()
        for line in lines:
            if (line.customer, line.sku) in self.cancelled:
                quantities[line.sku] += line.quantity
        for sku, quantity in quantities.items():
            self.bought.setdefault((lines[0].customer, sku), []).append([order.external_id, order.placed_at, quantity])

    def take_back(self, line: Line) -> str | tuple[str, str]:
        """Name the order a cancelled line belongs to, or say why there is none."""
        earlier = [row for row in self.bought.get((line.customer, line.sku), ()) if row[1] <= line.placed_at]
        for row in reversed(earlier):
            order, _, left = row
            if left >= -line.quantity and self.money[order] >= -line.amount_minor:
                row[2] += line.quantity
                self.money[order] += line.amount_minor
                return order
        return CANCELS_TOO_MUCH if earlier else CANCELS_NOTHING


def _refunds(lines: Sequence[Line], reading: Reading, shelf: _Shelf):
    """Make one refund for each order that a cancellation reaches."""
    by_order: dict[str, list[Line]] = defaultdict(list)
    unmatched = []
    for line in lines:
        found = shelf.take_back(line)
        if isinstance(found, str):
            by_order[found].append(line)
        else:
            column = reading.mapping.get("sku", "")
            unmatched.append(Problem(line.row, found[0], found[1], {}, column, is_skip=True))
    refunds = [_refund(order, of_order, reading) for order, of_order in by_order.items()]
    refund_rows = {refund.external_id: [line.row for line in by_order[refund.order_external_id]] for refund in refunds}
    return refunds, refund_rows, unmatched


def _refund(order: str, lines: Sequence[Line], reading: Reading) -> RefundReport:
    return RefundReport(
        source=reading.source,
        external_id=f"{lines[0].invoice}/{order}"[:80],
        order_external_id=order,
        currency=reading.habits.currency,
        amount_minor=-sum(line.amount_minor for line in lines),
        refunded_at=lines[0].placed_at,
        reason=", ".join(line.product or line.sku for line in lines)[:200],
    )
