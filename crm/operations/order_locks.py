"""Let an order and a refund that was told before it find each other."""

from collections.abc import Iterable

from django.db import connection

from tenancy import door

# Neither sees the other's uncommitted row, so both hold a lock on the order's key. Keys share 256 locks
# an organisation: an import of 1,000 orders may not fill the server's lock table (6,400 places by default).
_LOCK = """
SELECT pg_advisory_xact_lock(lock_id)
FROM (
  SELECT hashtextextended(%s || ':' || bucket, 0) AS lock_id
  FROM (SELECT DISTINCT abs(hashtext(key)::bigint) %% 256 AS bucket FROM {keys} AS named (key)) AS buckets
  ORDER BY lock_id
) AS locks
"""


def hold_keys(keys: Iterable[tuple[str, str, str]]) -> None:
    """Take the locks of these business keys, (order or refund, source, external id), in one fixed sequence."""
    names = sorted({":".join(key) for key in keys})
    if names:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK.format(keys="unnest(%s::text[])"), [f"crm:{door.organisation_id()}", names])


def hold_keys_of(kind: str, source: str, ids: str) -> None:
    """Take the locks of one source's keys whose ids a query of this transaction gives."""
    with connection.cursor() as cursor:
        keys = f"(SELECT %s || ids.id FROM ({ids}) AS ids (id))"
        cursor.execute(_LOCK.format(keys=keys), [f"crm:{door.organisation_id()}", f"{kind}:{source}:"])
