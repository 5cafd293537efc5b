"""Reads of the strong room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, Sum

from rewards.errors import UnknownUnit
from rewards.models import Account, Budget, Coupon, JournalEntry, Reward, RewardMove, Unit
from tenancy import door


@dataclass(frozen=True)
class CustomerBalance:
    """What a customer has of one unit; `owed` is what the next credits repay."""

    unit: str
    kind: str
    pending: int
    available: int
    owed: int
    next_expiry_at: datetime | None
    next_expiry_amount: int


@dataclass(frozen=True)
class StatementLine:
    """One entry as the customer's accounts felt it; `balance` is available after it, less what is owed."""

    entry_id: UUID
    occurred_at: datetime
    kind: str
    reason: str
    key: str
    pending: int
    available: int
    owed: int
    balance: int
    reward_id: UUID | None

    @property
    def kind_label(self) -> str:
        return JournalEntry.Kind(self.kind).label


@dataclass(frozen=True)
class TrialLine:
    unit: str
    account: str
    amount: int

    @property
    def account_label(self) -> str:
        return Account.Kind(self.account).label


def balances(customer_id: UUID) -> list[CustomerBalance]:
    """Tell what a customer has, one line a unit, points first."""
    return [CustomerBalance(*row) for row in _rows(_BALANCES, customer=str(customer_id))]


def available_points(customer_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Tell the points many customers can use."""
    rows = _rows(_AVAILABLE, customers=[str(one) for one in customer_ids])
    return dict.fromkeys(customer_ids, 0) | dict(rows)


def statement(customer_id: UUID, unit_code: str, *, limit: int = 500) -> list[StatementLine]:
    """List what happened on a customer's accounts of one unit, newest first."""
    unit = Unit.objects.filter(code=unit_code).first()
    if unit is None:
        raise UnknownUnit(unit=unit_code)
    rows = _rows(_STATEMENT, customer=str(customer_id), unit=str(unit.id), limit=limit)
    return [StatementLine(*row) for row in rows]


def rewards() -> QuerySet[Reward]:
    """All rewards with what a list shows of them."""
    return Reward.objects.select_related("unit", "coupon_kind", "beneficiary", "budget")


def rewards_of(customer_id: UUID) -> QuerySet[Reward]:
    """A customer's rewards, newest first."""
    return rewards().filter(beneficiary_id=customer_id).order_by("-accrued_at", "-id")


def history(reward_id: UUID) -> list[RewardMove]:
    """Every change of a reward, oldest first."""
    return list(RewardMove.objects.filter(reward_id=reward_id).order_by("id"))


def coupons() -> QuerySet[Coupon]:
    """All coupons with their kind, newest first."""
    return Coupon.objects.select_related("kind").order_by("-issued_at", "-id")


def coupons_of(customer_id: UUID) -> QuerySet[Coupon]:
    """The coupons in a customer's hands."""
    return coupons().filter(customer_id=customer_id)


def budgets() -> QuerySet[Budget]:
    return Budget.objects.order_by("-id")


def entries() -> QuerySet[JournalEntry]:
    """The journal with its arrows."""
    return JournalEntry.objects.prefetch_related(
        "postings__unit", "postings__source__customer", "postings__target__customer"
    )


def expiring_points(until: datetime) -> list[tuple[UUID, int, datetime]]:
    """List (customer, points, first expiry) of points that expire after now and before `until`."""
    return _rows(_EXPIRING, now=door.moment(), until=until)


def promised_minor() -> dict[str, int]:
    """Tell by currency what all budgets have promised and not yet spent."""
    rows = Budget.objects.values_list("currency").annotate(total=Sum("reserved_minor") + Sum("committed_minor"))
    return dict(rows.order_by("currency"))


def trial_balance() -> list[TrialLine]:
    """Sum all accounts by unit and kind; each unit sums to nothing."""
    return [TrialLine(*row) for row in _rows(_TRIAL)]


def _rows(sql: str, **arguments) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"organisation": str(door.organisation_id()), **arguments})
        return cursor.fetchall()


