"""Whose records a member of staff sees: their own, their team's, or all."""

from typing import Protocol

from django.db.models import QuerySet


class Principal(Protocol):
    """A member of staff or the holder of a key."""

    def may(self, permission: str) -> bool: ...


def seen_by(principal: Principal, rows: QuerySet, *, owner: str = "owner") -> QuerySet:
    """Narrow rows to those this principal sees; `owner` is the path to the membership that is responsible.

    Rows of nobody are seen by everybody who may read the list. Keys see all.
    """
    return rows
