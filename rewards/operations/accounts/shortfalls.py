"""What becomes of units that are taken back and are not there any more: owed, or borne by the house."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from rewards import ledger
from rewards.models import Balance, JournalEntry, Unit

BEYOND_LIMIT = "beyond_limit"  # why a debt is written off that nobody forgave by hand


def terms(unit: Unit) -> dict[str, Any]:
    """Give an arrow that takes units back what the unit's policy says of it."""
    forgives = unit.shortfall != Unit.Shortfall.OWE
    return {"may_owe": not forgives, "may_forgive": forgives, "is_own_only": unit.shortfall == Unit.Shortfall.OWN_LOT}


def forgive(units: Mapping[UUID, tuple[Unit, UUID]], posted: Sequence[ledger.Posted]) -> dict[UUID, int]:
    """Say what the house bears of each new entry that was short, and write off what is beyond the unit's limit.

    `units` gives an entry's unit and customer. The ledger has written off already what a
    policy forgives altogether.
    """
    short = [one for one in posted if one.short]
    forgiven = {one.entry_id: one.short for one in short if units[one.entry_id][0].shortfall != Unit.Shortfall.OWE}
    capped = [one for one in short if units[one.entry_id][0].owed_limit is not None]
    return forgiven | _beyond_limits(units, capped)


def _beyond_limits(units: Mapping[UUID, tuple[Unit, UUID]], short: Sequence[ledger.Posted]) -> dict[UUID, int]:
    accounts = {one.entry_id: ledger.account_id(units[one.entry_id][1], units[one.entry_id][0].id) for one in short}
    owed = {row.id: -row.arrears for row in Balance.objects.filter(id__in=accounts.values())} if short else {}
    borne: dict[UUID, int] = {}
    for one in reversed(short):
        account, limit = accounts[one.entry_id], units[one.entry_id][0].owed_limit
        if excess := min(max(owed[account] - limit, 0), one.short):
            owed[account] -= excess
            borne[one.entry_id] = excess
    ledger.post([_write_off(entry_id, *units[entry_id], amount) for entry_id, amount in borne.items()])
    return borne


def _write_off(entry_id: UUID, unit: Unit, customer_id: UUID, amount: int) -> ledger.Entry:
    arrow = ledger.Arrow(customer_id, unit.id, "programme", "arrears", amount)
    return ledger.Entry(JournalEntry.Kind.WRITE_OFF, f"forgive:{entry_id}", (arrow,), reason=BEYOND_LIMIT, reverses=entry_id)
