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

    Behind a transaction pooler the server may be another one than we prepared it on, where it is unknown, or there already
    because another of ours has used it. After a migration the server plans anew by itself, unless a column of the answer
    has another type now.
    """
    # Its own plan for each value would be thought to be better: of organisations and places the planner knows nothing.
    call = f"SET LOCAL plan_cache_mode = force_generic_plan; EXECUTE {wanted.name}({', '.join(['%s'] * len(values))})"
    prepare = f"PREPARE {wanted.name} AS {wanted.sql.replace('%', '%%')}; {call}"
    anew = f"DEALLOCATE ALL; {prepare}"
    remedies = {_UNKNOWN: prepare, _THERE_ALREADY: call, _OTHER_TYPES: anew}
    known = connection.connection.prepared
    message = call if wanted.name in known else prepare if len(known) < AT_MOST else anew
    with connection.cursor() as cursor:
        while True:
            if message is anew:
                known.clear()
            try:
                cursor.execute(message, values)
                break
            except DatabaseError as error:
                message = remedies.pop(error.__cause__.pgcode, None)  # each helps once
                if message is None:
                    raise
        known.add(wanted.name)
        return cursor.fetchall()