_BALANCES = """
SELECT u.code, u.kind,
  coalesce(sum(b.amount) FILTER (WHERE a.kind = 'pending'), 0)::bigint,
  coalesce(sum(b.amount) FILTER (WHERE a.kind = 'available'), 0)::bigint,
  coalesce(-sum(b.amount) FILTER (WHERE a.kind = 'arrears'), 0)::bigint,
  min(l.expires_at), coalesce(min(l.amount), 0)::bigint
FROM rewards_account AS a
JOIN rewards_unit AS u ON u.organisation_id = %(organisation)s AND u.id = a.unit_id
JOIN rewards_balance AS b ON b.organisation_id = %(organisation)s AND b.account_id = a.id
LEFT JOIN LATERAL (
  SELECT l.expires_at, sum(l.remaining) AS amount FROM rewards_lot AS l
  WHERE l.organisation_id = %(organisation)s AND l.account_id = a.id AND l.remaining > 0 AND l.expires_at IS NOT NULL
  GROUP BY l.expires_at ORDER BY l.expires_at LIMIT 1
) AS l ON a.kind = 'available'
WHERE a.organisation_id = %(organisation)s AND a.customer_id = %(customer)s
GROUP BY u.code, u.kind
ORDER BY u.kind = 'points' DESC, u.code
"""

_AVAILABLE = """
SELECT a.customer_id, b.amount
FROM rewards_account AS a
JOIN rewards_unit AS u ON u.organisation_id = %(organisation)s AND u.id = a.unit_id AND u.code = 'POINT'
JOIN rewards_balance AS b ON b.organisation_id = %(organisation)s AND b.account_id = a.id
WHERE a.organisation_id = %(organisation)s AND a.customer_id = ANY(%(customers)s::uuid[]) AND a.kind = 'available'
"""

_EXPIRING = """
SELECT a.customer_id, sum(l.remaining)::bigint, min(l.expires_at)
FROM rewards_lot AS l
JOIN rewards_account AS a ON a.organisation_id = %(organisation)s AND a.id = l.account_id
JOIN rewards_unit AS u ON u.organisation_id = %(organisation)s AND u.id = a.unit_id AND u.kind = 'points'
WHERE l.organisation_id = %(organisation)s AND l.remaining > 0 AND l.expires_at > %(now)s AND l.expires_at <= %(until)s
GROUP BY a.customer_id
ORDER BY a.customer_id
"""

_STATEMENT = """
WITH legs AS (
  SELECT p.entry_id, a.kind, CASE WHEN p.target_id = a.id THEN p.amount ELSE -p.amount END AS amount
  FROM rewards_account AS a
  JOIN rewards_posting AS p ON p.organisation_id = %(organisation)s AND (p.target_id = a.id OR p.source_id = a.id)
  WHERE a.organisation_id = %(organisation)s AND a.customer_id = %(customer)s AND a.unit_id = %(unit)s
), lines AS (
  SELECT entry_id,
    coalesce(sum(amount) FILTER (WHERE kind = 'pending'), 0)::bigint AS pending,
    coalesce(sum(amount) FILTER (WHERE kind = 'available'), 0)::bigint AS available,
    coalesce(-sum(amount) FILTER (WHERE kind = 'arrears'), 0)::bigint AS owed
  FROM legs GROUP BY entry_id
), moves AS (
  SELECT m.entry_id, m.reward_id
  FROM rewards_reward AS r
  JOIN rewards_rewardmove AS m ON m.organisation_id = %(organisation)s AND m.reward_id = r.id
  WHERE r.organisation_id = %(organisation)s AND r.beneficiary_id = %(customer)s AND m.entry_id IS NOT NULL
)
SELECT e.id, e.occurred_at, e.kind, e.reason, e.key, l.pending, l.available, l.owed,
  (sum(l.available - l.owed) OVER (ORDER BY e.occurred_at, e.id))::bigint,
  m.reward_id
FROM lines AS l
JOIN rewards_journalentry AS e ON e.organisation_id = %(organisation)s AND e.id = l.entry_id
LEFT JOIN moves AS m ON m.entry_id = e.id
ORDER BY e.occurred_at DESC, e.id DESC
LIMIT %(limit)s
"""

_TRIAL = """
SELECT u.code, a.kind, sum(b.amount)::bigint
FROM (
  SELECT account_id, amount FROM rewards_balance WHERE organisation_id = %(organisation)s
  UNION ALL
  SELECT account_id, amount FROM rewards_balancedelta WHERE organisation_id = %(organisation)s
) AS b
JOIN rewards_account AS a ON a.organisation_id = %(organisation)s AND a.id = b.account_id
JOIN rewards_unit AS u ON u.organisation_id = %(organisation)s AND u.id = a.unit_id
GROUP BY u.code, a.kind
ORDER BY u.code, a.kind
"""
