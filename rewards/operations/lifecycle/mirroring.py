"""Give again what a reversal took, the other way round: what was owed first, then what came out of lots.

What is left of a reversal is worked out from the books: its arrows, what was written off of it, what was given again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from rewards import ledger
from tenancy import door


@dataclass(frozen=True)
class Taken:
    """What a reversal took, by where it took it from; `again` of it has been given again. `forgiven` is part of `owed`."""

    entry_id: UUID
    owed: int = 0
    forgiven: int = 0
    from_lots: int = 0
    elsewhere: int = 0  # pending, or a payout that was not sent yet
    again: int = 0

    @property
    def left(self) -> int:
        return self.owed + self.from_lots + self.elsewhere - self.again

    def within(self, amount: int, since: int, width: int) -> int:
        """Say how much of the next `amount` lies in the part that begins at `since` and is so wide."""
        return max(min(self.again + amount, since + width) - max(self.again, since), 0)


def taken_by(entry_ids: Collection[UUID]) -> dict[UUID, Taken]:
    """Tell what reversals took and what of it is left to be given again."""
    if not entry_ids:
        return {}
    with connection.cursor() as cursor:
        here = str(door.organisation_id())
        cursor.execute(_TAKEN, {"organisation": here, "entries": [str(one) for one in entry_ids]})
        return {row[0]: Taken(*row) for row in cursor.fetchall()}


def arrows(
    taken: Taken,
    amount: int,
    *,
    customer_id: UUID,
    unit_id: UUID,
    expires_at: datetime | None,
    reward_id: UUID | None = None,
) -> tuple[ledger.Arrow, ...]:
    """Give the arrows that make `amount` of a reversal undone; what was owed and is repaid by now opens a lot."""
    to_lots = taken.within(amount, taken.owed, taken.from_lots)
    written_off = taken.within(amount, 0, taken.forgiven)
    made = (
        ledger.Arrow(customer_id, unit_id, "arrears", "programme", written_off),
        ledger.Arrow(
            customer_id, unit_id, "programme", "available", amount - to_lots, expires_at=expires_at, reward_id=reward_id
        ),
        ledger.Arrow(
            customer_id, unit_id, "programme", "available", to_lots, gives_back=taken.entry_id, reward_id=reward_id
        ),
    )
    return tuple(arrow for arrow in made if arrow.amount)


_TAKEN = """
SELECT e.id,
  coalesce(sum(p.amount) FILTER (WHERE j.id = e.id AND p.source = 'arrears'), 0)::bigint,
  coalesce(sum(p.amount) FILTER (WHERE j.kind = 'write_off' AND p.target = 'arrears'), 0)::bigint,
  coalesce(sum(p.amount) FILTER (WHERE j.id = e.id AND p.source = 'available'), 0)::bigint,
  coalesce(sum(p.amount) FILTER (WHERE j.id = e.id AND p.source IN ('pending', 'paying')), 0)::bigint,
  coalesce(sum(p.amount) FILTER (WHERE j.kind = 'restoration' AND p.source = 'programme'), 0)::bigint
FROM unnest(%(entries)s::uuid[]) AS e (id)
JOIN rewards_journalentry AS j ON j.organisation_id = %(organisation)s AND (j.id = e.id OR j.reverses_id = e.id)
JOIN rewards_posting AS p ON p.organisation_id = %(organisation)s AND p.entry_id = j.id
GROUP BY e.id
"""
