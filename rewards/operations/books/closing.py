"""Close months, in order and for good, and seal them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection, transaction

from rewards.errors.closing import (
    BeforeTheBooks,
    EarlierMonthOpen,
    MonthBeingSealed,
    MonthNotOver,
    MonthStaysClosed,
    NothingBooked,
    SealBroken,
    UnknownClosing,
)
from rewards.models import Closing, Seal
from rewards.operations.books.alone import alone
from rewards.operations.books.sealing import AT_ONCE, seal_or_begin
from rewards.queries import finance, seals
from rewards.rules.months import next_month, start_of
from tenancy import audit, door
from tenancy.calendar import own_zone
from tenancy.models import Job


@dataclass(frozen=True)
class Closed:
    """A closed month: with its seal, or with the job that makes it."""

    closing: Closing
    seal: Seal | None
    job: Job | None = None


@transaction.atomic
def close_month(month: date) -> Closed:
    """Close a month for entries, and seal it; a month that is closed already gives its first answer.

    Waits for postings that are under way, so that each is either in the month or
    booked into the one then open; nobody else can post meanwhile. A closed month that
    is no longer what was sealed is a SealBroken.
    """
    alone("books")
    closing = Closing.objects.filter(month=month).first()
    if closing is None:
        return _sealed(_close(month))
    seal = Seal.objects.filter(id=closing.id).first()
    if seal is None:
        return _sealed(closing)
    if seal.entries <= AT_ONCE and seals.verify_seal(closing, seal, previous=seal.previous):
        raise SealBroken(month=f"{month:%Y-%m}")
    return Closed(closing, seal)


def reopen_month(closing_id: UUID) -> None:
    """Refuse to open a closed month, and say what to do instead."""
    if not Closing.objects.filter(id=closing_id).exists():
        raise UnknownClosing
    raise MonthStaysClosed(open=f"{finance.first_open_month():%Y-%m}")


def _close(month: date) -> Closing:
    bounds = _bounds(month)
    who = door.actor()
    closing = Closing.objects.create(
        month=month, begins_at=bounds[0], ends_at=bounds[1], closed_at=door.moment(), actor_kind=who.kind, actor_id=who.id
    )
    _forget_open_from()
    audit.record("month.closed", closing, {"month": f"{month:%Y-%m}"})
    return closing


def _bounds(month: date) -> tuple:
    """Say from when to when the month goes, or why it cannot be closed."""
    last = finance.last_closing()
    following = next_month(last.month) if last else finance.first_month()
    if following is None:
        raise NothingBooked
    if month < following:
        raise BeforeTheBooks(first=f"{following:%Y-%m}")
    if month > following:
        raise EarlierMonthOpen(next=f"{following:%Y-%m}")
    ends_at = start_of(next_month(month), own_zone())
    if ends_at > door.moment():
        raise MonthNotOver(month=f"{month:%Y-%m}")
    if last and not Seal.objects.filter(id=last.id).exists():
        raise MonthBeingSealed(month=f"{last.month:%Y-%m}")
    return (last.ends_at if last else None), ends_at


def _sealed(closing: Closing) -> Closed:
    made = seal_or_begin(closing)
    return Closed(closing, made) if isinstance(made, Seal) else Closed(closing, None, made)


def _forget_open_from() -> None:
    """Let entries of this very transaction see the closing (migrations/0009 keeps the answer for a transaction)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.books_open_from', '', true)")
