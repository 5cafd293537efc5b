"""The one door: whoever works for an organisation enters here, and gets its one transaction.

What comes in through the door: the organisation, the moment, the actor. Nothing
behind it asks the clock or the session.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
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
    moment: datetime
    actor: Actor
    after_commit: dict[str, Callable[[], None]] = field(default_factory=dict)
    is_quiet: bool = False


_visit: ContextVar[_Visit | None] = ContextVar("visit", default=None)


@contextmanager
def organisation(organisation_id: UUID, *, actor: Actor = SYSTEM, moment: datetime | None = None) -> Iterator[None]:
    """Open the one transaction in which this organisation's rows can be seen.

    The setting dies with the transaction, so it is safe behind a transaction
    pooler. SET LOCAL and not set_config(): only that travels to Citus workers.
    Nesting is refused: a released savepoint would leave the inner organisation
    in force for the rest of the outer transaction.
    """
    if _visit.get() is not None:
        raise RuntimeError("already inside an organisation")
    with transaction.atomic(durable=True):
        visit = _Visit(organisation_id, _open(organisation_id, moment), actor)
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
    return _here().moment


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


def _here() -> _Visit:
    visit = _visit.get()
    if visit is None:
        raise NoOrganisation("enter with tenancy.door.organisation(...) first")
    return visit


def _open(organisation_id: UUID, moment: datetime | None) -> datetime:
    """Name the organisation to the database; tell the moment, by the organisation's own clock where clocks can be moved."""
    sql, here = "SET LOCAL app.organisation_id = %s", str(organisation_id)
    with connection.cursor() as cursor:
        if moment or not settings.MOVABLE_CLOCK:
            cursor.execute(sql, [here])
            return moment or timezone.now()
        # In one message: this is the way of every request and every task.
        cursor.execute(f"{sql}; SELECT clock_offset FROM tenancy_organisation WHERE id = %s", [here, here])
        row = cursor.fetchone()
    return timezone.now() + row[0] if row else timezone.now()
