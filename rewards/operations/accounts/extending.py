"""Let points live longer because their owner is active, where the policy says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rewards import ledger
from rewards.operations.accounts.units import POINT, expiry_of, units

ORDER, REDEMPTION = "order", "redemption"


@dataclass(frozen=True)
class Activity:
    """An order or a redemption of a customer: its moment, and the id of the order or the entry."""

    customer_id: UUID
    occurred_at: datetime
    cause_id: UUID


def note_activity(activities: Sequence[Activity], *, cause: str) -> int:
    """Let unexpired points live as long as if they had become available at an activity; count the lots that now do.

    Never shorter than before; what has expired stays expired.
    """
    if not activities:
        return 0
    unit = units([POINT])[POINT]
    if not unit.extends_on_activity:
        return 0
    told = [(one, expiry_of(unit, one.occurred_at)) for one in activities]
    longer = [ledger.Activity(one.customer_id, ends, one.cause_id) for one, ends in told if ends]
    return ledger.extend(unit.id, longer, cause=cause) if longer else 0
