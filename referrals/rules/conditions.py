"""Conditions on typed facts: each fact has its unit, so that 500 pence, 50 percent and 50 yuan are never compared.

{"fact": "order.kept", "is": "at_least", "value": {"minor": 5000, "currency": "GBP"}}
{"all": [<conditions>, …]}    {"any": [<conditions>, …]}
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from referrals.errors import (
    ConditionsTooDeep,
    ConditionUnknown,
    FactNotHere,
    NotOneOf,
    OperatorUnknown,
    TermMissing,
    WrongUnit,
)
from referrals.rules.quantities import Reader

MONEY, COUNT, DAYS, SCORE, TEXT, SET, WEEKDAY = "money", "count", "days", "score", "text", "set", "weekday"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DEEPEST, _MOST = 3, 20


@dataclass(frozen=True)
class FactKind:
    """What a fact is of: its type with its unit, and when it is known."""

    type: str
    of: str  # order, deal, answer, people


FACTS: dict[str, FactKind] = {
    "order.total": FactKind(MONEY, "order"),
    "order.kept": FactKind(MONEY, "order"),
    "order.channel": FactKind(TEXT, "order"),
    "order.source": FactKind(TEXT, "order"),
    "order.products": FactKind(SET, "order"),  # article numbers
    "order.categories": FactKind(SET, "order"),
    "order.place": FactKind(COUNT, "order"),
    "order.weekday": FactKind(WEEKDAY, "order"),
    "order.days_since_signup": FactKind(DAYS, "order"),
    "deal.amount": FactKind(MONEY, "deal"),
    "deal.received": FactKind(MONEY, "deal"),
    "deal.source": FactKind(TEXT, "deal"),
    "deal.days_since_signup": FactKind(DAYS, "deal"),
    "answer.score": FactKind(SCORE, "answer"),
    "referral.channel": FactKind(TEXT, "people"),
    "referral.source": FactKind(TEXT, "people"),
    **{
        f"{who}.{name}": FactKind(type, "people")
        for who in ("referrer", "referee")
        for name, type in (
            ("city", TEXT), ("province", TEXT), ("country", TEXT), ("stage", TEXT), ("tier", TEXT), ("tags", SET),
            ("segments", SET),
        )
    },
    "referrer.friends": FactKind(COUNT, "people"),  # who had bought when this one signed up
    "referrer.first_purchase": FactKind(MONEY, "people"),
}  # fmt: skip

_COMPARED = ("at_least", "at_most", "more_than", "less_than", "equals")
OPERATORS = {
    MONEY: _COMPARED, COUNT: _COMPARED, DAYS: _COMPARED, SCORE: _COMPARED, TEXT: ("is", "is_not", "one_of", "none_of"),
    SET: ("has_any", "has_all", "has_none"), WEEKDAY: ("one_of",),
}  # fmt: skip
_UNITS = {
    MONEY: ({"minor", "currency"}, 'minor units, as {"minor": 100, "currency": "GBP"}'),
    COUNT: ({"count"}, 'a count, as {"count": 10}'),
    DAYS: ({"days"}, 'days, as {"days": 14}'),
    SCORE: ({"score"}, 'a score, as {"score": 9}'),
}


@dataclass(frozen=True)
class Condition:
    """One fact compared with one value, which is a plain number of the fact's unit, a text or texts."""

    fact: str
    operator: str
    value: Any
    currency: str = ""

    @property
    def type(self) -> str:
        return FACTS[self.fact].type

    def json(self) -> dict[str, Any]:
        return {"fact": self.fact, "is": self.operator, "value": self._value_json()}

    def _value_json(self) -> Any:
        if self.type == MONEY:
            return {"minor": self.value, "currency": self.currency}
        if self.type in (COUNT, DAYS, SCORE):
            return {self.type: self.value}
        return list(self.value) if isinstance(self.value, tuple) else self.value


@dataclass(frozen=True)
class Group:
    joined: str  # all, any
    parts: "tuple[Condition | Group, ...]"

    def json(self) -> dict[str, Any]:
        return {self.joined: [part.json() for part in self.parts]}


Tree = Condition | Group


# --- from JSON -------------------------------------------------------------------------------------


