"""Is every balance the sum of its postings, in all ten compartments? In one scan, hardly dearer than a bare GROUP BY."""

from hashlib import sha256
from uuid import UUID

from django.db import DataError, transaction

from rewards.queries.scanning import rows
from rewards.rules.roll_forward import COMPARTMENTS
from tenancy import door


def unbalanced_account() -> tuple[UUID, str, str] | None:
    """Find the first account whose balance is not the sum of its postings: its id, the sums, the balance.

    Twenty sums for each account take three and a half times as long as one. So each
    compartment gets a weight, new for every visit, and an account one sum: amount
    times (weight of the target less that of the source). What differs has the same
    weighted sum with a chance of one in a thousand million. Accounts that differ are
    summed in full, and so are all where an amount is too large to be weighed.
    """
    try:
        with transaction.atomic():
            wrong = [row[0] for row in rows(_DIFFERING, seed=_seed())]
    except DataError:  # an amount above two thousand million: with its weight it does not fit into 63 bits
        wrong = None
    if wrong == []:
        return None
    found = rows(_EXACT, accounts=[str(one) for one in wrong] if wrong else None)
    return found[0] if found else None


def _seed() -> int:
    """Draw weights that nobody can prepare for, and that are the same within a visit."""
    visit = f"{door.organisation_id()} {door.moment().isoformat()}"
    return int.from_bytes(sha256(visit.encode()).digest()[:7])


def _weight(what: str) -> str:
    return f"(hashtextextended({what}, %(seed)s) >> 33)"


_HELD = " + ".join(f"{name}::numeric * {_weight(repr(name))}" for name in COMPARTMENTS)
_DIFFERING = f"""
SELECT coalesce(j.account_id, b.id) AS id
FROM (
  SELECT account_id, sum(amount * ({_weight("target")} - {_weight("source")})) AS weight
  FROM rewards_posting WHERE organisation_id = %(organisation)s GROUP BY account_id
) AS j
FULL JOIN (
  SELECT id, {_HELD} AS weight FROM rewards_balance WHERE organisation_id = %(organisation)s
) AS b ON b.id = j.account_id
WHERE coalesce(j.weight, 0) <> b.weight OR b.id IS NULL
ORDER BY 1 LIMIT 100
"""


def _sums(names: tuple[str, ...]) -> str:
    return ", ".join(
        f"coalesce(sum(amount) FILTER (WHERE target = '{name}'), 0)::bigint"
        f" - coalesce(sum(amount) FILTER (WHERE source = '{name}'), 0)::bigint"
        for name in names
    )


_EXACT = f"""
SELECT coalesce(j.account_id, b.id), coalesce(j.sums, array_fill(0::bigint, ARRAY[{len(COMPARTMENTS)}]))::text, b.sums::text
FROM (
  SELECT account_id, ARRAY[{_sums(COMPARTMENTS)}] AS sums FROM rewards_posting
  WHERE organisation_id = %(organisation)s AND (%(accounts)s::uuid[] IS NULL OR account_id = ANY(%(accounts)s::uuid[]))
  GROUP BY account_id
) AS j
FULL JOIN (
  SELECT id, ARRAY[{", ".join(COMPARTMENTS)}] AS sums FROM rewards_balance
  WHERE organisation_id = %(organisation)s AND (%(accounts)s::uuid[] IS NULL OR id = ANY(%(accounts)s::uuid[]))
) AS b ON b.id = j.account_id
WHERE coalesce(j.sums, array_fill(0::bigint, ARRAY[{len(COMPARTMENTS)}])) IS DISTINCT FROM b.sums
ORDER BY 1 LIMIT 1
"""
