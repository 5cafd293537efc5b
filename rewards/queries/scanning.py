"""How the books are read in whole: set-based, joined by hashing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tenancy import door

# Of an entry (alias e): when it counts. What comes after its month was closed is booked into the month then open.
BOOKED = "greatest(e.occurred_at, e.open_from)"
OCCURRED = "e.occurred_at"


def rows(sql: str, **arguments) -> list[tuple]:
    """Run a statement; `%(organisation)s` is filled in."""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"organisation": str(door.organisation_id()), **arguments})
        return cursor.fetchall()


@contextmanager
def joined_by_hash() -> Iterator[None]:
    """Forbid nested loops: the planner counts the policy's condition beside ours and expects one row (42 s against 0.1).

    No JIT then: the price put on a nested loop that cannot be avoided would start it (0.3 s a query).
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'")
        yield
        cursor.execute("SET LOCAL enable_nestloop = DEFAULT; SET LOCAL jit = DEFAULT; SET LOCAL work_mem = DEFAULT")
