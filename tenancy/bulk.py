"""Many rows in one statement: COPY into a table of this transaction, then INSERT … SELECT or UPDATE … FROM it.

COPY into an owned table is refused under row-level security, and bulk_create takes four times as long. The table between
is temporary: this connection alone sees it, it is not in the write-ahead log, and it goes with the transaction, also when
the worker dies. The policies judge every row as it enters its real table.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from tenancy import door

_TABLE = "bulk_rows"
_encode = DjangoJSONEncoder().encode
_NULL = "\x1anull"  # no text holds it


def insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], **same: Any) -> int:
    """Insert rows, given as values of these columns; `same` holds columns that are alike in all of them."""
    if not rows:
        return 0
    given = _quoted(columns)
    names = ", ".join(["organisation_id", *given, *_quoted(same)])
    with staged(model, columns, rows), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_name(model)} ({names}) SELECT {', '.join(['%s', *given, *['%s'] * len(same)])} FROM {_TABLE}",
            [str(door.organisation_id()), *(_parameter(value) for value in same.values())],
        )
        return cursor.rowcount


def update(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], **same: Any) -> int:
    """Change rows, given as id and values of these columns; count those that were there."""
    if not rows or not (columns or same):
        return 0
    sets = [*(f"{name} = b.{name}" for name in _quoted(columns)), *(f"{name} = %s" for name in _quoted(same))]
    with staged(model, ["id", *columns], rows), connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {_TABLE}")
        cursor.execute(
            f"UPDATE {_name(model)} AS t SET {', '.join(sets)} FROM {_TABLE} AS b"
            " WHERE t.organisation_id = %s AND t.id = b.id",
            [*(_parameter(value) for value in same.values()), str(door.organisation_id())],
        )
        return cursor.rowcount


@contextmanager
def staged(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[None]:
    """Hold rows in a table of this transaction, with the columns of their model."""
    names = ", ".join(_quoted(columns))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {_TABLE} ON COMMIT DROP AS SELECT {names} FROM {_name(model)} WITH NO DATA")
        cursor.copy_expert(f"COPY {_TABLE} ({names}) FROM STDIN (FORMAT csv, NULL '{_NULL}')", _text(model, columns, rows))
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {_TABLE}")


def sheet(columns: Iterable[Sequence[Any]]) -> bytes:
    """Write whole columns as COPY reads them: thousands of rows without a step of Python for each. Empty is NULL."""
    text = io.StringIO()
    csv.writer(text).writerows(zip(*columns, strict=True))
    return text.getvalue().encode()


def load(name: str, columns: Mapping[str, str], rows: bytes) -> None:
    """Put a sheet into a table of this transaction; `columns` are their types by name."""
    defined = ", ".join(f"{connection.ops.quote_name(column)} {kind}" for column, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}; CREATE TEMP TABLE {name} ({defined}) ON COMMIT DROP")
        cursor.copy_expert(f"COPY pg_temp.{name} FROM STDIN (FORMAT csv)", io.BytesIO(rows), 1 << 18)


def _quoted(columns: Iterable[str]) -> list[str]:
    return [connection.ops.quote_name(column) for column in columns]


def _name(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _text(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> io.StringIO:
    """Write rows for COPY; what costs time runs in the csv module, not cell by cell here."""
    kinds = {field.column: field for field in model._meta.concrete_fields}
    documents = [place for place, name in enumerate(columns) if isinstance(kinds[name], models.JSONField)]
    text = io.StringIO()
    write = csv.writer(text).writerow
    for row in rows:
        cells = [_NULL if value is None else value for value in row]
        for place in documents:
            cells[place] = _document(row[place])
        write(cells)
    text.seek(0)
    return text


def _document(value: Any) -> str:
    return "{}" if value == {} else _encode(value)


def _parameter(value: Any) -> Any:
    return _encode(value) if isinstance(value, Mapping | list) else value
