"""An organisation that stands as it was made: after each test its rows are put back, which is cheaper than making them."""

from collections.abc import Iterator
from uuid import UUID

from django.db import connections, transaction

_PLACES = """
    SELECT columns.table_name, columns.column_name FROM information_schema.columns columns
    JOIN information_schema.tables tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND column_name = 'organisation_id'"""
_GUARDED = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'"
# The few foreign keys that do not wait for the commit: what they point at is written first and removed last.
_AT_ONCE = """
    SELECT confrelid::regclass::text, conrelid::regclass::text FROM pg_constraint
    WHERE contype = 'f' AND NOT condeferrable AND connamespace = 'public'::regnamespace AND confrelid <> conrelid"""


class Standing:
    """The rows of one organisation and its owner, kept in a schema beside them."""

    def __init__(self, organisation_id: UUID, user_id: UUID):
        with connections["owner"].cursor() as cursor:
            self._tables = dict.fromkeys(_ordered(cursor), ("organisation_id", organisation_id))
            cursor.execute(_GUARDED)
            self._guarded = [table for (table,) in cursor.fetchall()]
        self._tables = {
            "tenancy_organisation": ("id", organisation_id), "tenancy_user": ("id", user_id), **self._tables,
        }  # fmt: skip
        self._schema = f"standing_{organisation_id.hex}"

    def keep(self) -> None:
        with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {self._schema}")
            for table, (column, value) in self._tables.items():
                cursor.execute(f"CREATE TABLE {self._schema}.{table} AS SELECT * FROM {table} WHERE {column} = %s", [value])

    def put_back(self) -> None:
        with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
            cursor.execute(";".join(f"ALTER TABLE {table} DISABLE TRIGGER append_only" for table in self._guarded))
            cursor.execute(";".join(self._removals()))
            cursor.execute(";".join(f"INSERT INTO {table} SELECT * FROM {self._schema}.{table}" for table in self._tables))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(";".join(f"ALTER TABLE {table} ENABLE TRIGGER append_only" for table in self._guarded))

    def _removals(self) -> Iterator[str]:
        for table, (column, value) in reversed(self._tables.items()):
            yield f"DELETE FROM {table} WHERE {column} = '{value}'"


def _ordered(cursor) -> list[str]:
    cursor.execute(_AT_ONCE)
    later = {pointing: pointed for pointed, pointing in cursor.fetchall()}
    cursor.execute(_PLACES)
    tables = sorted(table for table, _column in cursor.fetchall())
    return sorted(tables, key=lambda table: _depth(table, later))


def _depth(table: str, later: dict[str, str]) -> int:
    return 1 + _depth(later[table], later) if table in later else 0
