"""A person decides where we and the provider differ, or where nobody can say what became of a payment."""

from uuid import UUID

from django.db import transaction

from foundation.errors import NotFound
from rewards.errors.payouts import DifferenceSettled, NoteMissing, RemedyImpossible
from rewards.models import PayoutDifference, PayoutLine
from rewards.operations.payouts import booking
from rewards.operations.payouts.results import move_batches_on
from rewards.rules.payouts import OPEN
from tenancy import audit, door

State, Remedy = PayoutLine.State, PayoutDifference.Remedy
_UNDER_WAY = (State.SENDING, State.ACCEPTED, State.UNCERTAIN)


@transaction.atomic
def settle_difference(difference_id: UUID, *, remedy: str, note: str) -> PayoutDifference:
    """Book what a person has found out, or leave the books as they are; the note says how they know."""
    found = PayoutDifference.objects.select_for_update().filter(id=difference_id).first()
    if found is None:
        raise NotFound
    if not note.strip():
        raise NoteMissing
    if found.resolved_at:
        raise DifferenceSettled
    if remedy != Remedy.NOTED:
        _book(found.line_id, is_paid=remedy == Remedy.BOOK_PAID, occasion=found.id)
    actor = door.actor()
    found.remedy, found.note, found.resolved_at = Remedy(remedy), note.strip()[:200], door.moment()
    found.resolved_by_kind, found.resolved_by_id = actor.kind, actor.id
    found.save()
    audit.record("payout.difference_settled", found, {"kind": found.kind, "remedy": remedy})
    return found


@transaction.atomic
def settle_doubt(line_id: UUID, *, is_paid: bool, note: str) -> PayoutLine:
    """Book a line of which the provider says nothing, as a person knows it from elsewhere: a bank statement, a call."""
    line = PayoutLine.objects.filter(id=line_id).first()
    if line is None:
        raise NotFound
    if not note.strip():
        raise NoteMissing
    if line.state not in _UNDER_WAY:
        raise RemedyImpossible(state=State(line.state).label)
    line = _book(line_id, is_paid=is_paid, occasion=line_id, cause=note)
    audit.record("payout.doubt_settled", line, {"is_paid": is_paid, "note": note[:200]})
    return line


def _book(line_id: UUID | None, *, is_paid: bool, occasion: UUID, cause: str = "") -> PayoutLine:
    if line_id is None:
        raise RemedyImpossible(state="–")
    [one] = booking.hold([line_id])
    one.line.cause = cause[:200]
    _paid(one, occasion) if is_paid else _failed(one, occasion)
    move_batches_on([one.line.batch_id])
    return one.line


def _paid(one: booking.HeldLine, occasion: UUID) -> None:
    if one.line.state in OPEN:
        booking.book_paid([one])
    elif one.line.state in (State.FAILED, State.WITHDRAWN) and one.line.amount_minor:
        booking.book_paid_after_all(one, occasion=occasion)
    else:
        raise RemedyImpossible(state=State(one.line.state).label)


def _failed(one: booking.HeldLine, occasion: UUID) -> None:
    if one.line.state in _UNDER_WAY:
        booking.book_failed([one])
    elif one.line.state == State.PAID:
        booking.book_came_back(one, occasion=occasion)
    else:
        raise RemedyImpossible(state=State(one.line.state).label)
