"""Quantities that know their unit: 500 pence, 50 percent and 14 days can never be taken for one another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from referrals.errors import CurrenciesMixed, NotOneOf, OutOfRange, TermMissing, TermUnknown, WrongUnit

_MOST_MONEY = 10**12  # in the smallest part
_MOST_POINTS = 10**9
_LONGEST_TITLE = 200


@dataclass(frozen=True)
class MinorAmount:
    minor: int
    currency: str

    def json(self) -> dict[str, Any]:
        return {"minor": self.minor, "currency": self.currency}


@dataclass(frozen=True)
class Percent:
    percent: Decimal

    def json(self) -> dict[str, Any]:
        return {"percent": f"{self.percent:f}"}


@dataclass(frozen=True)
class Points:
    points: int

    def json(self) -> dict[str, Any]:
        return {"points": self.points}


@dataclass(frozen=True)
class Days:
    days: int

    def json(self) -> dict[str, Any]:
        return {"days": self.days}


@dataclass(frozen=True)
class WorkingDays:
    working_days: int

    def json(self) -> dict[str, Any]:
        return {"working_days": self.working_days}


@dataclass(frozen=True)
class Title:
    """The name of something, as a speaker of each language writes it."""

    zh_hans: str
    en: str

    def json(self) -> dict[str, str]:
        return {"zh-hans": self.zh_hans, "en": self.en}


@dataclass(frozen=True)
class Count:
    count: int

    def json(self) -> dict[str, Any]:
        return {"count": self.count}


@dataclass(frozen=True)
class Score:
    score: int

    def json(self) -> dict[str, Any]:
        return {"score": self.score}


@dataclass(frozen=True)
class Reader:
    """Take values out of untrusted JSON, naming the path of what is wrong."""

    data: Mapping[str, Any]
    path: str = ""

    def knows(self, *names: str) -> "Reader":
        for name in self.data:
            if name not in names:
                raise TermUnknown(name=name, field=self.at(name))
        return self

    def at(self, name: str) -> str:
        return f"{self.path}/{name}" if self.path else name

    def has(self, name: str) -> bool:
        return self.data.get(name) is not None

    def inside(self, name: str) -> "Reader":
        value = self._value(name)
        if not isinstance(value, Mapping):
            raise WrongUnit(name=name, expected="an object", field=self.at(name))
        return Reader(value, self.at(name))

    def each(self, name: str) -> "list[Reader]":
        value = self._value(name)
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise WrongUnit(name=name, expected="a list of objects", field=self.at(name))
        return [Reader(item, f"{self.at(name)}/{position}") for position, item in enumerate(value)]

    def text(self, name: str) -> str:
        value = self._value(name)
        if not isinstance(value, str) or not value.strip():
            raise WrongUnit(name=name, expected="text", field=self.at(name))
        return value.strip()

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name)
        if value not in choices:
            raise NotOneOf(name=name, choices=", ".join(choices), field=self.at(name))
        return value

    def title(self, name: str) -> Title:
        """Read a name in both languages."""
        value = self._value(name)
        texts = isinstance(value, Mapping) and set(value) == {"zh-hans", "en"} and list(value.values())
        if not texts or not all(isinstance(text, str) and 0 < len(text.strip()) <= _LONGEST_TITLE for text in texts):
            raise WrongUnit(name=name, expected='both languages, as {"zh-hans": "…", "en": "…"}', field=self.at(name))
        return Title(value["zh-hans"].strip(), value["en"].strip())

    def moment(self, name: str) -> datetime:
        """Read a moment that says in which time zone it is."""
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise WrongUnit(name=name, expected="a moment with its time zone (RFC 3339)", field=self.at(name))
        return moment

    def id(self, name: str) -> UUID:
        try:
            return UUID(self.text(name))
        except ValueError:
            raise WrongUnit(name=name, expected="an id", field=self.at(name)) from None

    def money(self, name: str, *, currency: str, least: int = 1) -> MinorAmount:
        value = self._quantity(name, {"minor", "currency"}, 'minor units, as {"minor": 100, "currency": "GBP"}')
        if value["currency"] != currency:
            raise CurrenciesMixed(name=name, actual=value["currency"], expected=currency, field=self.at(name))
        return MinorAmount(self._whole(name, value["minor"], least, _MOST_MONEY), currency)

    def percent(self, name: str) -> Percent:
        value = self._quantity(name, {"percent"}, 'percent, as {"percent": "7.5"}')["percent"]
        try:
            number = Decimal(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite():
            raise WrongUnit(name=name, expected='percent, as {"percent": "7.5"}', field=self.at(name))
        if not 0 < number <= 100:
            raise OutOfRange(name=name, least=0, most=100, field=self.at(name))
        return Percent(number)

    def points(self, name: str) -> Points:
        value = self._quantity(name, {"points"}, 'points, as {"points": 200}')
        return Points(self._whole(name, value["points"], 1, _MOST_POINTS))

    def days(self, name: str, *, least: int = 0, most: int = 3650) -> Days:
        return Days(self._whole(name, self._quantity(name, {"days"}, 'days, as {"days": 14}')["days"], least, most))

    def working_days(self, name: str, *, most: int) -> WorkingDays:
        value = self._quantity(name, {"working_days"}, 'working days, as {"working_days": 3}')
        return WorkingDays(self._whole(name, value["working_days"], 0, most))

    def count(self, name: str, *, most: int = 10**6) -> Count | None:
        """Read a limit; nothing said is no limit."""
        if not self.has(name):
            return None
        value = self._quantity(name, {"count"}, 'a count, as {"count": 10}')
        return Count(self._whole(name, value["count"], 1, most))

    def whole_count(self, name: str) -> int:
        """Read a count that may be nought."""
        return self._whole(name, self._quantity(name, {"count"}, 'a count, as {"count": 10}')["count"], 0, 10**6)

    def score(self, name: str) -> Score:
        value = self._quantity(name, {"score"}, 'a score, as {"score": 9}')
        return Score(self._whole(name, value["score"], 0, 10))

    def flag(self, name: str) -> bool:
        value = self.data.get(name, False)
        if not isinstance(value, bool):
            raise WrongUnit(name=name, expected="true or false", field=self.at(name))
        return value

    def texts(self, name: str, *, most: int = 50) -> tuple[str, ...]:
        value = self._value(name)
        is_list = isinstance(value, list) and 0 < len(value) <= most
        if not is_list or not all(isinstance(text, str) and 0 < len(text.strip()) <= 120 for text in value):
            raise WrongUnit(name=name, expected="a list of texts", field=self.at(name))
        return tuple(text.strip() for text in value)

    def _value(self, name: str) -> Any:
        if not self.has(name):
            raise TermMissing(name=name, field=self.at(name))
        return self.data[name]

    def _quantity(self, name: str, keys: set[str], expected: str) -> Mapping[str, Any]:
        value = self._value(name)
        if not isinstance(value, Mapping) or set(value) != keys:
            raise WrongUnit(name=name, expected=expected, field=self.at(name))
        return value

    def _whole(self, name: str, value: Any, least: int, most: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise WrongUnit(name=name, expected="a whole number", field=self.at(name))
        if not least <= value <= most:
            raise OutOfRange(name=name, least=least, most=most, field=self.at(name))
        return value
