"""Statements that a connection plans once: planning a page of the API costs the server as much as carrying it out."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import DatabaseError, connection

AT_MOST = 64  # of a connection; each holds some memory on the server
_UNKNOWN, _THERE_ALREADY, _OTHER_TYPES = "26000", "42P05", "0A000"


class Prepared(NamedTuple):
    """A reading statement with $1, $2, …; its name is made of its text, so that whoever else prepares it means the same."""

    name: str
    sql: str


def statement(sql: str) -> Prepared:
    return Prepared(f"page_{hashlib.sha256(sql.encode()).hexdigest()[:24]}", sql)


def fetch(wanted: Prepared, values: Sequence[Any]) -> list[tuple]:
    """Carry it out in a message of its own: only inside `connection.alone()`, for an error would end a transaction.

    Behind a transaction pooler the server may be another one than we prepared it on; then it is prepared there.
    After a migration the server plans anew by itself, unless a column of the answer has another type now.
    """
    # Its own plan for each value would be thought to be better: of organisations and places the planner knows nothing.
    call = f"SET LOCAL plan_cache_mode = force_generic_plan; EXECUTE {wanted.name}({', '.join(['%s'] * len(values))})"
    known = connection.connection.prepared
    with connection.cursor() as cursor:
        if wanted.name not in known:
            _prepare(cursor, wanted, call, values, known)
            return cursor.fetchall()
        try:
            cursor.execute(call, values)
        except DatabaseError as error:
            if error.__cause__.pgcode not in (_UNKNOWN, _OTHER_TYPES):
                raise
            _prepare(cursor, wanted, call, values, known, is_anew=error.__cause__.pgcode == _OTHER_TYPES)
        return cursor.fetchall()


def _prepare(cursor, wanted: Prepared, call: str, values: Sequence[Any], known: set[str], *, is_anew: bool = False) -> None:
    room = ""
    if is_anew or len(known) >= AT_MOST:
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
