"""What can be known of a customer, an order, a task …: declarations, and where each fact is found.

A fact is found in one of four places: a column of the row itself (`Column`), one row of
another table (`One`), a sum over many (`Total`), or a set of values (`Many`).
All but the first become a sub-select that is computed once, not once a row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Expression, QuerySet
from django.utils.functional import cached_property
from django.utils.module_loading import import_string

VALUE = "fact_value"
Choices = Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class Column:
    """A column of the row, or an expression over its columns; `empty` holds what also counts as nothing."""

    of: str | Expression
    empty: tuple = ()
    is_iso_text: bool = False  # a date that is kept as text, 2026-11-20: it is compared as text


@dataclass(frozen=True)
class Total:
    """An aggregate over rows of another table; whoever has none of them has `nothing`.

    A `value` that asks other tables is a function: a queryset made on import would keep the
    organisation of whoever came first.
    """

    rows: Callable[[], QuerySet]
    value: Any
    by: str = "customer_id"
    window: str = ""  # the moment of a row, for "in the last n days"
    nothing: int | None = 0


@dataclass(frozen=True)
class One:
    """The row of another table that belongs to this one; at most one each."""

    rows: Callable[[], QuerySet]
    value: str | Callable[[], Expression]
    by: str = "customer_id"
    nothing: int | None = None
    window = ""


@dataclass(frozen=True)
class Many:
    """Values in rows of another table: tags, products bought, campaigns. With no `value`, only whether there is a row."""

    rows: Callable[[], QuerySet]
    value: str = ""
    by: str = "customer_id"
    window: str = ""


Place = Column | Total | One | Many


@dataclass(frozen=True)
class Fact:
    """Something that can be asked about. `label` and `group` are translated where they are shown."""

    key: str
    label: Any
    group: Any
    type: str
    place: Place
    choices: Callable[[], Choices] | Choices | None = None
    permission: str = "customers:read"
    roles: tuple[str, ...] = ()  # who may see it, of those who have the permission; none: all of them
    is_by_id: bool = False  # the choices are ids of rows
    phrases: Mapping[str, Any] = field(default_factory=dict)  # how an operator is said of it, where there is a better way

    @property
    def is_windowed(self) -> bool:
        return bool(getattr(self.place, "window", ""))

    @cached_property
    def options(self) -> Choices:
        """List the choices: those of now, for some are rows of the organisation."""
        if self.choices is None:
            return ()
        return list(self.choices() if callable(self.choices) else self.choices)

    def has_choice(self, value: str) -> bool:
        """Say whether a value may be asked for; one that was deleted since may stay in stored conditions."""
        if self.is_by_id:
            return _is_id(value)
        return callable(self.choices) or self.choices is None or value in {str(key) for key, _ in self.options}

    def is_readable_by(self, principal: Any) -> bool:
        if not principal.may(self.permission):
            return False
        return not self.roles or getattr(principal, "role", "") in (*self.roles, "owner", "")

    def label_of(self, value: str) -> str:
        return str({str(key): label for key, label in self.options}.get(str(value), value))


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


@dataclass(frozen=True)
class Facts:
    """What one module tells of one subject; `more` makes those that depend on the organisation (custom fields)."""

    subject: str
    facts: tuple[Fact, ...] = ()
    more: Callable[[], Sequence[Fact]] | None = None


_paths: list[str] = []
_gathered: list[Facts] = []


def wire(paths: Sequence[str]) -> None:
    """Take in the table of who tells facts (config/wiring.py): dotted paths of tuples of Facts."""
    _paths[:] = paths
    _gathered.clear()


def facts_about(subject: str) -> dict[str, Fact]:
    """Give every fact that is known of a subject, by key, in the order of the table."""
    if not _gathered:
        _gathered.extend(told for path in _paths for told in import_string(path))
    found: dict[str, Fact] = {}
    for told in _gathered:
        if told.subject == subject:
            facts = (*told.facts, *(told.more() if told.more else ()))
            found.update({fact.key: _fresh(fact) for fact in facts})
    return found


def _fresh(fact: Fact) -> Fact:
    """Copy a fact whose choices are rows, so that they are read again for each reader."""
    if not callable(fact.choices):
        return fact
    return Fact(**{name: getattr(fact, name) for name in fact.__dataclass_fields__})
