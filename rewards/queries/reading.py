"""Reads of the strong room."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from rewards.models import Budget, Coupon, Posting, Reward, RewardMove
from rewards.rules.in_kind import HANDED_OVER
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


def balances(customer_id: UUID) -> list[CustomerBalance]:
    """Tell what a customer has, one line a unit, points first."""
    return [CustomerBalance(*row) for row in _rows(_BALANCES, customer=str(customer_id))]


def available_points(customer_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Tell the points many customers can use."""
    rows = _rows(_AVAILABLE, customers=[str(one) for one in customer_ids])
    return dict.fromkeys(customer_ids, 0) | dict(rows)


def rewards() -> QuerySet[Reward]:
    """All rewards with what a list shows of them."""
    return Reward.objects.select_related("unit", "coupon_kind", "beneficiary", "budget")


def late(rows: QuerySet[Reward]) -> QuerySet[Reward]:
    """Narrow rewards to those that are promised by now and not in the person's hands."""
    state, kind = Reward.State, Reward.Kind
    on_the_way = Q(state__in=[state.AVAILABLE, state.PAYING], kind__in=[kind.CASH, *HANDED_OVER])
    return rows.filter(Q(state__in=[state.ACCRUED, state.HELD]) | on_the_way, promised_by__lt=door.moment())


def rewards_of(customer_id: UUID) -> QuerySet[Reward]:
    """A customer's rewards, newest first; of one that was exchanged for another option, only what it is now."""
    return rewards().filter(beneficiary_id=customer_id, successor_id=None).order_by("-accrued_at", "-id")


def history(reward_id: UUID) -> list[RewardMove]:
    """Every change of a reward, oldest first; its settlement, which is in the books, comes as an unsaved move."""
    moves = list(RewardMove.objects.filter(reward_id=reward_id).order_by("id"))
    settled = _settlement(Reward.objects.get(id=reward_id))
    return sorted([*moves, *settled], key=lambda move: move.id)


def _settlement(reward: Reward) -> list[RewardMove]:
    if reward.settled_entry_id is None:
        return []
    # By their names alone: any other condition, and all arrows of the entry may be read (migrations/0003 names them).
    arrows = Posting.objects.filter(id__in=[reward.lot_id, UUID(int=reward.lot_id.int + (1 << 64))])
    move = RewardMove(
        id=reward.lot_id, reward_id=reward.id, before=Reward.State.ACCRUED, after=Reward.State.AVAILABLE,
        amount=sum(arrow.amount for arrow in arrows), cause="hold_ended", entry_id=reward.settled_entry_id,
        occurred_at=reward.settled_at,
    )  # fmt: skip
    return [move]


def settled(entry_id: UUID, first: UUID | str, last: UUID | str) -> list[dict]:
    """Tell what a settlement did to the rewards whose arrows lie between two ids."""
    columns = (
        "id", "at", "customer_id", "role", "kind", "unit", "amount", "coupon_id", "referral_id", "campaign_id", "title",
    )  # fmt: skip
    rows = _rows(_SETTLED, entry=str(entry_id), first=str(first), last=str(last))
    return [dict(zip(columns, (*row[:-1], json.loads(row[-1])), strict=True)) for row in rows]


def coupons() -> QuerySet[Coupon]:
    """All coupons with their kind, newest first."""
    return Coupon.objects.select_related("kind").order_by("-issued_at", "-id")


def coupons_of(customer_id: UUID) -> QuerySet[Coupon]:
    """The coupons in a customer's hands."""
    return coupons().filter(customer_id=customer_id)


def budgets() -> QuerySet[Budget]:
    return Budget.objects.order_by("-id")


def expiring_lots(until: datetime) -> list[tuple[UUID, int, datetime]]:
    """List (customer, points, expiry) of lots that expire after now and before `until`; those of a moment are one."""
    return _rows(_EXPIRING, now=door.moment(), until=until)


def promised_minor() -> dict[str, int]:
    """Tell by currency what all budgets have promised and not yet spent."""
    rows = Budget.objects.values_list("currency").annotate(total=Sum("reserved_minor") + Sum("committed_minor"))
    return dict(rows.order_by("currency"))


def _rows(sql: str, **arguments) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"organisation": str(door.organisation_id()), **arguments})
        return cursor.fetchall()


# Accounts are named in a step of their own: in the condition of a join ledger_account(), which the policies do not know to
# be harmless, keeps the index out, and all balances of the organisation are read.
_BALANCES = """
WITH theirs AS MATERIALIZED (
  SELECT u.code, u.kind, ledger_account(%(organisation)s, %(customer)s, u.id) AS account_id
  FROM rewards_unit AS u WHERE u.organisation_id = %(organisation)s
)
SELECT u.code, u.kind, b.pending, b.available, -b.arrears, l.expires_at, coalesce(l.amount, 0)::bigint
FROM theirs AS u
JOIN rewards_balance AS b ON b.organisation_id = %(organisation)s AND b.id = u.account_id
LEFT JOIN LATERAL (
  SELECT l.expires_at, sum(l.remaining) AS amount FROM rewards_lot AS l
  WHERE l.organisation_id = %(organisation)s AND l.account_id = b.id AND l.remaining > 0 AND l.expires_at IS NOT NULL
  GROUP BY l.expires_at ORDER BY l.expires_at LIMIT 1
) AS l ON true
ORDER BY u.kind = 'points' DESC, u.code
"""

_AVAILABLE = """
WITH theirs AS MATERIALIZED (
  SELECT c.id, ledger_account(%(organisation)s, c.id, u.id) AS account_id
  FROM rewards_unit AS u CROSS JOIN unnest(%(customers)s::uuid[]) AS c (id)
  WHERE u.organisation_id = %(organisation)s AND u.code = 'POINT'
)
SELECT c.id, b.available
FROM theirs AS c
JOIN rewards_balance AS b ON b.organisation_id = %(organisation)s AND b.id = c.account_id
"""

_SETTLED = """
SELECT r.id, e.occurred_at, r.beneficiary_id, r.role, r.kind, u.code, p.amount, c.id, r.referral_id, r.campaign_id, r.title
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
SELECT a.customer_id, sum(l.remaining)::bigint, l.expires_at
FROM rewards_lot AS l
JOIN rewards_account AS a ON a.organisation_id = %(organisation)s AND a.id = l.account_id
JOIN rewards_unit AS u ON u.organisation_id = %(organisation)s AND u.id = a.unit_id AND u.kind = 'points'
WHERE l.organisation_id = %(organisation)s AND l.remaining > 0 AND l.expires_at > %(now)s AND l.expires_at <= %(until)s
GROUP BY a.customer_id, l.expires_at
ORDER BY a.customer_id, l.expires_at
"""
