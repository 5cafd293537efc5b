"""What became of the units of settled rewards."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from tenancy import door

# Used: arrears that the credit repaid (they were spent before), and whatever was taken from the reward's lots but what took
# the reward itself back. Expired: what nobody will use, also what staff took away. What was given back counts against its use.
UNITS_GONE = """
SELECT gone.reward_id, sum(gone.used)::bigint AS used, sum(gone.expired)::bigint AS expired
FROM (
  SELECT o.reward_id, o.amount * (o.target = 'arrears')::int AS used, 0 AS expired
  FROM opened AS o
  UNION ALL
  SELECT o.reward_id, u.amount * (j.kind NOT IN ('expiry', 'adjustment'))::int,
    u.amount * (j.kind IN ('expiry', 'adjustment'))::int
  FROM opened AS o
  JOIN rewards_lotuse AS u ON u.organisation_id = %(organisation)s AND u.lot_id = o.id
  LEFT JOIN rewards_lotuse AS f ON f.organisation_id = %(organisation)s AND f.id = u.gives_back_id
  JOIN rewards_journalentry AS j ON j.organisation_id = %(organisation)s AND j.id = coalesce(f.entry_id, u.entry_id)
  WHERE j.kind <> 'reversal' OR NOT EXISTS (
    SELECT FROM rewards_posting AS p
    WHERE p.organisation_id = %(organisation)s AND p.entry_id = j.id AND p.reward_id = o.reward_id)
) AS gone
GROUP BY gone.reward_id
"""
_OPENED = """
WITH opened AS (
  SELECT p.id, p.reward_id, p.target, p.amount
  FROM rewards_reward AS r
  JOIN rewards_posting AS p ON p.organisation_id = %(organisation)s AND p.account_id = r.account_id
    AND p.reward_id = r.id AND p.source IN ('pending', 'programme') AND p.target IN ('available', 'arrears')
  WHERE r.organisation_id = %(organisation)s AND r.id = ANY(%(rewards)s::uuid[])
)
"""


def units_gone(reward_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Tell how many units of rewards were used and how many expired, by reward."""
    facts = {"organisation": str(door.organisation_id()), "rewards": [str(one) for one in reward_ids]}
    with connection.cursor() as cursor:
        cursor.execute(_OPENED + UNITS_GONE, facts)
        return {reward_id: (used, expired) for reward_id, used, expired in cursor.fetchall()}
