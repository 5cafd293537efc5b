"""The fields of a template message: which sorts there are, what fits into each, and how values are written for them.

WeChat refuses the whole message for one field that does not fit, so nothing is sent that we know it would refuse.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from foundation.money import Money, exponent
from messaging import rules
from messaging.rules import Amount

MOST_FIELDS = 12
NAME = re.compile(r"([a-z]+(?:_[a-z]+)*?)(\d{1,3})")
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_SIGNS = {"CNY": "¥", "GBP": "£", "USD": "$", "EUR": "€"}  # one sign at most


class DoesNotFit(Exception):
    """A value cannot stand in a field; `why` is empty, no_date, no_money, no_number, too_long, letters or unknown_sort."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name, self.why = name, why


@dataclass(frozen=True)
class Sort:
    """`most` characters, of those in `letters`; what is longer is cut where it may be."""

    most: int
    letters: str = ""
    may_be_cut: bool = False


SORTS = {
    "thing": Sort(20, may_be_cut=True),
    "number": Sort(32, r"[0-9.\-]+"),
    "letter": Sort(32, r"[A-Za-z]+"),
    "symbol": Sort(5, rf"[^\w\s{_HAN}]+"),
    "character_string": Sort(32, r"[\x21-\x7e]+"),
    "time": Sort(40), "date": Sort(40),
    "amount": Sort(15, r"[¥£$€]?[0-9]{1,10}(\.[0-9]{1,3})?元?"),
    "phone_number": Sort(17, r"[0-9+\-]+"),
    "car_number": Sort(8, rf"[{_HAN}A-Za-z0-9]+"),
    "name": Sort(10, may_be_cut=True),  # 20 where no character is Chinese
    "phrase": Sort(5, rf"[{_HAN}]+"),
    "const": Sort(20),  # one of those that the template lists
    "enum": Sort(20),
    "keyword": Sort(200, may_be_cut=True),  # of templates from before 2023
}  # fmt: skip


def sort_of(name: str) -> str:
    """Say of which sort a field is, from its name: thing1, character_string12; empty for another name."""
    found = NAME.fullmatch(name)
    return found[1] if found and found[1] in SORTS else ""


def filled(mapping: Mapping[str, str], facts: Mapping[str, Any], *, language: str, zone: ZoneInfo) -> dict[str, str]:
    """Fill every field; raises DoesNotFit for the first that cannot be filled."""
    return {name: written(name, text, facts, language=language, zone=zone) for name, text in mapping.items()}


def written(name: str, text: str, facts: Mapping[str, Any], *, language: str, zone: ZoneInfo) -> str:
    """Write one field. `text` has places; where it is a single one, its value is written as the sort wants it."""
    sort = sort_of(name)
    if not sort:
        raise DoesNotFit(name, "unknown_sort")
    alone = rules.PLACE.fullmatch(text.strip())
    value = facts[alone[1]] if alone else rules.fill(text, facts, language=language, zone=zone)
    return _fitted(name, SORTS[sort], _shown(name, sort, value, language=language, zone=zone))


def _shown(name: str, sort: str, value: Any, *, language: str, zone: ZoneInfo) -> str:
    if sort in ("time", "date"):
        return _when(name, sort, value, zone)
    if sort == "amount":
        return _money(name, value)
    if sort == "number":
        return _number(name, value)
    return rules.show(value, language=language, zone=zone)


def _when(name: str, sort: str, value: Any, zone: ZoneInfo) -> str:
    """WeChat reads Chinese dates; a time needs its hour, and a day begins at midnight."""
    if isinstance(value, datetime):
        here = value.astimezone(zone)
        return f"{_day(here.date())} {here:%H:%M}"
    if isinstance(value, date):
        return f"{_day(value)} 00:00" if sort == "time" else _day(value)
    if isinstance(value, str) and re.search(r"[0-9]", value):
        return value
    raise DoesNotFit(name, "no_date")


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _money(name: str, value: Any) -> str:
    if isinstance(value, Amount) and value.kind == "cash":
        figure = f"{Money(value.amount, value.unit).major:.{exponent(value.unit)}f}"
        return _SIGNS.get(value.unit, "") + figure
    if isinstance(value, Amount | Mapping):
        raise DoesNotFit(name, "no_money")
    return str(value)


def _number(name: str, value: Any) -> str:
    if isinstance(value, Amount):
        if value.kind == "cash":
            return f"{Money(value.amount, value.unit).major}"
        return str(value.amount)
    if isinstance(value, Mapping | date):
        raise DoesNotFit(name, "no_number")
    return str(value)


def _fitted(name: str, sort: Sort, text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise DoesNotFit(name, "empty")
    most = 20 if sort is SORTS["name"] and not re.search(rf"[{_HAN}]", text) else sort.most
    if len(text) > most:
        if not sort.may_be_cut:
            raise DoesNotFit(name, "too_long")
        text = text[: most - 1] + "…"
    if sort.letters and not re.fullmatch(sort.letters, text):
        raise DoesNotFit(name, "no_money" if sort is SORTS["amount"] else "letters")
    return text
