"""Points outside referral rewards: earned by loyalty, adjusted by staff, redeemed by members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from rewards import ledger
from rewards.errors import NothingToAdjust, NotPositive, ReasonMissing
from rewards.models import Approval, JournalEntry, Unit
from rewards.operations import asking
from rewards.operations.units import POINT, expiry_of, units
from tenancy import audit, door, events


@dataclass(frozen=True)
class Grant:
    """Points for a customer; same key and same facts: granted once."""

    customer_id: UUID
    amount: int
    key: str
    cause: str  # a code: order, birthday …


@dataclass(frozen=True)
class TakeBack:
    """Points to take back, first from the lots of the `origins` (entries), then the earliest expiry, then owed."""

    customer_id: UUID
    amount: int
    key: str
    cause: str
    origins: tuple[UUID, ...] = ()


@transaction.atomic
def earn_points(grants: Sequence[Grant]) -> list[UUID]:
    """Grant points at once, in lots that expire by the unit's rule; give the entries in the order asked."""
    if any(grant.amount <= 0 for grant in grants):
        raise NotPositive
    if not grants:
        return []
    unit = units([POINT])[POINT]
    expires_at = expiry_of(unit)
    posted = ledger.post([_earning(grant, unit, expires_at) for grant in grants])
    news = zip(grants, posted, strict=True)
    events.publish_many(
        "points.earned", [(entry.entry_id, None, _news(grant, expires_at)) for grant, entry in news if entry.is_new]
    )
    return [entry.entry_id for entry in posted]


@transaction.atomic
def take_back_points(takes: Sequence[TakeBack]) -> list[UUID]:
    """Take granted points back; what was spent is owed and repaid by the next credits."""
    if any(take.amount <= 0 for take in takes):
        raise NotPositive
    if not takes:
        return []
    unit = units([POINT])[POINT]
    return [entry.entry_id for entry in ledger.post([_taking(take, unit) for take in takes])]


@transaction.atomic
def adjust_points(customer_id: UUID, *, amount: int, reason: str, key: str) -> JournalEntry | Approval:
    """Add points, or take them away (amount < 0) as far as they are there; staff say why.

    So many that the policy wants a second person are not booked: a question comes back.
    """
    if amount == 0:
        raise NothingToAdjust
    if not reason.strip():
        raise ReasonMissing
    key = f"adjust:{key}"
    question = asking.asked(key, customer_id=customer_id, amount=amount)
    if question and question.state != Approval.State.APPROVED:
        return question
    reasons = asking.reasons_for_points(asking.policy(), amount)
    if not reasons or question or JournalEntry.objects.filter(key=key).exists():
        return book_adjustment(customer_id, amount=amount, reason=reason, key=key)
    return asking.ask_for_points(customer_id, amount=amount, reason=reason, key=key, reasons=reasons)


def book_adjustment(customer_id: UUID, *, amount: int, reason: str, key: str) -> JournalEntry:
    """Post points by hand that nobody else has to agree to any more."""
    unit = units([POINT])[POINT]
    if amount > 0:
        arrow = ledger.Arrow(customer_id, unit.id, "programme", "available", amount, expires_at=expiry_of(unit))
    else:
        arrow = ledger.Arrow(customer_id, unit.id, "available", "programme", -amount)
    return _posted_by_hand(JournalEntry.Kind.ADJUSTMENT, key, arrow, reason, action="points.adjusted")


@transaction.atomic
def redeem_points(customer_id: UUID, *, amount: int, reason: str, key: str) -> JournalEntry:
    """Use points, earliest expiry first; refuse what the balance does not cover."""
    if amount <= 0:
        raise NotPositive
    unit = units([POINT])[POINT]
    arrow = ledger.Arrow(customer_id, unit.id, "available", "redeemed", amount)
    return _posted_by_hand(JournalEntry.Kind.REDEMPTION, f"redeem:{key}", arrow, reason, action="points.redeemed")


def _posted_by_hand(kind: str, key: str, arrow: ledger.Arrow, reason: str, *, action: str) -> JournalEntry:
    [posted] = ledger.post([ledger.Entry(kind=kind, key=key, arrows=(arrow,), reason=reason[:200])])
    entry = JournalEntry.objects.get(id=posted.entry_id)
    if posted.is_new:
        audit.record(action, entry, {"customer_id": str(arrow.customer_id), "amount": arrow.amount, "to": arrow.target})
    return entry


def _earning(grant: Grant, unit: Unit, expires_at: datetime | None) -> ledger.Entry:
    arrow = ledger.Arrow(grant.customer_id, unit.id, "programme", "available", grant.amount, expires_at=expires_at)
    return ledger.Entry(kind=JournalEntry.Kind.EARNING, key=grant.key, arrows=(arrow,), reason=grant.cause)


def _taking(take: TakeBack, unit: Unit) -> ledger.Entry:
    arrow = ledger.Arrow(
        take.customer_id, unit.id, "available", "programme", take.amount, preferred=take.origins, may_owe=True
    )
    reverses = take.origins[0] if take.origins else None
    return ledger.Entry(kind=JournalEntry.Kind.REVERSAL, key=take.key, arrows=(arrow,), reason=take.cause, reverses=reverses)


def _news(grant: Grant, expires_at: datetime | None) -> dict:
    return {
        "customer_id": str(grant.customer_id),
        "amount": grant.amount,
        "expires_at": expires_at.isoformat() if expires_at else None,
        "cause": grant.cause,
    }
