"""The one door: whoever works for an organisation enters here, and gets its one transaction.

What comes in through the door: the organisation, the moment, the actor. Nothing
behind it asks the clock or the session.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone


class NoOrganisation(RuntimeError):
    """Tenant data was asked for outside the door."""


@dataclass(frozen=True)
class Actor:
    """Who does it: a user, an API key, a customer, a visitor, or the system itself."""

    kind: str
    id: UUID | None = None
    label: str = ""


SYSTEM = Actor("system")
VISITOR = Actor("visitor")


@dataclass
class _Visit:
    organisation_id: UUID
    moment: datetime | None  # None: nobody has asked yet
    actor: Actor
    entered_at: datetime
    after_commit: dict[str, Callable[[], None]] = field(default_factory=dict)
    is_quiet: bool = False


_visit: ContextVar[_Visit | None] = ContextVar("visit", default=None)


@contextmanager
def organisation(organisation_id: UUID, *, actor: Actor = SYSTEM, moment: datetime | None = None) -> Iterator[None]:
    """Open the one transaction in which this organisation's rows can be seen.

    The setting dies with the transaction, so it is safe behind a transaction
    pooler; it travels with the first statement. SET LOCAL and not set_config(): only that travels to Citus workers.
    Nesting is refused: a released savepoint would leave the inner organisation
    in force for the rest of the outer transaction.
    """
    if _visit.get() is not None:
        raise RuntimeError("already inside an organisation")
    with transaction.atomic(durable=True):
        connection.open_with(f"SET LOCAL app.organisation_id = '{UUID(str(organisation_id))}'")
        visit = _Visit(organisation_id, moment, actor, timezone.now())
        token = _visit.set(visit)
        try:
            yield
        finally:
            _visit.reset(token)


def inside() -> bool:
    return _visit.get() is not None


def organisation_id() -> UUID:
    """Name the organisation that is being worked for."""
    return _here().organisation_id


def moment() -> datetime:
    """Tell the time of this visit; it stands still within one transaction."""
    visit = _here()
    if visit.moment is None:
        visit.moment = visit.entered_at + _offset(visit.organisation_id)
    return visit.moment


def actor() -> Actor:
    return _here().actor


def is_quiet() -> bool:
    """Say whether nobody outside the house is to hear of what is done (a file of old orders is taken in)."""
    return _here().is_quiet


@contextmanager
def quietly() -> Iterator[None]:
    """Do something of which no customer and no webhook is told, nor of what follows from it."""
    visit = _here()
    before, visit.is_quiet = visit.is_quiet, True
    try:
        yield
    finally:
        visit.is_quiet = before


def act_as(actor: Actor) -> None:
    """Name the actor once the door knows more than at its opening (a signed-in customer, a member of staff)."""
    _here().actor = actor


def once_after_commit(name: str, function: Callable[[], None]) -> None:
    """Call `function` after the commit, once however often it is asked for under this name."""
    waiting = _here().after_commit
    if name not in waiting:
        waiting[name] = function
        transaction.on_commit(function, robust=True)


def tell_clock(offset: timedelta) -> None:
    """Tell the organisation's clock to a visit whose organisation was read anyway, so that its moment asks for nothing."""
    visit = _here()
    if settings.MOVABLE_CLOCK and visit.moment is None:
        visit.moment = visit.entered_at + offset


def _here() -> _Visit:
    visit = _visit.get()
    if visit is None:
        raise NoOrganisation("enter with tenancy.door.organisation(...) first")
    return visit


def _offset(organisation_id: UUID) -> timedelta:
    """Tell how far the organisation's own clock is from ours, where clocks can be moved."""
    if not settings.MOVABLE_CLOCK:
        return timedelta(0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_offset FROM tenancy_organisation WHERE id = %s", [str(organisation_id)])
        row = cursor.fetchone()
    return row[0] if row else timedelta(0)
