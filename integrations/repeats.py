"""Which keys may stand twice in a file, found on a first pass in memory that does not grow with the file. Pure.

A filter: whatever stands twice is found; some that stand once are suspected with it, and then remembered in vain.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

_PLACES = 1 << 24  # 16 MB: of a million keys six in a hundred are suspected in vain
_PIECE = 250  # rows held at once: with more of them the garbage collector takes as long as the reading
_KEYS = {
    "customers": ("phone", "email", "external_id", "wechat"), "orders": ("order_id",), "opening_balances": ("reference",),
    "deals": ("deal_id",),
}  # fmt: skip


class _Every:
    """Remembers all: for a few rows."""

    def __contains__(self, mark: int) -> bool:
        return True


EVERY = _Every()
Suspects = set[int] | _Every


def mark(name: str, text: str) -> int:
    """Make one number of all the ways in which a contact or number may be written: of phones the last digits count."""
    if name == "phone":
        return hash(re.sub(r"\D", "", _western(text).removesuffix(".0"))[-7:])
    plain = _western(text)
    return hash((name, plain.strip().lower()))


def marks(name: str, column: Iterable[str]) -> Iterator[int]:
    """Give the mark of each text of a column; empty ones have one of their own, which is never suspected."""
    if name == "phone":
        return (hash(text[-7:]) if text.isdigit() and text.isascii() else mark(name, text) for text in column)
    return (hash((name, text.lower())) if text.isascii() else mark(name, text) for text in column)


def survey(lines: Iterator[tuple[int, Sequence[str]]], kind: str, positions: Mapping[str, int]) -> tuple[int, set[int]]:
    """Count the rows and give the marks that may be repeated."""
    asked = [(name, positions[name]) for name in _KEYS.get(kind, ()) if name in positions]
    seen, suspects, count = bytearray(_PLACES), set(), 0
    while piece := list(islice(lines, _PIECE)):
        count += len(piece)
        for name, at in asked:
            _note(seen, marks(name, [cells[at] for _, cells in piece if len(cells) > at and cells[at]]), suspects)
    return count, suspects


def _note(seen: bytearray, numbers: Iterable[int], suspects: set[int]) -> None:
    for number in numbers:
        place = number & (_PLACES - 1)
        if seen[place]:
            suspects.add(number)
        else:
            seen[place] = 1


def _western(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)
