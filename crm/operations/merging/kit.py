"""What every room uses to say what becomes of its tables when two customers become one.

A room has a `merging.py` with a `ROOM`, and `config/wiring.py` names it. A line for each
column that names a customer is enough for most tables::

    ROOM = Room(
        moves(Order, "customer", _("Orders")),
        moves(CustomerTag, "customer", _("Tags"), once_with=("tag",), leftover=STAYS),
        stays(Consent, "customer", "append only: what counts is said again for the winner"),
    )

`moves`: rows of the loser become the winner's. `once_with`: of rows that are the same in these columns each customer
has one; where the winner has it, the loser's stays on the stone (STAYS) or goes (GOES). `stays`: the row keeps naming the
loser, for a reason. `by_hand`: the room's own `before` or `after` does it. All is undone from what was noted of it.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Case, F, Model, Value, When

from crm.models import Customer, Merge, MergeStep

STAYS, GOES = "stays", "goes"
MOVES, BY_HAND = "moves", "by_hand"
Act = MergeStep.Act


@dataclass(frozen=True)
class Column:
    """What becomes of a column that names a customer."""

    model: type[Model]
    name: str  # of the field
    fate: str
    label: Any = ""  # what people call its rows; empty: not told of
    why: str = ""
    once_with: tuple[str, ...] | None = None
    leftover: str = STAYS

    @property
    def attname(self) -> str:
        return self.model._meta.get_field(self.name).attname

    def rows_of(self, customer_id: UUID):
        return every(self.model).filter(**{self.attname: customer_id})


def moves(model, name, label="", *, once_with=None, leftover=STAYS) -> Column:
    return Column(model, name, MOVES, label, once_with=once_with, leftover=leftover)


def stays(model, name, why: str) -> Column:
    return Column(model, name, STAYS, why=why)


def by_hand(model, name, label="") -> Column:
    return Column(model, name, BY_HAND, label)


@dataclass(frozen=True)
class Line:
    """So many rows of a kind that move, or stay."""

    label: Any
    count: int
    code: str = ""


@dataclass(frozen=True)
class Note:
    """Something that whoever merges should know."""

    text: str


@dataclass(frozen=True)
class Block:
    """Why it cannot be done now."""

    text: str


@dataclass(frozen=True)
class Question:
    """What somebody has to decide; without a default they must."""

    code: str
    text: str
    options: tuple[tuple[str, str], ...]  # value, label
    default: str = ""


@dataclass(frozen=True)
class Pair:
    winner: Customer
    loser: Customer


@dataclass
class Work:
    """One merge under way: its two customers, what was chosen, and the journal of what it does."""

    merge: Merge
    winner: Customer
    loser: Customer
    fields: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)
    place: int = 0

    def note(self, model: type[Model], act: str, rows: Sequence, *, column: str = "") -> None:
        """Write down what was done, so that it can be undone."""
        if rows:
            self.place += 1
            table, told = model._meta.label_lower, json.loads(json.dumps(rows, cls=DjangoJSONEncoder))
            MergeStep.objects.create(merge=self.merge, place=self.place, table=table, act=act, column=column, rows=told)

    def move(self, column: Column) -> None:
        """Let the loser's rows be the winner's."""
        rows, attname = column.rows_of(self.loser.id), column.attname
        if column.once_with is not None:
            left = self._left_over(column)
            if left and column.leftover == GOES:
                self.remove(column.model, left)
            rows = rows.exclude(id__in=left)
        self.repoint(column.model, attname, list(rows.values_list("id", flat=True)), label=column.model._meta.label_lower)

    def repoint(self, model: type[Model], attname: str, ids: Sequence[UUID], *, label: str = "") -> None:
        """Let these rows name the winner instead of the loser."""
        if not ids:
            return
        every(model).filter(id__in=ids).update(**{attname: self.winner.id})
        self.note(model, Act.REPOINTED, ids, column=attname)
        if label:
            self.moved[label] = self.moved.get(label, 0) + len(ids)

    def change(self, model: type[Model], values: Mapping[UUID, Mapping[str, Any]]) -> None:
        """Change columns of rows in one statement a set of columns; {id: {attname: value}}."""
        if not values:
            return
        rows = {row.id: row for row in every(model).filter(id__in=list(values))}
        noted = [
            {"id": id, "before": {name: getattr(rows[id], name) for name in changes}, "after": dict(changes)}
            for id, changes in values.items()
        ]
        self.note(model, Act.CHANGED, noted)
        write(model, values)

    def remove(self, model: type[Model], ids: Sequence[UUID]) -> None:
        """Take rows away, to be put back when it is undone."""
        rows = list(every(model).filter(id__in=ids))
        self.note(model, Act.REMOVED, [whole(row) for row in rows])
        every(model).filter(id__in=ids).delete()

    def _left_over(self, column: Column) -> list[UUID]:
        names = [column.model._meta.get_field(name).attname for name in column.once_with or ()]
        theirs = {tuple(row) for row in column.rows_of(self.winner.id).values_list(*names)} if names else None
        mine = list(column.rows_of(self.loser.id).values_list("id", *names))
        if theirs is None:
            return [id for (id,) in mine] if column.rows_of(self.winner.id).exists() else []
        return [id for id, *values in mine if tuple(values) in theirs]


@dataclass
class Undoing:
    """One merge that is being undone."""

    merge: Merge
    winner: Customer
    loser: Customer
    steps: list[MergeStep]
    kept: dict[str, list[str]] = field(default_factory=dict)  # rows that stay with the winner, by table
    after: list[Callable[["Undoing"], None]] = field(default_factory=list)  # what rooms do once all columns are back

    def of(self, model: type[Model], act: str = "") -> list[MergeStep]:
        table = model._meta.label_lower
        return [step for step in self.steps if step.table == table and act in ("", step.act)]

    def ids(self, model: type[Model]) -> list[UUID]:
        """Give the rows of a table that became the winner's."""
        return [UUID(id) for step in self.of(model, Act.REPOINTED) for id in step.rows]

    def keep(self, model: type[Model], ids: Iterable[UUID]) -> None:
        """Let rows stay with the winner, because of what has happened to them since."""
        self.kept.setdefault(model._meta.label_lower, []).extend(str(id) for id in ids)


