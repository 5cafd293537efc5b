"""What customers have by its expiry, and why they owe something."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from rewards.models import JournalEntry, Lot, LotExtension, Unit
from rewards.models.ledger import account_id
from rewards.queries.scanning import rows
from rewards.queries.statements import order_of


@dataclass(frozen=True)
class LotLine:
    """One credit and what is left of it; `first_expiry_at` is when it ended before its owner was active."""

    id: UUID
    entry_id: UUID
    amount: int
    remaining: int
    earned_at: datetime
    expires_at: datetime | None
    first_expiry_at: datetime | None

    @property
    def was_extended(self) -> bool:
        return self.first_expiry_at != self.expires_at


@dataclass(frozen=True)
class DebtLine:
    """One entry that made a customer owe more, or less (amount < 0)."""

    entry_id: UUID
    occurred_at: datetime
    kind: str
    reason: str
    amount: int
    owed: int
    reward_id: UUID | None

    key: str

    @property
    def kind_label(self) -> str:
        return JournalEntry.Kind(self.kind).label

    @property
    def order_id(self) -> UUID | None:
        """The order whose refund it follows, where the entry's key names one."""
        return order_of(self.key)


def lots(customer_id: UUID, unit_code: str, *, limit: int = 200) -> list[LotLine]:
    """List what is left of which credit, in the order in which it will be used."""
    unit = Unit.objects.filter(code=unit_code).first()
    if unit is None:
        return []
    held = Lot.objects.filter(account_id=account_id(customer_id, unit.id), remaining__gt=0)
    found = sorted(held, key=lambda lot: (lot.expires_at is None, lot.expires_at or lot.earned_at, lot.id))[:limit]
    first = _first_expiries([lot.id for lot in found])
    return [
        LotLine(
            lot.id, lot.entry_id, lot.amount, lot.remaining, lot.earned_at, lot.expires_at, first.get(lot.id, lot.expires_at)
        )
        for lot in found
    ]


def _first_expiries(lot_ids: list[UUID]) -> dict[UUID, datetime]:
    newest_first = LotExtension.objects.filter(lot_id__in=lot_ids).order_by("-id").values_list("lot_id", "before")
    return dict(newest_first)


def expiries(customer_id: UUID, unit_code: str, *, limit: int = 12) -> list[tuple[datetime | None, int]]:
    """Sum what a customer has by when it expires, the earliest first, what never does last."""
    unit = Unit.objects.filter(code=unit_code).first()
    if unit is None:
        return []
    held = Lot.objects.filter(account_id=account_id(customer_id, unit.id), remaining__gt=0)
    sums = held.order_by().values_list("expires_at").annotate(sum=Sum("remaining"))
    return sorted(sums, key=lambda pair: (pair[0] is None, pair[0]))[:limit]


def debts(customer_id: UUID, unit_code: str, *, limit: int = 100) -> list[DebtLine]:
    """List why a customer owes or owed something, newest first."""
    unit = Unit.objects.filter(code=unit_code).first()
    if unit is None:
        return []
    found = rows(_DEBTS, account=str(account_id(customer_id, unit.id)), limit=limit)
    return [DebtLine(*row) for row in found]


_DEBTS = """
SELECT e.id, e.occurred_at, e.kind, e.reason, d.amount,
  (sum(d.amount) OVER (ORDER BY e.occurred_at, e.id, d.reward_id))::bigint, d.reward_id, e.key
FROM (
  SELECT p.entry_id, p.reward_id,
    sum(p.amount * ((p.source = 'arrears')::int - (p.target = 'arrears')::int))::bigint AS amount
  FROM rewards_posting AS p
  WHERE p.organisation_id = %(organisation)s AND p.account_id = %(account)s
    AND (p.source = 'arrears' OR p.target = 'arrears')
  GROUP BY p.entry_id, p.reward_id
) AS d
JOIN rewards_journalentry AS e ON e.organisation_id = %(organisation)s AND e.id = d.entry_id
WHERE d.amount <> 0
ORDER BY e.occurred_at DESC, e.id DESC, d.reward_id DESC
LIMIT %(limit)s
"""
