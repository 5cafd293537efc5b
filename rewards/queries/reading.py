"""Reads of the strong room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, QuerySet, Sum

from rewards.errors import UnknownUnit
from rewards.models import Account, Budget, Coupon, JournalEntry, Posting, Reward, RewardMove, Unit
from tenancy import door


ARROWS = 20  # of an entry that a list shows


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
    """Every change of a reward, oldest first; its settlement, which is in the books, comes as an unsaved move."""
    moves = list(RewardMove.objects.filter(reward_id=reward_id).order_by("id"))
    settled = _settlement(Reward.objects.get(id=reward_id))
    return sorted([*moves, *settled], key=lambda move: move.id)


def _settlement(reward: Reward) -> list[RewardMove]:
    if reward.settled_entry_id is None:
        return []
    arrows = Posting.objects.filter(account_id=reward.account_id, entry_id=reward.settled_entry_id, reward_id=reward.id)
    move = RewardMove(
        id=reward.lot_id, reward_id=reward.id, before=Reward.State.ACCRUED, after=Reward.State.AVAILABLE,
        amount=sum(arrow.amount for arrow in arrows), cause="hold_ended", entry_id=reward.settled_entry_id,
        occurred_at=reward.settled_at,
    )  # fmt: skip
    return [move]


def settled(entry_id: UUID, first: UUID | str, last: UUID | str) -> list[dict]:
    """Tell what a settlement did to the rewards whose arrows lie between two ids."""
    columns = (
        "id", "at", "customer_id", "role", "kind", "unit", "amount", "coupon_id", "referral_id", "campaign_id",
    )  # fmt: skip
    rows = _rows(_SETTLED, entry=str(entry_id), first=str(first), last=str(last))
    return [dict(zip(columns, row, strict=True)) for row in rows]


def coupons() -> QuerySet[Coupon]:
    """All coupons with their kind, newest first."""
    return Coupon.objects.select_related("kind").order_by("-issued_at", "-id")


def coupons_of(customer_id: UUID) -> QuerySet[Coupon]:
    """The coupons in a customer's hands."""
    return coupons().filter(customer_id=customer_id)


def budgets() -> QuerySet[Budget]:
    return Budget.objects.order_by("-id")


def entries() -> QuerySet[JournalEntry]:
    """The journal, each entry with its first `ARROWS` arrows as `arrows`; a settlement may have thousands."""
    first = Posting.objects.select_related("account__unit", "account__customer").order_by("id")[:ARROWS]
    return JournalEntry.objects.prefetch_related(Prefetch("postings", queryset=first, to_attr="arrows"))


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
SELECT u.code, u.kind, b.pending, b.available, -b.arrears, l.expires_at, coalesce(l.amount, 0)::bigint
FROM rewards_unit AS u
JOIN rewards_balance AS b
  ON b.organisation_id = %(organisation)s AND b.id = ledger_account(%(organisation)s, %(customer)s, u.id)
LEFT JOIN LATERAL (
  SELECT l.expires_at, sum(l.remaining) AS amount FROM rewards_lot AS l
  WHERE l.organisation_id = %(organisation)s AND l.account_id = b.id AND l.remaining > 0 AND l.expires_at IS NOT NULL
  GROUP BY l.expires_at ORDER BY l.expires_at LIMIT 1
) AS l ON true
WHERE u.organisation_id = %(organisation)s
ORDER BY u.kind = 'points' DESC, u.code
"""

_AVAILABLE = """
SELECT c.id, b.available
FROM unnest(%(customers)s::uuid[]) AS c (id)
JOIN rewards_unit AS u ON u.organisation_id = %(organisation)s AND u.code = 'POINT'
JOIN rewards_balance AS b
  ON b.organisation_id = %(organisation)s AND b.id = ledger_account(%(organisation)s, c.id, u.id)
"""

_SETTLED = """
SELECT r.id, e.occurred_at, r.beneficiary_id, r.role, r.kind, u.code, p.amount, c.id, r.referral_id, r.campaign_id
FROM (
  SELECT p.reward_id, sum(p.amount)::bigint AS amount FROM rewards_posting AS p
  WHERE p.organisation_id = %(organisation)s AND p.id BETWEEN %(first)s AND %(last)s AND p.entry_id = %(entry)s
  GROUP BY p.reward_id
) AS p
JOIN rewards_reward AS r ON r.organisation_id = %(organisation)s AND r.id = p.reward_id
JOIN rewards_unit AS u ON u.organisation_id = %(organisation)s AND u.id = r.unit_id
JOIN rewards_journalentry AS e ON e.organisation_id = %(organisation)s AND e.id = %(entry)s
LEFT JOIN rewards_coupon AS c ON c.organisation_id = %(organisation)s AND c.reward_id = r.id
ORDER BY r.lot_id
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

# What happened on an account, an entry a line; a settlement has a line for each reward.
_STATEMENT = """
WITH arrows AS (
  SELECT p.entry_id, p.reward_id, p.source, p.target, p.amount
  FROM rewards_posting AS p
  WHERE p.organisation_id = %(organisation)s
    AND p.account_id = ledger_account(%(organisation)s, %(customer)s, %(unit)s)
), lines AS (
  SELECT entry_id, reward_id,
    sum(amount * ((target = 'pending')::int - (source = 'pending')::int))::bigint AS pending,
    sum(amount * ((target = 'available')::int - (source = 'available')::int))::bigint AS available,
    sum(amount * ((source = 'arrears')::int - (target = 'arrears')::int))::bigint AS owed
  FROM arrows GROUP BY entry_id, reward_id
)
SELECT e.id, e.occurred_at, e.kind, e.reason, e.key, l.pending, l.available, l.owed,
  (sum(l.available - l.owed) OVER (ORDER BY e.occurred_at, e.id, l.reward_id))::bigint,
  l.reward_id
FROM lines AS l
JOIN rewards_journalentry AS e ON e.organisation_id = %(organisation)s AND e.id = l.entry_id
ORDER BY e.occurred_at DESC, e.id DESC, l.reward_id DESC
LIMIT %(limit)s
"""

_TRIAL = """
SELECT t.code, k.kind, k.amount
FROM (
  SELECT u.code, sum(b.pending)::bigint AS pending, sum(b.available)::bigint AS available,
    sum(b.paying)::bigint AS paying, sum(b.arrears)::bigint AS arrears, sum(b.programme)::bigint AS programme,
    sum(b.opening)::bigint AS opening, sum(b.redeemed)::bigint AS redeemed, sum(b.expired)::bigint AS expired,
    sum(b.paid)::bigint AS paid, sum(b.transfer)::bigint AS transfer
  FROM rewards_balance AS b
  JOIN rewards_account AS a ON a.organisation_id = %(organisation)s AND a.id = b.id
  JOIN rewards_unit AS u ON u.organisation_id = %(organisation)s AND u.id = a.unit_id
  WHERE b.organisation_id = %(organisation)s
  GROUP BY u.code
) AS t
CROSS JOIN LATERAL (VALUES
  ('pending', t.pending), ('available', t.available), ('paying', t.paying), ('arrears', t.arrears),
  ('programme', t.programme), ('opening', t.opening), ('redeemed', t.redeemed), ('expired', t.expired),
  ('paid', t.paid), ('transfer', t.transfer)) AS k (kind, amount)
WHERE k.amount <> 0
ORDER BY t.code, k.kind
"""