@dataclass(frozen=True)
class Room:
    """What a room does when two customers become one. Every part is optional but the columns."""

    columns: tuple[Column, ...]
    look: Callable[[Pair], Iterable[Line | Note | Block | Question]] | None = None
    before: Callable[[Work], None] | None = None  # before the columns move
    after: Callable[[Work], None] | None = None
    look_back: Callable[[Undoing], Iterable[Note | Block]] | None = None
    undo: Callable[[Undoing], None] | None = None  # before the columns go back

    def __init__(self, *columns: Column, look=None, before=None, after=None, look_back=None, undo=None) -> None:
        for name, value in vars().copy().items():
            if name != "self":
                object.__setattr__(self, name, value)

    def models(self) -> dict[str, type[Model]]:
        return {column.model._meta.label_lower: column.model for column in self.columns}


def write(model: type[Model], values: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Write columns of many rows, in one statement for rows that change the same columns."""
    by_columns: dict[tuple[str, ...], list[UUID]] = {}
    for id, changes in values.items():
        by_columns.setdefault(tuple(sorted(changes)), []).append(id)
    for names, ids in by_columns.items():
        setting = {name: _case(model, name, {id: values[id][name] for id in ids}) for name in names}
        every(model).filter(id__in=ids).update(**setting)


def _case(model, name: str, by_id: Mapping[UUID, Any]):
    column = next(each for each in model._meta.concrete_fields if each.attname == name)
    base = getattr(column, "target_field", column)
    whens = [When(id=id, then=Value(value, output_field=base)) for id, value in by_id.items()]
    return Case(*whens, default=F(name), output_field=base)


def whole(row: Model) -> dict[str, Any]:
    return {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}


def read_row(model: type[Model], told: Mapping[str, Any]) -> Model:
    return model(**{each.attname: each.to_python(told[each.attname]) for each in model._meta.concrete_fields})


def read_values(model: type[Model], told: Mapping[str, Any]) -> dict[str, Any]:
    """Read columns back from the journal."""
    fields = {each.attname: each for each in model._meta.concrete_fields}
    return {name: value if value is None else fields[name].to_python(value) for name, value in told.items()}


def every(model: type[Model]):
    """Give all rows of a table, stones as well."""
    return model._base_manager.all()
