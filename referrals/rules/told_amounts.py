"""Amounts that a text names. One that the terms do not hold is a promise that nobody keeps."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from foundation.money import Money
from referrals.rules.terms import Terms, terms_json

_NUMBER = r"(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<times>[万千k](?![a-z]))?"
_MONEY_SIGNS = r"[¥£$€]"
_PATTERNS = {
    "points": (rf"{_NUMBER}\s*(?:积分|points?\b)",),
    "money": (rf"{_MONEY_SIGNS}\s*{_NUMBER}", rf"{_NUMBER}\s*元"),
    "percent": (rf"{_NUMBER}\s*%",),
    "tenths": (r"(?P<number>\d(?:\.\d)?)(?P<times>)\s*折",),  # 8.5 折 takes 15 % off
}
_TIMES = {"万": 10_000, "千": 1_000, "k": 1_000}
_OF_A_POINT = "points_per_currency_unit"


@dataclass(frozen=True)
class Amount:
    """`kind`: points, money (in whole units of the currency) or percent."""

    kind: str
    value: Decimal


@dataclass(frozen=True)
class Worth:
    """What a coupon that the terms give says of itself."""

    value_minor: int = 0
    cap_minor: int | None = None
    minimum_minor: int = 0
    percent: Decimal = Decimal(0)


def amounts_in(text: str) -> Iterator[tuple[Amount, str]]:
    """Read the amounts of a text, each with the words that say it."""
    plain = "".join(unicodedata.normalize("NFKC", sign) for sign in text)
    for kind, patterns in _PATTERNS.items():
        for pattern in patterns:
            for found in re.finditer(pattern, plain, re.IGNORECASE):
                yield _amount(kind, found), found[0].strip()


def _amount(kind: str, found: re.Match) -> Amount:
    number = Decimal(found["number"].replace(",", "")) * _TIMES.get((found["times"] or "").lower(), 1)
    return Amount("percent", 100 - 10 * number) if kind == "tenths" else Amount(kind, number)


def amounts_of(terms: Terms, coupons: Mapping[str, Worth]) -> set[Amount]:
    """List every amount that these terms and their coupons hold, and what the points are worth."""
    stored = terms_json(terms)
    found = {amount for name, part in stored.items() if name != _OF_A_POINT for amount in _amounts(part)}
    for worth in coupons.values():
        sums = (worth.value_minor, worth.cap_minor or 0, worth.minimum_minor)
        found |= {Amount("money", Money(minor, terms.currency).major) for minor in sums}
        found.add(Amount("percent", worth.percent))
    in_one = Decimal(stored[_OF_A_POINT]["points"]) if _OF_A_POINT in stored else Decimal(0)
    return found | {Amount("money", each.value / in_one) for each in found if each.kind == "points" and in_one}


def _amounts(part: Any) -> Iterator[Amount]:
    if isinstance(part, list):
        for each in part:
            yield from _amounts(each)
    elif isinstance(part, Mapping):
        if isinstance(part.get("points"), int):
            yield Amount("points", Decimal(part["points"]))
        if {"minor", "currency"} <= part.keys():
            yield Amount("money", Money(part["minor"], part["currency"]).major)
        if isinstance(part.get("percent"), str):
            yield Amount("percent", Decimal(part["percent"]))
        for each in part.values():
            yield from _amounts(each)
