"""Pages by key: where the last one ended, told to the index in one comparison."""

from typing import Any
from uuid import UUID

from django.db.models import BooleanField, F, Func, Value


class Beyond(Func):
    """(field, id) < (value, id): a row comparison, which an index can begin at. An OR of two would read all before it."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, field: str, value: Any, last_id: UUID, *, is_down: bool, **extra):
        super().__init__(F(field), F("id"), Value(value), Value(last_id), **extra)
        self.way = "<" if is_down else ">"

    def as_sql(self, compiler, connection, **extra):
        parts = [compiler.compile(each) for each in self.get_source_expressions()]
        (field, row_id, value, last_id), parameters = (
            [sql for sql, _ in parts],
            [each for _, these in parts for each in these],
        )
        return f"({field}, {row_id}) {self.way} ({value}, {last_id})", parameters
