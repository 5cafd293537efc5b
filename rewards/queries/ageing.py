"""Available units by the month in which they expire, what is overdue, and what expired of those whose time is over."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from rewards.queries.scanning import joined_by_hash, rows
from tenancy import door
from tenancy.calendar import own_zone


@dataclass(frozen=True)
class AgeBucket:
    """What is left of lots that expire in one month; no month: never."""

    unit: str
    month: date | None
    lots: int
    amount: int
    overdue: int  # of the amount, what should have expired by now and has not


@dataclass(frozen=True)
class OverdueLot:
    """A lot whose time is over and that has not been let expire yet."""

    id: UUID
    customer_id: UUID
    unit: str
    remaining: int
    expires_at: datetime


@dataclass(frozen=True)
class Breakage:
    """How much of a unit expired unused: of `ended` units in `lots` lots whose time is over, `expired` did.

    `open` units still have an end. What share of them will expire is not known; if it
    is as before, `expected` will.
    """

    unit: str
    lots: int
    ended: int
    expired: int
    open: int

    @property
    def share(self) -> float | None:
        return self.expired / self.ended if self.ended else None

    @property
    def expected(self) -> int | None:
        return self.open * self.expired // self.ended if self.ended else None


def ageing() -> list[AgeBucket]:
    """Sum what is left of all lots by unit and month of expiry, soonest first.

    A lot that ends at midnight ends with the day and the month before.
    """
    with joined_by_hash():
        return [AgeBucket(*row) for row in rows(_AGEING, now=door.moment(), zone=own_zone().key)]


def overdue_lots(*, limit: int = 20) -> list[OverdueLot]:
    """Name the lots that should have expired, the oldest first."""
    return [OverdueLot(*row) for row in rows(_OVERDUE, now=door.moment(), limit=limit)]


def breakage() -> list[Breakage]:
    """Tell by unit what share of the lots whose time is over expired: a plain ratio of the past."""
    with joined_by_hash():
        return [Breakage(*row) for row in rows(_BREAKAGE, now=door.moment())]


_AGEING = """
SELECT u.code, date_trunc('month', (g.expires_at - interval '1 microsecond') AT TIME ZONE %(zone)s)::date AS month,
  sum(g.lots)::bigint, sum(g.amount)::bigint, coalesce(sum(g.amount) FILTER (WHERE g.expires_at <= %(now)s), 0)::bigint
FROM (
  SELECT a.unit_id, l.expires_at, count(*) AS lots, sum(l.remaining) AS amount
  FROM rewards_lot AS l
  JOIN rewards_account AS a ON a.organisation_id = %(organisation)s AND a.id = l.account_id
  WHERE l.organisation_id = %(organisation)s AND l.remaining > 0
  GROUP BY a.unit_id, l.expires_at
) AS g
JOIN rewards_unit AS u ON u.organisation_id = %(organisation)s AND u.id = g.unit_id
GROUP BY u.kind, u.code, month
ORDER BY u.kind <> 'points', u.code, month NULLS LAST
"""

_OVERDUE = """
SELECT l.id, a.customer_id, u.code, l.remaining, l.expires_at
FROM rewards_lot AS l
JOIN rewards_account AS a ON a.organisation_id = %(organisation)s AND a.id = l.account_id
JOIN rewards_unit AS u ON u.organisation_id = %(organisation)s AND u.id = a.unit_id
WHERE l.organisation_id = %(organisation)s AND l.remaining > 0 AND l.expires_at <= %(now)s
ORDER BY l.expires_at, l.id
LIMIT %(limit)s
"""

# What an expiry took of a lot, less what a later entry gave back of it.
_BREAKAGE = """
SELECT u.code, count(*) FILTER (WHERE l.expires_at <= %(now)s),
  coalesce(sum(l.amount) FILTER (WHERE l.expires_at <= %(now)s), 0)::bigint,
  coalesce(sum(x.expired) FILTER (WHERE l.expires_at <= %(now)s), 0)::bigint,
  coalesce(sum(l.remaining) FILTER (WHERE l.expires_at > %(now)s), 0)::bigint
FROM rewards_lot AS l
JOIN rewards_account AS a ON a.organisation_id = %(organisation)s AND a.id = l.account_id
JOIN rewards_unit AS u ON u.organisation_id = %(organisation)s AND u.id = a.unit_id
LEFT JOIN (
  SELECT s.lot_id, sum(s.amount) AS expired
  FROM rewards_lotuse AS s
  JOIN rewards_journalentry AS e ON e.organisation_id = %(organisation)s AND e.id = s.entry_id
  LEFT JOIN rewards_lotuse AS taken ON taken.organisation_id = %(organisation)s AND taken.id = s.gives_back_id
  LEFT JOIN rewards_journalentry AS first ON first.organisation_id = %(organisation)s AND first.id = taken.entry_id
  WHERE s.organisation_id = %(organisation)s AND (e.kind = 'expiry' OR first.kind = 'expiry')
  GROUP BY s.lot_id
) AS x ON x.lot_id = l.id
WHERE l.organisation_id = %(organisation)s AND l.expires_at IS NOT NULL
GROUP BY u.kind, u.code
ORDER BY u.kind <> 'points', u.code
"""
