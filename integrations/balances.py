"""From the rows of a file to balances that are taken over, or to problems with a column and a reason. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from crm.reports import CustomerReference
from integrations import repeats, values
from integrations.reading import RawRow
from integrations.repeats import EVERY, Suspects
from integrations.rows import NO_IDENTITY, Cells, Item, Reading
from rewards.rules.expiry import end_of

POINT = "POINT"
NOTHING = ("nothing_left", "There is nothing to take over.")
BELOW_ZERO = ("negative_amount", "A balance below zero cannot be taken over.")
EXPIRED = ("expired", "This had expired by then.")
TOO_MUCH = ("amount_too_large", "This amount is too large.")
REPEATED = ("repeated", "The same reference stands in line %(line)s already.")
LARGEST = 10**15
_POINTS = {"point", "points", "pts", "pt", "积分", "点"}


@dataclass(frozen=True)
class Balance:
    """What somebody had elsewhere. Without a reference the customer, unit and last day name it."""

    owner: CustomerReference
    unit: str
    amount: int
    expires_at: datetime | None
    reference: str


def read_balances(rows: Iterable[RawRow], reading: Reading, suspects: Suspects = EVERY) -> Iterator[Item]:
    """Give an item for each row: one balance."""
    seen: dict[str, int] = {}
    for row in rows:
        cells = Cells(row, reading)
        balance = _balance(cells)
        if not cells.problems and balance.reference and balance.reference in seen:
            cells.complain(REPEATED, "reference", is_skip=True, line=seen[balance.reference])
        if repeats.mark("reference", balance.reference) in suspects:
            seen.setdefault(balance.reference, row.line)
        yield Item((row,), cells.problems) if cells.problems else Item((row,), balances=(balance,))


def total(items: Iterable[Item]) -> dict[str, int]:
    """Sum what would be taken over, by unit."""
    sums: Counter[str] = Counter()
    for item in items:
        for balance in item.balances:
            sums[balance.unit] += balance.amount
    return dict(sums)


def _balance(cells: Cells) -> Balance:
    habits = cells.reading.habits
    owner = CustomerReference(
        external_id=cells.text("external_id", 254),
        phone=cells.take("phone", lambda text: values.read_phone(text, habits)),
        email=cells.take("email", values.read_email),
    )
    if not cells.problems and owner.is_anonymous:
        cells.complain(NO_IDENTITY)
    unit = cells.take("unit", _unit, empty=POINT)
    return Balance(owner, unit, _amount(cells, unit), _last_moment(cells), cells.text("reference", 80))


def _unit(text: str) -> str:
    return POINT if text.strip().lower() in _POINTS else values.read_currency(text)


def _amount(cells: Cells, unit: str) -> int:
    def read(text: str) -> int:
        return values.read_whole(text) if unit == POINT else values.read_minor(text, unit)

    amount = cells.take("amount", read, empty=None, is_needed=True)
    if amount == 0:
        cells.complain(NOTHING, "amount", is_skip=True)
    elif amount is not None and amount < 0:
        cells.complain(BELOW_ZERO, "amount")
    elif amount is not None and amount > LARGEST:
        cells.complain(TOO_MUCH, "amount")
    return amount or 0


def _last_moment(cells: Cells) -> datetime | None:
    habits = cells.reading.habits
    last = cells.take("expires_at", lambda text: values.read_date(text, habits), empty=None)
    ends = end_of(last, habits.zone) if last else None
    if ends and ends <= cells.reading.now:
        cells.complain(EXPIRED, "expires_at", is_skip=True)
    return ends
