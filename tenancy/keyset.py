"""Pages by key: where the last one ended, told to the index in one comparison."""

from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Expression, F, Field, Func, Value


class Given(Expression):
    """A value that is told when a prepared statement is carried out: $2."""

    def __init__(self, number: int, output_field: Field):
        super().__init__(output_field=output_field)
        self.number = number

    def as_sql(self, compiler, connection):
        return f"${self.number}", []


class Place(Func):
    """A value that the planner does not see: (SELECT …).

    Of organisations it knows nothing (ADR 11). If it saw that a page begins near the end, it would take what is left for
    a few rows, read all of them and sort; so it goes along the index, wherever the page begins.
    """

    template, arity = "(SELECT %(expressions)s)", 1

    def __init__(self, value: Any, **extra):
        super().__init__(value if hasattr(value, "resolve_expression") else Value(value), **extra)


def place(value: Any) -> Given | Place:
    """Give the value as a page may begin at it."""
    return value if isinstance(value, Given) else Place(value)


class Beyond(Func):
    """(field, id) < (value, id): a row comparison, which an index can begin at. An OR of two would read all before it."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, field: str, value: Any, last_id: UUID | Given, *, is_down: bool, **extra):
        super().__init__(F(field), F("id"), place(value), place(last_id), **extra)
        self.way = "<" if is_down else ">"

    def as_sql(self, compiler, connection, **extra):
        parts = [compiler.compile(each) for each in self.get_source_expressions()]
        (field, row_id, value, last_id), parameters = (
            [sql for sql, _ in parts],
            [each for _, these in parts for each in these],
        )
        return f"({field}, {row_id}) {self.way} ({value}, {last_id})", parameters
