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


class Beyond(Func):
    """(field, id) < (value, id): a row comparison, which an index can begin at. An OR of two would read all before it."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, field: str, value: Any, last_id: UUID | Given, *, is_down: bool, **extra):
        told = (each if isinstance(each, Given) else Value(each) for each in (value, last_id))
        super().__init__(F(field), F("id"), *told, **extra)
        self.way = "<" if is_down else ">"

    def as_sql(self, compiler, connection, **extra):
        parts = [compiler.compile(each) for each in self.get_source_expressions()]
        (field, row_id, value, last_id), parameters = (
            [sql for sql, _ in parts],
            [each for _, these in parts for each in these],
        )
        return f"({field}, {row_id}) {self.way} ({value}, {last_id})", parameters
