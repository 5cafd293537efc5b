"""Companies that people of a list work for: found by name among the customers, or made."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection

from crm.models import Customer
from foundation.contacts import search_text
from tenancy import door

Words = str  # a name as it is searched: case, width and spaces do not matter
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def words_of(name: str) -> Words:
    return search_text(name)[:400]


def companies_called(names: Collection[str]) -> dict[Words, UUID]:
    """Find companies by their names; of several that share one it is the first we had.

    Where one is unknown and so will be made, it waits for whoever makes companies just now, and looks again.
    """
    wanted = {words_of(name) for name in names}
    found = _find(wanted)
    if wanted - found.keys():
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [f"crm:{door.organisation_id()}:companies"])
        found = _find(wanted)
    return found


def _find(wanted: Collection[Words]) -> dict[Words, UUID]:
    if not wanted:
        return {}
    rows: Any = Customer.objects.filter(kind=Customer.Kind.COMPANY, search_text__in=wanted).order_by("-created_at", "-id")
    return dict(rows.values_list("search_text", "id"))
