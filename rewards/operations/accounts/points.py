"""Points outside referral rewards: earned by loyalty, adjusted by staff, redeemed by members."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from rewards import ledger
from rewards.errors.general import NothingToAdjust, NotPositive, ReasonMissing
from rewards.models import Approval, JournalEntry, Unit
from rewards.operations.accounts import shortfalls
from rewards.operations.accounts.extending import REDEMPTION, Activity, note_activity
from rewards.operations.accounts.units import POINT, expiry_of, units
from rewards.operations.lifecycle import asking, mirroring
from rewards.operations.lifecycle.mirroring import Taken
from tenancy import audit, events

Kind = JournalEntry.Kind


@dataclass(frozen=True)
class Grant:
    """Points for a customer; same key and same facts: granted once."""

    customer_id: UUID
    amount: int
    key: str
    cause: str  # a code: order, birthday …


@dataclass(frozen=True)
class TakeBack:
    """Points to take back, first from the lots of the `origins` (entries), then by the unit's policy."""

    customer_id: UUID
    amount: int
    key: str
    cause: str
    origins: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Again:
    """Points to give again that `reversals` (entries) took, in their order; what they did not take is granted."""

    customer_id: UUID
    amount: int
    key: str
    cause: str
    reversals: tuple[UUID, ...]


@dataclass(frozen=True)
class _Step:
    change: Grant | TakeBack | Again
    entry: ledger.Entry


def earn_points(grants: Sequence[Grant]) -> list[UUID]:
    """Grant points at once, in lots that expire by the unit's rule; give the entries in the order asked."""
    return [entry_ids[0] for entry_ids in change_points(grants)]


def take_back_points(takes: Sequence[TakeBack]) -> list[UUID]:
    """Take granted points back; what was spent is owed and repaid by the next credits, or the house bears it."""
    return [entry_ids[0] for entry_ids in change_points(takes)]


def lock_points(customer_ids: Collection[UUID]) -> None:
    """Lock the balances in points of customers, before several things are done with them in a transaction."""
    unit = units([POINT])[POINT]
    ledger.lock([(customer_id, unit.id) for customer_id in customer_ids])


@transaction.atomic
def change_points(changes: Sequence[Grant | TakeBack | Again]) -> list[list[UUID]]:
    """Grant, take back and give again at once, so that balances are locked in one go; give the entries of each change."""
    if any(change.amount <= 0 for change in changes):
        raise NotPositive
    if not changes:
        return []
    unit = units([POINT])[POINT]
    expires_at = expiry_of(unit)
    steps = _steps(changes, unit, expires_at)
    posted = ledger.post([step.entry for step in steps])
    taken = {entry.entry_id: (unit, step.change.customer_id) for step, entry in zip(steps, posted, strict=True)}
    shortfalls.forgive(taken, posted)
    earned = [(step, entry) for step, entry in zip(steps, posted, strict=True) if _is_news(step, entry)]
    events.publish_many("points.earned", [(entry.entry_id, None, _news(step, expires_at)) for step, entry in earned])
    found: dict[str, list[UUID]] = {change.key: [] for change in changes}
    for step, entry in zip(steps, posted, strict=True):
        found[step.change.key].append(entry.entry_id)
    return [found[change.key] for change in changes]


def _steps(changes: Sequence[Grant | TakeBack | Again], unit: Unit, expires_at: datetime | None) -> list[_Step]:
    reversals = [one for change in changes if isinstance(change, Again) for one in change.reversals]
    left = mirroring.taken_by(reversals)
    return [_Step(change, entry) for change in changes for entry in _entries(change, unit, expires_at, left)]


def _entries(change, unit: Unit, expires_at: datetime | None, left: Mapping[UUID, Taken]) -> Iterator[ledger.Entry]:
    match change:
        case Grant():
            yield _earning(change, unit, expires_at)
        case TakeBack():
            yield _taking(change, unit)
        case Again():
            yield from _giving_again(change, unit, expires_at, left)


def _earning(grant: Grant, unit: Unit, expires_at: datetime | None) -> ledger.Entry:
    arrow = ledger.Arrow(grant.customer_id, unit.id, "programme", "available", grant.amount, expires_at=expires_at)
    return ledger.Entry(kind=Kind.EARNING, key=grant.key, arrows=(arrow,), reason=grant.cause)


def _taking(take: TakeBack, unit: Unit) -> ledger.Entry:
    arrow = ledger.Arrow(
        take.customer_id, unit.id, "available", "programme", take.amount, preferred=take.origins, **shortfalls.terms(unit)
    )
    reverses = take.origins[0] if take.origins else None
    return ledger.Entry(kind=Kind.REVERSAL, key=take.key, arrows=(arrow,), reason=take.cause, reverses=reverses)


def _giving_again(
    again: Again, unit: Unit, expires_at: datetime | None, left: Mapping[UUID, Taken]
) -> Iterator[ledger.Entry]:
    wanted, number = again.amount, 0
    for taken in (left[one] for one in again.reversals if one in left):
        if amount := min(wanted, taken.left):
            arrows = mirroring.arrows(taken, amount, customer_id=again.customer_id, unit_id=unit.id, expires_at=expires_at)
            key = f"{again.key}:{number}" if number else again.key
            yield ledger.Entry(Kind.RESTORATION, key, arrows, reason=again.cause, reverses=taken.entry_id)
            wanted, number = wanted - amount, number + 1
    if wanted:
        yield _earning(Grant(again.customer_id, wanted, f"{again.key}:more", again.cause), unit, expires_at)


def _is_news(step: _Step, posted: ledger.Posted) -> bool:
    return posted.is_new and step.entry.kind == Kind.EARNING


def _news(step: _Step, expires_at: datetime | None) -> dict:
    return {
        "customer_id": str(step.change.customer_id),
        "amount": step.entry.arrows[0].amount,
        "expires_at": expires_at.isoformat() if expires_at else None,
        "cause": step.change.cause,
    }


# --- by hand ------------------------------------------------------------------------------------------


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
    return post_by_hand(Kind.ADJUSTMENT, key, arrow, reason, action="points.adjusted")


@transaction.atomic
def redeem_points(customer_id: UUID, *, amount: int, reason: str, key: str) -> JournalEntry:
    """Use points, earliest expiry first; refuse what the balance does not cover."""
    if amount <= 0:
        raise NotPositive
    unit = units([POINT])[POINT]
    arrow = ledger.Arrow(customer_id, unit.id, "available", "redeemed", amount)
    entry = post_by_hand(Kind.REDEMPTION, f"redeem:{key}", arrow, reason, action="points.redeemed")
    note_activity([Activity(customer_id, entry.occurred_at, entry.id)], cause=REDEMPTION)
    return entry


def post_by_hand(
    kind: str, key: str, arrow: ledger.Arrow, reason: str, *, action: str, reverses: UUID | None = None
) -> JournalEntry:
    """Post one arrow that a person or a key asked for; the first time is audited."""
    entry = ledger.Entry(kind=kind, key=key, arrows=(arrow,), reason=reason[:200], reverses=reverses)
    [posted] = ledger.post([entry])
    entry = JournalEntry.objects.get(id=posted.entry_id)
    if posted.is_new:
        audit.record(action, entry, {"customer_id": str(arrow.customer_id), "amount": arrow.amount, "to": arrow.target})
    return entry
