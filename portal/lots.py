"""What a member has by the day it can be used until, and why something is still to be made up."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from portal.account import shown, title_of_kind
from rewards.models import Unit
from rewards.queries import debts, expiries


@dataclass(frozen=True)
class ExpiryLine:
    amount: str
    until: datetime | None


@dataclass(frozen=True)
class DebtLine:
    title: str
    amount: str
    at: datetime
    owed: str
    reward_id: UUID | None


def expiry_lines(customer_id: UUID, unit: Unit) -> list[ExpiryLine]:
    """List what there is by its last day; one line that never ends says nothing."""
    found = [ExpiryLine(shown(amount, unit), moment) for moment, amount in expiries(customer_id, unit.code)]
    return found if any(line.until for line in found) else []


def debt_lines(customer_id: UUID, unit: Unit) -> list[DebtLine]:
    """List how a debt came and went, newest first; nothing once it is paid."""
    found = debts(customer_id, unit.code, limit=10)
    if not found or not found[0].owed:
        return []
    return [
        DebtLine(_title(line), shown(abs(line.amount), unit), line.occurred_at, shown(line.owed, unit), line.reward_id)
        for line in found
    ]


def _title(line) -> str:
    if line.amount < 0 and line.kind != "write_off":
        return _("Made up by what came in")
    return title_of_kind(line.kind)
