"""Conditions over facts as data: a tree of groups and leaves, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from crm.errors.conditions import (
    BadConditionValue,
    ConditionsTooLarge,
    InvalidConditions,
    UnknownFact,
    UnknownOperator,
)

ALL, ANY, NONE = "all", "any", "none"
MATCHES = (ALL, ANY, NONE)
DEEPEST, MOST_LEAVES, MOST_VALUES = 5, 50, 200
LONGEST_TEXT, LONGEST_DAYS, LARGEST = 200, 36_500, 10**15

TEXT, CHOICE, NUMBER, MONEY = "text", "choice", "number", "money"
DATE, MOMENT, YES_NO, MEMBER, SET = "date", "moment", "yes_no", "member", "set"

_EMPTY = {"is_empty": "nothing", "is_not_empty": "nothing"}
_AMOUNTS = {"is": "number", "is_not": "number", "at_least": "number", "at_most": "number", "between": "numbers", **_EMPTY}
_DAYS = {
    "on": "date", "before": "date", "after": "date", "between": "dates",
    "in_last_days": "days", "more_than_days_ago": "days", "in_next_days": "days",
    "anniversary_in_days": "days", "anniversary_this_month": "nothing", **_EMPTY,
}  # fmt: skip

# What can be asked of a fact of each type, and the shape of the value that belongs to it.
OPERATORS: dict[str, dict[str, str]] = {
    TEXT: {
        "is": "text", "is_not": "text", "contains": "text", "not_contains": "text", "starts_with": "text", **_EMPTY,
    },
    CHOICE: {"one_of": "choices", "none_of": "choices", **_EMPTY},
    NUMBER: _AMOUNTS,
    MONEY: _AMOUNTS,
    DATE: _DAYS,
    MOMENT: _DAYS,
    YES_NO: {"is": "yes_no"},
    MEMBER: {"me": "nothing", "my_team": "nothing", "one_of": "choices", "none_of": "choices", **_EMPTY},
    SET: {"any_of": "choices", "all_of": "choices", "none_of": "choices", **_EMPTY},
}  # fmt: skip

# These mean somebody else to each reader, and nobody to a machine.
RELATIVE = ("me", "my_team")

# Each of these says exactly what the other one does not: what is not known is not equal to anything.
OPPOSITE = {"is_not": "is", "none_of": "one_of", "not_contains": "contains", "is_empty": "is_not_empty"}

_EXPECTED = {
    "text": "a text of 1 to 200 characters",
    "number": "a whole number",
    "numbers": "two whole numbers, the smaller first",
    "date": "a date such as 2026-11-20",
    "dates": "two dates, the earlier first",
    "days": "a number of days from 0 to 36500",
    "yes_no": "true or false",
    "choices": "a list of the fact's choices",
    "nothing": "no value",
}


class FactType(Protocol):
    """What must be known of a fact to read a leaf about it."""

    key: str
    type: str
    is_windowed: bool

    def has_choice(self, value: str) -> bool: ...


@dataclass(frozen=True)
class Leaf:
    """One question about one fact. `within_days` counts only what happened in the last so many days."""

    fact: str
    op: str
    value: Any = None
    within_days: int | None = None


@dataclass(frozen=True)
class Group:
    match: str
    conditions: tuple["Leaf | Group", ...]

    @property
    def is_empty(self) -> bool:
        return not self.conditions


Tree = Group | Leaf
EVERYBODY = Group(ALL, ())


def parse(tree: Mapping[str, Any] | Group | None, facts: Mapping[str, FactType]) -> Group:
    """Read a tree of conditions over these facts. Nothing, or a group without conditions, holds for everybody."""
    if isinstance(tree, Group):
        return tree
    if not tree:
        return EVERYBODY
    reader = _Reader(facts)
    read = reader.read(tree, "where", 1)
    return read if isinstance(read, Group) else Group(ALL, (read,))


def leaves(tree: Tree) -> list[Leaf]:
    """List every leaf of a tree, from left to right."""
    if isinstance(tree, Leaf):
        return [tree]
    return [leaf for child in tree.conditions for leaf in leaves(child)]


def as_data(tree: Tree) -> dict[str, Any]:
    """Write a tree as JSON, in its one clean form."""
    if isinstance(tree, Group):
        return {"match": tree.match, "conditions": [as_data(child) for child in tree.conditions]}
    data: dict[str, Any] = {"fact": tree.fact, "op": tree.op}
    if tree.value is not None:
        data["value"] = _plain(tree.value)
    if tree.within_days is not None:
        data["within_days"] = tree.within_days
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def facts_named(tree: Any) -> set[str]:
    """Name the facts a stored tree speaks of, also where it can no longer be read."""
    if not isinstance(tree, Mapping):
        return set()
    if isinstance(tree.get("conditions"), list):
        return set().union(*(facts_named(child) for child in tree["conditions"]), set())
    return {tree["fact"]} if isinstance(tree.get("fact"), str) else set()


def is_relative(tree: Any) -> bool:
    """Say whether who fits depends on who asks: something in the tree is about me or my team."""
    if isinstance(tree, Group):
        return any(leaf.op in RELATIVE for leaf in leaves(tree))
    if not isinstance(tree, Mapping):
        return False
    if isinstance(tree.get("conditions"), list):
        return any(is_relative(child) for child in tree["conditions"])
    return tree.get("op") in RELATIVE


class _Reader:
    def __init__(self, facts: Mapping[str, FactType]) -> None:
        self.facts, self.leaves = facts, 0

    def read(self, node: Any, path: str, depth: int) -> Tree:
        if not isinstance(node, Mapping):
            raise InvalidConditions(path=path)
        if "conditions" in node or "match" in node:
            return self._group(node, path, depth)
        return self._leaf(node, path)

    def _group(self, node: Mapping[str, Any], path: str, depth: int) -> Group:
        children = node.get("conditions")
        if node.get("match", ALL) not in MATCHES or not isinstance(children, list) or node.keys() - {"match", "conditions"}:
            raise InvalidConditions(path=path)
        if depth > DEEPEST or len(children) > MOST_LEAVES:
            self._too_large(path)
        read = tuple(self.read(child, f"{path}.conditions[{i}]", depth + 1) for i, child in enumerate(children))
        return Group(node.get("match", ALL), tuple(each for each in read if isinstance(each, Leaf) or not each.is_empty))

    def _leaf(self, node: Mapping[str, Any], path: str) -> Leaf:
        self.leaves += 1
        if self.leaves > MOST_LEAVES:
            self._too_large(path)
        if node.keys() - {"fact", "op", "value", "within_days"} or not isinstance(node.get("op"), str):
            raise InvalidConditions(path=path)
        fact = self.facts.get(node["fact"]) if isinstance(node.get("fact"), str) else None
        if fact is None:
            raise UnknownFact(path=f"{path}.fact", fact=str(node.get("fact"))[:80])
        shape = OPERATORS[fact.type].get(node["op"])
        if shape is None:
            allowed = ", ".join(OPERATORS[fact.type])
            raise UnknownOperator(path=f"{path}.op", op=node["op"][:40], fact=fact.key, allowed=allowed)
        value = _read_value(shape, node.get("value"), fact, f"{path}.value")
        return Leaf(fact.key, node["op"], value, _read_window(node.get("within_days"), fact, f"{path}.within_days"))

    @staticmethod
    def _too_large(path: str) -> None:
        raise ConditionsTooLarge(path=path, most=MOST_LEAVES, deep=DEEPEST)


def _read_window(days: Any, fact: FactType, path: str) -> int | None:
    if days in (None, ""):
        return None
    if not fact.is_windowed:
        raise BadConditionValue(path=path, fact=fact.key, expected="no window, for this fact has no dates of its own")
    if not _is_whole(days) or not 1 <= days <= LONGEST_DAYS:
        raise BadConditionValue(path=path, fact=fact.key, expected="a number of days from 1 to 36500")
    return days


def _read_value(shape: str, value: Any, fact: FactType, path: str) -> Any:
    try:
        return _READERS[shape](value, fact)
    except (ValueError, TypeError):
        expected = _choices_of(fact) if shape == "choices" else _EXPECTED[shape]
        raise BadConditionValue(path=path, fact=fact.key, expected=expected) from None


def _choices_of(fact: FactType) -> str:
    named = [str(value) for value, _ in getattr(fact, "options", ())][:20]
    return f"{_EXPECTED['choices']} ({', '.join(named)})" if named else _EXPECTED["choices"]


def _text(value: Any, fact: FactType) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT or "\x00" in value:
        raise ValueError
    return value.strip()


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any, fact: FactType) -> int:
    if not _is_whole(value) or abs(value) > LARGEST:
        raise ValueError
    return value


def _pair(read):
    def of(value: Any, fact: FactType) -> tuple:
        if not isinstance(value, (list, tuple)) or len(value) != 2:
            raise ValueError
        first, last = (read(each, fact) for each in value)
        if first > last:
            raise ValueError
        return first, last

    return of


def _date(value: Any, fact: FactType) -> date:
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError
    return date.fromisoformat(value)


def _days(value: Any, fact: FactType) -> int:
    if not _is_whole(value) or not 0 <= value <= LONGEST_DAYS:
        raise ValueError
    return value


def _yes_no(value: Any, fact: FactType) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _choices(value: Any, fact: FactType) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= MOST_VALUES:
        raise ValueError
    if not all(isinstance(each, str) and len(each) <= LONGEST_TEXT and "\x00" not in each for each in value):
        raise ValueError
    if fact.type == MEMBER:
        return tuple(str(UUID(each)) for each in value)
    if not all(fact.has_choice(each) for each in value):
        raise ValueError
    return tuple(dict.fromkeys(value))


def _nothing(value: Any, fact: FactType) -> None:
    if value not in (None, "", []):
        raise ValueError


_READERS = {
    "text": _text, "number": _number, "numbers": _pair(_number), "date": _date, "dates": _pair(_date), "days": _days,
    "yes_no": _yes_no, "choices": _choices, "nothing": _nothing,
}  # fmt: skip


def amount_holds(op: str, wanted: Any, actual: int) -> bool:
    """Say whether a number answers the question; for facts whose nothing is zero."""
    answers = {
        "is": lambda: actual == wanted,
        "at_least": lambda: actual >= wanted,
        "at_most": lambda: actual <= wanted,
        "between": lambda: wanted[0] <= actual <= wanted[1],
        "is_not_empty": lambda: actual != 0,
    }
    return answers[op]()


def anniversaries(first: date, days: int) -> tuple[int, ...]:
    """Give month and day (1120 for 20 November) of every day from `first` on.

    29 February falls on the 28th in short years.
    """
    found = {(first.toordinal() + n) for n in range(min(days, 366) + 1)}
    marks = {date.fromordinal(n).month * 100 + date.fromordinal(n).day for n in found}
    has_short_february = any(_is_last_of_short_february(date.fromordinal(n)) for n in found)
    return tuple(sorted(marks | ({229} if has_short_february else set())))


def _is_last_of_short_february(day: date) -> bool:
    return (day.month, day.day) == (2, 28) and date.fromordinal(day.toordinal() + 1).month == 3
