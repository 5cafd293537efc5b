"""Addresses of the records in a list's rows: the pattern is looked up once, not for each row."""

from functools import cache
from uuid import UUID

from django.urls import get_script_prefix, reverse

SOMEBODY = str(UUID(int=0))  # in place of an id in an address that is filled for each row


def address_of(page: str, row_id: UUID) -> str:
    """Give the address of a staff page about a record."""
    return pattern(page, get_script_prefix()).replace(SOMEBODY, str(row_id))


@cache
def pattern(page: str, prefix: str) -> str:
    return reverse(f"dashboard:{page}", args=[SOMEBODY])
