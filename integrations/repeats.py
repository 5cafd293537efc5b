"""Which keys may stand twice in a file, found on a first pass in memory that does not grow with the file. Pure.

A Bloom filter: whatever stands twice is found; one in some hundred that stands once is suspected with it, and then
remembered in vain.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from integrations.reading import RawRow

_BITS = 1 << 26  # 8 MB: with three million keys one in a hundred is suspected in vain
_KEYS = {
    "customers": ("phone", "email", "external_id", "wechat"), "orders": ("order_id",), "opening_balances": ("reference",),
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


def survey(rows: Iterable[RawRow], kind: str, positions: Mapping[str, int]) -> tuple[int, set[int]]:
    """Count the rows and give the marks that may be repeated."""
    asked = [(name, positions[name]) for name in _KEYS.get(kind, ()) if name in positions]
    seen, suspects, count = bytearray(_BITS // 8), set(), 0
    for row in rows:
        count += 1
        for name, position in asked:
            if position < len(row.cells) and (text := row.cells[position]):
                _note(seen, mark(name, text), suspects)
    return count, suspects


def _note(seen: bytearray, number: int, suspects: set[int]) -> None:
    first, second = number % _BITS, (number >> 26) % _BITS
    is_known = seen[first >> 3] >> (first & 7) & 1 and seen[second >> 3] >> (second & 7) & 1
    if is_known:
        suspects.add(number)
    seen[first >> 3] |= 1 << (first & 7)
    seen[second >> 3] |= 1 << (second & 7)


def _western(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)
