"""Statements that a connection plans once: planning a page of the API costs the server as much as carrying it out."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import DatabaseError, connection

AT_MOST = 64  # of a connection; each holds some memory on the server
_UNKNOWN, _THERE_ALREADY = "26000", "42P05"


class Prepared(NamedTuple):
    """A reading statement with $1, $2, …; its name is made of its text, so that whoever else prepares it means the same."""

    name: str
    sql: str


def statement(sql: str) -> Prepared:
    return Prepared(f"page_{hashlib.sha256(sql.encode()).hexdigest()[:24]}", sql)


def fetch(wanted: Prepared, values: Sequence[Any]) -> list[tuple]:
    """Carry it out in a message of its own: only inside `connection.alone()`, for an error would end a transaction.

    Behind a transaction pooler the server may be another one than we prepared it on; then it is prepared there.
    """
    # Its own plan for each value would be thought to be better: of organisations and places the planner knows nothing.
    call = f"SET LOCAL plan_cache_mode = force_generic_plan; EXECUTE {wanted.name}({', '.join(['%s'] * len(values))})"
    with connection.cursor() as cursor:
        known = connection.connection.prepared
        if wanted.name not in known:
            _prepare(cursor, wanted, call, values, known)
            return cursor.fetchall()
        try:
            cursor.execute(call, values)
        except DatabaseError as error:
            if error.__cause__.pgcode != _UNKNOWN:
                raise
            _prepare(cursor, wanted, call, values, known)
        return cursor.fetchall()


def _prepare(cursor, wanted: Prepared, call: str, values: Sequence[Any], known: set[str]) -> None:
    room = ""
    if len(known) >= AT_MOST:
        known.clear()
        room = "DEALLOCATE ALL; "
    escaped = wanted.sql.replace("%", "%%")
    try:
        cursor.execute(f"{room}PREPARE {wanted.name} AS {escaped}; {call}", values)
    except DatabaseError as error:
        if error.__cause__.pgcode != _THERE_ALREADY:
            raise
        cursor.execute(call, values)  # a server connection that another of ours has used
    known.add(wanted.name)
