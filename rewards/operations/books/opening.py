"""Take balances over from another system."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from rewards import ledger
from rewards.errors.general import ExpiryPassed, NotPositive, ReferenceMissing
from rewards.models import JournalEntry, Lot, Posting, Unit
from rewards.operations.accounts.units import POINT, expiry_of, units
from tenancy import audit, door


@dataclass(frozen=True)
class Opening:
    """What a customer had elsewhere. Same source and reference: taken over once; another amount is a conflict.

    `expires_at` None: by the unit's policy, counted from today.
    """

    customer_id: UUID
    amount: int
    source: str
    reference: str
    unit_code: str = POINT
    expires_at: datetime | None = None

    @property
    def key(self) -> str:
        return f"opening:{self.source}:{self.reference}"


@transaction.atomic
def open_balances(openings: Sequence[Opening]) -> list[ledger.Posted]:
    """Take balances over, each once, in lots of their own; what a customer owes already is repaid first."""
    for opening in openings:
        _refuse_malformed(opening)
    if not openings:
        return []
    known = units(sorted({opening.unit_code for opening in openings}))
    ends = {code: expiry_of(unit) for code, unit in known.items()}
    posted = ledger.post([_entry(one, known[one.unit_code], ends[one.unit_code]) for one in openings])
    new = [entry.entry_id for entry in posted if entry.is_new]
    rows = JournalEntry.objects.in_bulk(new)
    told = [(rows[entry.entry_id], _facts(one)) for one, entry in zip(openings, posted, strict=True) if entry.is_new]
    audit.record_many("balance.opened", told)
    return posted


def _refuse_malformed(opening: Opening) -> None:
    if opening.amount <= 0:
        raise NotPositive
    if not opening.reference.strip() or not opening.source.strip():
        raise ReferenceMissing
    if opening.expires_at and opening.expires_at <= door.moment():
        raise ExpiryPassed


def _entry(opening: Opening, unit: Unit, ends_at: datetime | None) -> ledger.Entry:
    arrow = ledger.Arrow(
        opening.customer_id, unit.id, "opening", "available", opening.amount, expires_at=opening.expires_at or ends_at
    )
    return ledger.Entry(JournalEntry.Kind.OPENING, opening.key, (arrow,), reason=opening.source)


def _facts(opening: Opening) -> dict:
    return {"customer_id": str(opening.customer_id), "amount": opening.amount, "unit": opening.unit_code}


def take_back_openings(entry_ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Reverse balances that were taken over by mistake; False where some of it is spent, expired or moved already.

    The books keep both entries. What is gone cannot be taken: the customer has used what we told them they had.
    """
    entries = JournalEntry.objects.in_bulk(list(entry_ids))
    whole = {lot.entry_id: lot for lot in Lot.objects.filter(entry_id__in=entries) if lot.remaining == lot.amount}
    postings = Posting.objects.filter(entry_id__in=entries, source="opening").select_related("account")
    found = {posting.entry_id: posting for posting in postings}
    able = {id: found[id] for id in found if id in whole and whole[id].amount == found[id].amount}
    ledger.post([_back(entries[id], posting) for id, posting in able.items()])
    audit.record_many("balance.opening_reversed", [(entries[id], {"amount": able[id].amount}) for id in able])
    return {id: id in able for id in entry_ids}


def _back(entry: JournalEntry, posting: Posting) -> ledger.Entry:
    account = posting.account
    arrow = ledger.Arrow(
        account.customer_id, account.unit_id, "available", "opening", posting.amount, preferred=(entry.id,), is_own_only=True
    )
    return ledger.Entry(
        JournalEntry.Kind.REVERSAL, f"undo:{entry.key}"[: ledger.KEY_LENGTH], (arrow,), reason="import", reverses=entry.id
    )
