"""What became of the units of settled rewards."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from tenancy import door

# Used: arrears that the credit repaid (they were spent before), what was paid out, and whatever else was taken from the
# reward's lots, but for what took the reward itself back. Expired: what nobody will use, also what staff took away. What was
# given back counts against its use. Left: what is in the lots, and is neither, whatever debts it came by.
# `arrows` comes before it: the arrows that name rewards.
UNITS_GONE = """
takers AS (
  SELECT DISTINCT a.entry_id, a.reward_id
  FROM arrows AS a
  JOIN rewards_journalentry AS j ON j.organisation_id = %(organisation)s AND j.id = a.entry_id AND j.kind = 'reversal'
), uses AS (
  SELECT a.reward_id, u.amount, u.entry_id
  FROM arrows AS a
  JOIN rewards_lotuse AS u ON u.organisation_id = %(organisation)s AND u.lot_id = a.id
  WHERE a.target = 'available' AND u.gives_back_id IS NULL
  UNION ALL
  SELECT a.reward_id, u.amount, f.entry_id
  FROM arrows AS a
  JOIN rewards_lotuse AS u ON u.organisation_id = %(organisation)s AND u.lot_id = a.id
  JOIN rewards_lotuse AS f ON f.organisation_id = %(organisation)s AND f.id = u.gives_back_id
  WHERE a.target = 'available'
), gone AS MATERIALIZED (
  SELECT g.reward_id, sum(g.used)::bigint AS used, sum(g.expired)::bigint AS expired
  FROM (
    SELECT a.reward_id, 0 AS expired, a.amount * (
        (a.target = 'arrears' AND a.source IN ('pending', 'programme', 'paid'))::int
        + (a.target = 'paid')::int - (a.source = 'paid')::int
      ) AS used
    FROM arrows AS a
    WHERE a.target IN ('arrears', 'paid') OR a.source = 'paid'
    UNION ALL
    SELECT u.reward_id, u.amount * (j.kind IN ('expiry', 'adjustment'))::int,
      u.amount * (j.kind NOT IN ('expiry', 'adjustment', 'payout'))::int
    FROM uses AS u
    JOIN rewards_journalentry AS j ON j.organisation_id = %(organisation)s AND j.id = u.entry_id
    LEFT JOIN takers AS t ON t.entry_id = j.id AND t.reward_id = u.reward_id
    WHERE t.entry_id IS NULL
  ) AS g
  GROUP BY g.reward_id
), lots AS (
  SELECT a.reward_id, sum(l.remaining)::bigint AS remaining
  FROM gone AS g
  JOIN arrows AS a ON a.reward_id = g.reward_id AND a.target = 'available'
  JOIN rewards_lot AS l ON l.organisation_id = %(organisation)s AND l.id = a.id AND l.remaining > 0
  GROUP BY a.reward_id
)
SELECT g.reward_id, g.used, g.expired, coalesce(l.remaining, 0)::bigint AS left_over
FROM gone AS g
LEFT JOIN lots AS l ON l.reward_id = g.reward_id
"""
# Arrows of rewards on their accounts (where they were settled, and whose they are now). The accounts are named first, or
# ledger_account() keeps the index of postings out (see reading.py).
_ARROWS = """
WITH homes AS MATERIALIZED (
  SELECT r.id, r.account_id FROM rewards_reward AS r
  WHERE r.organisation_id = %(organisation)s AND r.id = ANY(%(rewards)s::uuid[])
  UNION
  SELECT r.id, ledger_account(%(organisation)s, r.beneficiary_id, r.unit_id) FROM rewards_reward AS r
  WHERE r.organisation_id = %(organisation)s AND r.id = ANY(%(rewards)s::uuid[])
), arrows AS (
  SELECT p.id, p.entry_id, p.reward_id, p.source, p.target, p.amount
  FROM homes AS h
  JOIN rewards_posting AS p ON p.organisation_id = %(organisation)s AND p.account_id = h.account_id AND p.reward_id = h.id
),
"""


def units_gone(reward_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int, int]]:
    """Tell how many units of rewards were used, how many expired and how many are left in their lots, by reward."""
    facts = {"organisation": str(door.organisation_id()), "rewards": [str(one) for one in reward_ids]}
    with connection.cursor() as cursor:
        cursor.execute(_ARROWS + UNITS_GONE, facts)
        return {reward_id: (used, expired, left) for reward_id, used, expired, left in cursor.fetchall()}
