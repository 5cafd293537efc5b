"""What became of the units of settled rewards."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from tenancy import door

# Used: arrears that the credit repaid (they were spent before), what was paid out, and whatever else was taken from the
# reward's lots, but for what took the reward itself back. Expired: what nobody will use, also what staff took away. What was
# given back counts against its use. Left: what is in the lots, and is neither, whatever debts it came by.
UNITS_GONE = """
SELECT gone.reward_id, sum(gone.used)::bigint AS used, sum(gone.expired)::bigint AS expired,
  sum(gone.left_over)::bigint AS left_over
FROM (
  SELECT a.reward_id, 0 AS expired, 0 AS left_over, a.amount * (
      (a.target = 'arrears' AND a.source IN ('pending', 'programme', 'paid'))::int
      + (a.target = 'paid')::int - (a.source = 'paid')::int
    ) AS used
  FROM arrows AS a
  UNION ALL
  SELECT a.reward_id, u.amount * (j.kind IN ('expiry', 'adjustment'))::int, 0,
    u.amount * (j.kind NOT IN ('expiry', 'adjustment', 'payout'))::int
  FROM arrows AS a
  JOIN rewards_lotuse AS u ON u.organisation_id = %(organisation)s AND u.lot_id = a.id
  LEFT JOIN rewards_lotuse AS f ON f.organisation_id = %(organisation)s AND f.id = u.gives_back_id
  JOIN rewards_journalentry AS j ON j.organisation_id = %(organisation)s AND j.id = coalesce(f.entry_id, u.entry_id)
  LEFT JOIN takers AS t ON t.entry_id = j.id AND t.reward_id = a.reward_id
  WHERE a.target = 'available' AND t.entry_id IS NULL
  UNION ALL
  SELECT a.reward_id, 0, l.remaining, 0
  FROM arrows AS a
  JOIN rewards_lot AS l ON l.organisation_id = %(organisation)s AND l.id = a.id
  WHERE a.target = 'available' AND l.remaining > 0
) AS gone
GROUP BY gone.reward_id
"""
TAKERS = """
SELECT DISTINCT a.entry_id, a.reward_id
FROM arrows AS a
JOIN rewards_journalentry AS j ON j.organisation_id = %(organisation)s AND j.id = a.entry_id AND j.kind = 'reversal'
"""
# Arrows of rewards on their accounts (where they were settled, and whose they are now); who took which back.
_ARROWS = f"""
WITH arrows AS (
  SELECT p.id, p.entry_id, p.reward_id, p.source, p.target, p.amount
  FROM rewards_reward AS r
  JOIN rewards_posting AS p ON p.organisation_id = %(organisation)s AND p.reward_id = r.id
    AND p.account_id = ANY(ARRAY[r.account_id, ledger_account(%(organisation)s, r.beneficiary_id, r.unit_id)])
  WHERE r.organisation_id = %(organisation)s AND r.id = ANY(%(rewards)s::uuid[])
), takers AS ({TAKERS})
"""


def units_gone(reward_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int, int]]:
    """Tell how many units of rewards were used, how many expired and how many are left in their lots, by reward."""
    facts = {"organisation": str(door.organisation_id()), "rewards": [str(one) for one in reward_ids]}
    with connection.cursor() as cursor:
        cursor.execute(_ARROWS + UNITS_GONE, facts)
        return {reward_id: (used, expired, left) for reward_id, used, expired, left in cursor.fetchall()}