def read_tree(reader: Reader, currency: str, *, known: frozenset[str]) -> Tree:
    """Read conditions; `known` says whose facts there are at this place: order, deal, answer, people."""
    tree = _tree(reader, currency, known, depth=1)
    if len(list(leaves(tree))) > _MOST:
        raise ConditionsTooDeep(most=_MOST, field=reader.path)
    return tree


def _tree(reader: Reader, currency: str, known: frozenset[str], *, depth: int) -> Tree:
    joined = next((name for name in ("all", "any") if name in reader.data), "")
    if not joined:
        return _condition(reader.knows("fact", "is", "value"), currency, known)
    reader.knows(joined)
    parts = reader.each(joined)
    if not parts or depth > _DEEPEST:
        raise ConditionsTooDeep(most=_MOST, field=reader.at(joined))
    return Group(joined, tuple(_tree(part, currency, known, depth=depth + 1) for part in parts))


def _condition(reader: Reader, currency: str, known: frozenset[str]) -> Condition:
    name = reader.text("fact")
    fact = FACTS.get(name)
    if fact is None:
        raise ConditionUnknown(name=name, field=reader.at("fact"))
    if fact.of not in known:
        raise FactNotHere(fact=name, field=reader.at("fact"))
    operator = reader.text("is")
    if operator not in OPERATORS[fact.type]:
        raise OperatorUnknown(fact=name, choices=", ".join(OPERATORS[fact.type]), field=reader.at("is"))
    return Condition(name, operator, _value(reader, fact, operator, currency), currency if fact.type == MONEY else "")


def _value(reader: Reader, fact: FactKind, operator: str, currency: str) -> Any:
    if fact.type in _UNITS:
        return _number(reader, fact, currency)
    if fact.type == WEEKDAY:
        days = reader.texts("value")
        if not set(days) <= set(WEEKDAYS):
            raise NotOneOf(name="value", choices=", ".join(WEEKDAYS), field=reader.at("value"))
        return days
    return reader.text("value") if operator in ("is", "is_not") else reader.texts("value")


def _number(reader: Reader, fact: FactKind, currency: str) -> int:
    keys, expected = _UNITS[fact.type]
    value = reader.data.get("value")
    if value is None:
        raise TermMissing(name="value", field=reader.at("value"))
    if not isinstance(value, Mapping) or set(value) != keys:
        raise WrongUnit(name="value", expected=expected, field=reader.at("value"))
    if fact.type == MONEY:
        return reader.money("value", currency=currency, least=0).minor
    if fact.type == DAYS:
        return reader.days("value").days
    if fact.type == SCORE:
        return reader.score("value").score
    return reader.whole_count("value")


def leaves(tree: Tree | None) -> Iterator[Condition]:
    if isinstance(tree, Condition):
        yield tree
    for part in tree.parts if isinstance(tree, Group) else ():
        yield from leaves(part)


# --- judging ---------------------------------------------------------------------------------------

_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "at_least": lambda actual, wanted: actual >= wanted,
    "at_most": lambda actual, wanted: actual <= wanted,
    "more_than": lambda actual, wanted: actual > wanted,
    "less_than": lambda actual, wanted: actual < wanted,
    "equals": lambda actual, wanted: actual == wanted,
}


def holds(tree: Tree, about: Mapping[str, Any]) -> bool:
    """Say whether conditions hold of these facts. A number that is not known is neither more nor less."""
    if isinstance(tree, Group):
        return (all if tree.joined == "all" else any)(holds(part, about) for part in tree.parts)
    return _holds(tree, about.get(tree.fact))


def _holds(condition: Condition, actual: Any) -> bool:
    if condition.type == MONEY:
        is_same = actual is not None and actual["currency"] == condition.currency
        return is_same and _NUMBERS[condition.operator](actual["minor"], condition.value)
    if condition.operator in _NUMBERS:
        return actual is not None and _NUMBERS[condition.operator](actual, condition.value)
    if condition.type == SET:
        return _of_sets(condition.operator, set(actual or ()), set(condition.value))
    wanted = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return ((actual or "") in wanted) == (condition.operator in ("is", "one_of"))


def _of_sets(operator: str, actual: set[str], wanted: set[str]) -> bool:
    if operator == "has_all":
        return wanted <= actual
    return bool(wanted & actual) == (operator == "has_any")
