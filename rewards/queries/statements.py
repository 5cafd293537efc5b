"""A customer's statement of account: opening balance, every line, closing balance, lots by expiry."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from rewards.errors.general import UnknownUnit
from rewards.models import Account, JournalEntry, Lot, Unit
from rewards.queries.scanning import BOOKED, rows
from rewards.rules.roll_forward import Held


@dataclass(frozen=True)
class StatementLine:
    """One entry as the customer's account felt it, or one reward of a settlement.

    `balance` is available after it, less what is owed. `occurred_at` differs from
    `booked_at` for what came after its month was closed.
    """

    entry_id: UUID
    occurred_at: datetime
    booked_at: datetime
    kind: str
    reason: str
    key: str
    reward_id: UUID | None
    pending: int
    available: int
    paying: int
    owed: int
    balance: int

    @property
    def kind_label(self) -> str:
        return JournalEntry.Kind(self.kind).label

    @property
    def is_late(self) -> bool:
        return self.booked_at != self.occurred_at

    @property
    def usable(self) -> int:
        """What it did to the balance."""
        return self.available - self.owed

    @property
    def order_id(self) -> UUID | None:
        """The order that earned points, or whose refund took them back."""
        return order_of(self.key)


def order_of(key: str) -> UUID | None:
    """Read the order in the key of an entry that it caused."""
    try:
        return UUID(key.removeprefix(_OF_ORDER).partition(":")[0]) if key.startswith(_OF_ORDER) else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Statement:
    """What happened on an account from `since` (none: ever) until `until` (none: now), newest first."""

    unit: Unit
    since: datetime | None
    until: datetime | None
    opening: Held
    closing: Held
    count: int  # of lines in the period, of which `lines` are a part
    lines: list[StatementLine]
    lots: list[Lot]  # what is left now of which credit, in the order in which it is used

    @property
    def owed(self) -> int:
        return -self.closing.arrears


def statement(
    customer_id: UUID,
    unit_code: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = 500,
    offset: int = 0,
) -> Statement:
    """Tell what happened on a customer's account of one unit, by the moment it was booked.

    A closed month's statement stays as it is: what comes later for it is booked into
    the month then open. A settlement has a line for each of the customer's rewards.
    """
    unit = Unit.objects.filter(code=unit_code).first()
    if unit is None:
        raise UnknownUnit(unit=unit_code)
    period = {"customer": str(customer_id), "unit": str(unit.id), "since": since, "until": until}
    found = rows(_LINES, **period, limit=limit, offset=offset)
    count, *sums = rows(_ENDS, **period)[0]
    lines = [StatementLine(*row) for row in found]
    return Statement(unit, since, until, Held(*sums[:4]), Held(*sums[4:]), count, lines, _lots(customer_id, unit))


def first_booked(customer_id: UUID, unit_code: str) -> datetime | None:
    """Tell when the first line of an account was booked; None while there is none."""
    return rows(_FIRST, customer=str(customer_id), code=unit_code)[0][0]


def _lots(customer_id: UUID, unit: Unit) -> list[Lot]:
    account = Account.objects.filter(customer_id=customer_id, unit=unit).values("id")
    found = Lot.objects.filter(account_id__in=account, remaining__gt=0)
    return list(found.order_by(F("expires_at").asc(nulls_last=True), "id")[:SHOWN_LOTS])


SHOWN_LOTS = 200
_OF_ORDER = "points:order:"

_FELT = ", ".join(
    f"sum(p.amount * ((p.target = '{name}')::int - (p.source = '{name}')::int))::bigint AS {name}"
    for name in ("pending", "available", "paying", "arrears")
)

_LINES = f"""
WITH felt AS (
  SELECT p.entry_id, p.reward_id, {_FELT}
  FROM rewards_posting AS p
  WHERE p.organisation_id = %(organisation)s
    AND p.account_id = ledger_account(%(organisation)s, %(customer)s, %(unit)s)
  GROUP BY p.entry_id, p.reward_id
), dated AS (
  SELECT e.id, e.occurred_at, {BOOKED} AS booked_at, e.kind, e.reason, e.key, f.reward_id, f.pending, f.available,
    f.paying, -f.arrears AS owed,
    (sum(f.available + f.arrears) OVER (ORDER BY {BOOKED}, e.id, f.reward_id))::bigint AS balance
  FROM felt AS f
  JOIN rewards_journalentry AS e ON e.organisation_id = %(organisation)s AND e.id = f.entry_id
)
SELECT * FROM dated AS d
WHERE (%(since)s::timestamptz IS NULL OR d.booked_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR d.booked_at < %(until)s)
ORDER BY d.booked_at DESC, d.id DESC, d.reward_id DESC
LIMIT %(limit)s OFFSET %(offset)s
"""

_BEFORE = ", ".join(
    f"coalesce(sum(f.{name}) FILTER (WHERE f.booked_at < %(since)s), 0)::bigint"
    for name in ("pending", "available", "paying", "arrears")
)
_UNTIL = ", ".join(f"coalesce(sum(f.{name}), 0)::bigint" for name in ("pending", "available", "paying", "arrears"))

_ENDS = f"""
SELECT count(*) FILTER (WHERE %(since)s::timestamptz IS NULL OR f.booked_at >= %(since)s), {_BEFORE}, {_UNTIL}
FROM (
  SELECT {BOOKED} AS booked_at, {_FELT}
  FROM rewards_posting AS p
  JOIN rewards_journalentry AS e ON e.organisation_id = %(organisation)s AND e.id = p.entry_id
  WHERE p.organisation_id = %(organisation)s
    AND p.account_id = ledger_account(%(organisation)s, %(customer)s, %(unit)s)
    AND (%(until)s::timestamptz IS NULL OR {BOOKED} < %(until)s)
  GROUP BY p.entry_id, p.reward_id, booked_at
) AS f
"""

_FIRST = f"""
WITH theirs AS MATERIALIZED (
  SELECT ledger_account(%(organisation)s, %(customer)s, u.id) AS account_id
  FROM rewards_unit AS u WHERE u.organisation_id = %(organisation)s AND u.code = %(code)s
)
SELECT min({BOOKED})
FROM theirs AS t
JOIN rewards_posting AS p ON p.organisation_id = %(organisation)s AND p.account_id = t.account_id
JOIN rewards_journalentry AS e ON e.organisation_id = %(organisation)s AND e.id = p.entry_id
"""
