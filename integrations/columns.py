"""Read a piece of a file column by column: what is usual goes on a sheet, what is odd is read row by row.

Odd is a row with anything that cannot be read, that may stand in the file twice, or that brings more than a sheet holds.
It goes to the readers of rows.py, which say what is wrong with it; both ways give the same answer for the same row.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from crm.errors import InvalidContact
from crm.operations import CustomerSheet, OrderSheet, customer_sheet, order_sheet
from crm.rules import LARGEST_MINOR, read_contact
from integrations import repeats, rows, values
from integrations.reading import RawRow
from integrations.repeats import Suspects
from integrations.rows import Item, Reading
from integrations.values import Unreadable

Line = tuple[int, list[str]]  # where it begins in the file, and its cells
Column = Sequence[Any]
_Reader = Callable[[Sequence[str]], list]
_ODD: Any = object()
_FIRST = 1250  # rows: few to begin with, so that the database need not wait long for them; then twice as many each time
_REMEMBERED = 20_000  # values of a column: cities and days come again and again
_CONTACTS = {"external": "external_id", "phone": "phone", "email": "email", "wechat": "wechat"}
# What makes a row more than a customer: it is taken row by row.
_BESIDE = (
    "tags", "company", "marketing", "consent_at", "consent_source", "referrer_phone", "referrer_email", "referrer_id",
    "referrer_code", "referred_at",
)  # fmt: skip


@dataclass(frozen=True)
class Chunk:
    """Rows of a file as they are taken in: some one by one, the others by columns."""

    size: int
    first_line: int
    items: Sequence[Item] = ()
    sheet: CustomerSheet | OrderSheet | None = None
    one_by_one: Callable[[Sequence[int]], Sequence[Item]] = lambda places: ()  # reads rows of the sheet anew


class Source(Protocol):
    """A file that is read chunk by chunk."""

    def skip(self, count: int) -> None:
        """Read what was done before once more, since later rows may refer to it."""

    def chunk(self) -> Chunk | None:
        """Read the next rows; None at the end."""


class Items:
    """What can only be read row by row."""

    def __init__(self, items: Iterator[Item], size: int) -> None:
        self.items, self.size = items, size

    def skip(self, count: int) -> None:
        for _ in islice(self.items, count):
            pass

    def chunk(self) -> Chunk | None:
        chunk, count = [], 0
        while count < self.size and (item := next(self.items, None)):
            chunk.append(item)
            count += len(item.rows)
        return Chunk(len(chunk), chunk[0].rows[0].line, chunk) if chunk else None


class Lines:
    """What is read by columns; the first so-many rows are read one by one, so that each can be shown."""

    def __init__(self, lines: Iterator[Line], parted: "_ByColumns", size: int, shown: int = 0) -> None:
        self.lines, self.parted, self.size, self.shown = lines, parted, size, shown
        self.next_size = min(size, _FIRST)

    def skip(self, count: int) -> None:
        self.shown = max(0, self.shown - count)
        while count > 0 and (piece := list(islice(self.lines, min(count, self.size)))):
            self.parted.chunk(piece)
            count -= len(piece)

    def chunk(self) -> Chunk | None:
        piece = list(islice(self.lines, self.next_size))
        self.next_size = min(self.size, 2 * self.next_size)
        shown, self.shown = self.shown, max(0, self.shown - len(piece))
        return self.parted.chunk(piece, odd_until=shown) if piece else None


class _ByColumns(ABC):
    """Part rows into those of a sheet and odd ones."""

    one: rows.CustomerRows | rows.OrderRows
    marked: Mapping[str, str]  # what may be repeated → how repeats calls it
    needed: Sequence[str]
    beside: Sequence[str]

    def __init__(self, how: Reading, suspects: Suspects) -> None:
        self.how, self.suspects = how, suspects
        self.width, self.at = len(how.columns), how.positions
        self.readers = {name: read for name, read in self._readers().items() if name in self.at}

    def chunk(self, lines: Sequence[Line], *, odd_until: int = 0) -> Chunk:
        """Make a chunk of these lines, of which the first so-many go row by row anyhow."""
        texts = list(zip(*[self._fitted(cells) for _, cells in lines], strict=True))
        columns = {name: read(texts[self.at[name]]) for name, read in self.readers.items()}
        odd = self._odd(lines, texts, columns) | set(range(min(odd_until, len(lines))))
        read = {n: self.one.item(_row(lines[n])) for n in sorted(odd | self._repeated(texts))}  # each row once, in order
        odd |= {n for n, item in read.items() if item.problems}
        kept = [n for n in range(len(lines)) if n not in odd] if odd else range(len(lines))
        if odd:
            columns = {name: [column[n] for n in kept] for name, column in columns.items()}

        def one_by_one(places: Sequence[int]) -> list[Item]:
            return [read.get(kept[at]) or self.one.item(_row(lines[kept[at]])) for at in sorted(places)]

        sheet = self._sheet([lines[n][0] for n in kept], columns) if kept else None
        return Chunk(len(lines), lines[0][0], [read[n] for n in sorted(odd)], sheet, one_by_one)

    def _fitted(self, cells: list[str]) -> list[str]:
        if len(cells) == self.width:
            return cells
        return cells[: self.width] + [""] * (self.width - len(cells))

    def _odd(self, lines: Sequence[Line], texts: Sequence[Sequence[str]], columns: Mapping[str, Column]) -> set[int]:
        odd = {n for n, (_, cells) in enumerate(lines) if len(cells) > self.width and any(cells[self.width :])}
        for column in columns.values():
            if _ODD in column:
                odd |= {n for n, value in enumerate(column) if value is _ODD}
        for name in self.needed:
            odd |= {n for n, text in enumerate(texts[self.at[name]]) if not text}
        for name in self.at.keys() & set(self.beside):
            odd |= {n for n, text in enumerate(texts[self.at[name]]) if text}
        return odd

    def _repeated(self, texts: Sequence[Sequence[str]]) -> set[int]:
        if not self.suspects:
            return set()
        asked = [(name, texts[self.at[column]]) for column, name in self.marked.items() if column in self.at]
        return {n for name, column in asked for n, one in enumerate(repeats.marks(name, column)) if one in self.suspects}

    @abstractmethod
    def _readers(self) -> dict[str, _Reader]:
        """Say how each column that has a place on the sheet is read."""

    @abstractmethod
    def _sheet(self, lines: Sequence[int], columns: dict[str, Column]) -> CustomerSheet | OrderSheet:
        """Lay out what is usual."""


class Customers(_ByColumns):
    needed, beside = ("name",), _BESIDE
    marked = {"phone": "phone", "email": "email", "external_id": "external_id", "wechat": "wechat"}

    def __init__(self, how: Reading, suspects: Suspects) -> None:
        super().__init__(how, suspects)
        self.one = rows.CustomerRows(how, suspects)

    def _readers(self) -> dict[str, _Reader]:
        plain = {
            name: _limited(rows.TEXTS[name]) if name in rows.TEXTS else _remembering(read)
            for name, read in rows.customer_readers(self.how).items()
        }
        habits = self.how.habits
        own = {name: _remembering(lambda text, read=read: read(text, habits)) for name, read in self.how.own.items()}
        return {"name": _limited(120), **plain, **own, **_contact_readers(self.how)}

    def _odd(self, lines: Sequence[Line], texts: Sequence[Sequence[str]], columns: Mapping[str, Column]) -> set[int]:
        contacts = [columns[name] for name in _CONTACTS.values() if name in columns]
        if not contacts:
            return set(range(len(lines)))
        nobody = {n for n, told in enumerate(zip(*contacts, strict=True)) if not any(told)}
        return nobody | super()._odd(lines, texts, columns).union(*map(_shared, contacts))

    def _sheet(self, lines: Sequence[int], columns: dict[str, Column]) -> CustomerSheet:
        contacts = {kind: columns.pop(name) for kind, name in _CONTACTS.items() if name in columns}
        own = {name.partition(".")[2]: columns.pop(name) for name in [*columns] if name in self.how.own}
        fields = {rows.COLUMN_OF.get(name, name): column for name, column in columns.items()}
        custom = [_told(own, row) for row in zip(*own.values(), strict=True)] if own else None
        return customer_sheet(lines, source="import", contacts=contacts, fields=fields, custom=custom)


class Orders(_ByColumns):
    needed, beside = ("order_id", "total", "placed_at"), ("sku", "product")
    marked = {"order_id": "order_id"}

    def __init__(self, how: Reading, suspects: Suspects) -> None:
        super().__init__(how, suspects)
        self.one = rows.OrderRows(how, suspects)

    def _readers(self) -> dict[str, _Reader]:
        contacts = _contact_readers(self.how)
        moment = _remembering(lambda text: rows.past_moment(text, self.how))
        has_lines = "sku" in self.at or "product" in self.at
        return {
            "order_id": _limited(80), "channel": _limited(20), "customer_name": _limited(120),
            "currency": _remembering(values.read_currency),
            "status": _remembering(lambda text: values.read_choice(text, rows.STATUSES)),
            "placed_at": moment, "paid_at": moment, "total": lambda texts: texts,
            **({"quantity": _remembering(values.read_whole)} if has_lines else {}),
            **{f"customer_{name.removeprefix('external_')}": contacts[name] for name in ("phone", "email", "external_id")},
        }  # fmt: skip

    def _odd(self, lines: Sequence[Line], texts: Sequence[Sequence[str]], columns: dict[str, Column]) -> set[int]:
        count, usual = len(lines), self.how.habits.currency
        columns["currency"] = [one or usual for one in columns.get("currency", [usual] * count)]
        columns["total"] = [_amount(*one) for one in zip(columns["total"], columns["currency"], strict=True)]
        return super()._odd(lines, texts, columns)

    def _sheet(self, lines: Sequence[int], columns: dict[str, Column]) -> OrderSheet:
        nothing: Column = [None] * len(lines)
        status = [one or "paid" for one in columns.get("status", nothing)]
        paid_at = [at if one == "paid" else None for one, at in zip(status, columns.get("paid_at", nothing), strict=True)]
        names = {"external": "customer_id", "phone": "customer_phone", "email": "customer_email"}
        contacts = {
            kind: [pair and pair[1] for pair in columns[name]] for kind, name in names.items() if name in columns
        }  # fmt: skip
        fields = {
            "external_id": columns["order_id"], "currency": columns["currency"], "total_minor": columns["total"],
            "status": status, "channel": [one or "online" for one in columns.get("channel", nothing)],
            "placed_at": columns["placed_at"], "paid_at": paid_at,
        }  # fmt: skip
        return order_sheet(lines, source=self.how.source, contacts=contacts, fields=fields)


BY_COLUMNS = {"customers": Customers, "orders": Orders}


# --- columns ------------------------------------------------------------------------------------------


def _row(line: Line) -> RawRow:
    return RawRow(line[0], tuple(line[1]))


def _remembering(read: Callable[[str], Any]) -> _Reader:
    """Read each text once; empty is None, what cannot be read is odd."""
    known: dict[str, Any] = {"": None}

    def column(texts: Sequence[str]) -> list:
        if len(known) > _REMEMBERED:
            known.clear()
            known[""] = None
        for text in set(texts) - known.keys():
            try:
                known[text] = read(text)
            except Unreadable:
                known[text] = _ODD
        return [known[text] for text in texts]

    return column


def _limited(limit: int) -> _Reader:
    return lambda texts: [text if len(text) <= limit else _ODD for text in texts]


def _contact_readers(how: Reading) -> dict[str, _Reader]:
    """Read contacts as pairs: as typed, and in the form in which they are compared."""
    habits = how.habits

    def column(kind: str, read: Callable[[str], str]) -> _Reader:
        def pair(text: str) -> Any:
            try:
                contact = read_contact(kind, read(text), habits.country)
            except (Unreadable, InvalidContact):
                return _ODD
            return contact.value, contact.normalised

        return lambda texts: [pair(text) if text else None for text in texts]

    return {
        "phone": column("phone", lambda text: values.read_phone(text, habits)),
        "email": column("email", values.read_email),
        "external_id": column("external", str),
        "wechat": column("wechat", str),
    }


def _shared(contacts: Column) -> set[int]:
    """Find rows of one contact that was written so differently that repeats did not suspect it (ext. 12, xn--…)."""
    same = [pair[1] if pair and pair is not _ODD else None for pair in contacts]
    told = Counter(same)
    del told[None]
    return {n for n, one in enumerate(same) if told[one] > 1} if len(told) < told.total() else set()


def _told(own: Mapping[str, Column], row: Sequence[Any]) -> dict[str, Any]:
    return {key: value for key, value in zip(own, row, strict=True) if value not in (None, "", [])}


def _amount(text: str, currency: str) -> Any:
    if not text or currency is _ODD:
        return _ODD
    try:
        minor = values.read_minor(text, currency)
    except Unreadable:
        return _ODD
    return minor if 0 <= minor <= LARGEST_MINOR else _ODD
