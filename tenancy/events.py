"""The event outbox: written with the change, worked off exactly once in effect.

Redis loses tasks (measured: flush, restart, killed child), so the outbox is the
queue of record and Celery only rings. A delivery is claimed and its attempt noted
in one small transaction; effect and done-mark share the next one.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from foundation.ids import new_id, new_key
from tenancy import bulk, door
from tenancy.models import Delivery, Event

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
LEASE = timedelta(seconds=120)
CLAIM = 200


@dataclass(frozen=True)
class Listener:
    """Who hears an event. `function` takes a sequence of events and must bear them in any order and again."""

    name: str
    kind: str
    function: str  # dotted path, so that wiring is a table of text
    batch: int = 1
    is_outward: bool = False  # what it does is seen outside the house: it does not hear what was done quietly

    def hear(self, events: Sequence[Event]) -> None:
        import_string(self.function)(events)


_listeners: dict[str, Listener] = {}


def wire(listeners: Sequence[Listener]) -> None:
    """Take in the wiring table (config/wiring.py)."""
    _listeners.clear()
    for listener in listeners:
        assert listener.name not in _listeners, listener.name
        _listeners[listener.name] = listener


def listeners() -> Sequence[Listener]:
    return list(_listeners.values())


def publish(kind: str, subject_id: UUID, /, *, occurred_at: datetime | None = None, **payload: Any) -> Event:
    """Write an event beside the change it tells of. Payload: ids, states and amounts, no personal data."""
    return publish_many(kind, [(subject_id, occurred_at, payload)])[0]


def publish_many(kind: str, facts: Sequence[tuple[UUID, datetime | None, dict[str, Any]]]) -> list[Event]:
    """Write many events of one kind in two statements; `facts` are (subject, occurred_at, payload)."""
    mark = {"is_quiet": True} if door.is_quiet() else {}
    events = [
        Event(id=new_id(), kind=kind, subject_id=subject, occurred_at=at or door.moment(), payload=payload | mark)
        for subject, at, payload in facts
    ]
    hearing = _hearing(kind)
    if events:
        _write(events)
    if events and hearing:
        _address([event.id for event in events], hearing)
        _ring()
    return events


def publish_all(kind: str, facts: Sequence[tuple[UUID, datetime | None, dict[str, Any]]]) -> None:
    """Write thousands of events of one kind: as publish_many, without making objects of them."""
    mark = {"is_quiet": True} if door.is_quiet() else {}
    now, ids = door.moment(), [new_key() for _ in facts]
    rows = [(id, subject, payload | mark, at or now) for id, (subject, at, payload) in zip(ids, facts, strict=True)]
    bulk.insert(Event, ["id", "subject_id", "payload", "occurred_at"], rows, kind=kind, recorded_at=timezone.now())
    if rows and (hearing := _hearing(kind)):
        deliveries = [(new_key(), event_id, name) for event_id in ids for name in hearing]
        same = {"state": "due", "attempts": 0, "due_at": timezone.now(), "last_error": ""}
        bulk.insert(Delivery, ["id", "event_id", "listener"], deliveries, **same)
        _ring()


def publish_from(kind: str, rows: str) -> None:
    """Write an event of one kind for each row that a query of this transaction gives, as key, id and payload.

    A delivery's id is its event's with the listener's number as the last byte.
    """
    here, mark = str(door.organisation_id()), json.dumps({"is_quiet": True} if door.is_quiet() else {})
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO tenancy_event (organisation_id, id, kind, subject_id, payload, occurred_at, recorded_at)
            SELECT %s, r.key, %s, r.id, r.payload || %s::jsonb, %s, %s FROM ({rows}) AS r
            """,
            [here, kind, mark, door.moment(), timezone.now()],
        )
        if cursor.rowcount and (hearing := _hearing(kind)):
            cursor.execute(
                f"""
                INSERT INTO tenancy_delivery
                  (organisation_id, id, event_id, listener, state, attempts, due_at, last_error)
                SELECT %s, (left(d.key::text, 34) || d.number)::uuid, d.key, d.name, 'due', 0, %s, ''
                FROM (SELECT r.key, unnest(%s::text[]) AS name, unnest(%s::text[]) AS number FROM ({rows}) AS r) AS d
                """,
                [here, timezone.now(), hearing, [f"{n:02x}" for n in range(len(hearing))]],
            )
            _ring()


def _hearing(kind: str) -> list[str]:
    """Name those who listen; what is done quietly is not heard outside the house."""
    hearing = [listener for listener in _listeners.values() if listener.kind == kind]
    return [listener.name for listener in hearing if not (listener.is_outward and door.is_quiet())]


def _write(events: list[Event]) -> None:
    """Insert rows from one JSON text: a fifth of what bulk_create takes."""
    rows = [
        {"id": str(event.id), "subject_id": str(event.subject_id), "occurred_at": event.occurred_at.isoformat(),
         "payload": event.payload}
        for event in events
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO tenancy_event (organisation_id, id, kind, subject_id, payload, occurred_at, recorded_at)
            SELECT %s, e.id, %s, e.subject_id, e.payload, e.occurred_at, now()
            FROM jsonb_to_recordset(%s::jsonb) AS e (id uuid, subject_id uuid, payload jsonb, occurred_at timestamptz)
            """,
            [str(door.organisation_id()), events[0].kind, json.dumps(rows, cls=DjangoJSONEncoder)],
        )


def _address(event_ids: list[UUID], hearing: list[str]) -> None:
    """Make a delivery of every event for every listener."""
    pairs = [(event_id, name) for event_id in event_ids for name in hearing]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO tenancy_delivery
              (organisation_id, id, event_id, listener, state, attempts, due_at, last_error)
            SELECT %s, d.id, d.event_id, d.listener, 'due', 0, %s, ''
            FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS d (id, event_id, listener)
            """,
            [
                str(door.organisation_id()), timezone.now(), [str(new_id()) for _ in pairs],
                [str(event_id) for event_id, _ in pairs], [name for _, name in pairs],
            ],
        )  # fmt: skip


def _ring() -> None:
    from tenancy.tasks import drain_events

    organisation_id = str(door.organisation_id())
    door.once_after_commit("ring", lambda: ring(drain_events, organisation_id))


def ring(task, *arguments: str) -> None:
    """Ask a worker to come; when the broker is down, beat rings again later and nothing is lost."""
    if settings.RING_DOORBELL:
        try:
            task.apply_async(arguments, retry=False, ignore_result=True)
        except (*task.app.connection_for_write().transport.connection_errors, OSError) as error:
            log.warning("broker not reached, beat will ring: %s", type(error).__name__)


def drain(organisation_id: UUID, *, limit: int = 5000) -> int:
    """Work off due deliveries of one organisation; count those done. Many workers may drain at once."""
    done = 0
    while done < limit:
        claimed = _claim(organisation_id)
        if not claimed:
            break
        for name, rows in groupby(claimed, key=lambda row: row[1]):
            ids = [row[0] for row in rows]
            done += _deliver_all(organisation_id, name, ids)
    return done


def _claim(organisation_id: UUID) -> list[tuple[UUID, str]]:
    """Lease due deliveries and count the attempt before the work, so that a poison pill cannot loop for ever."""
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    with door.organisation(organisation_id):
        due = (
            Delivery.objects.select_for_update(skip_locked=True)
            .filter(free, state=Delivery.State.DUE, due_at__lte=now)
            .order_by("due_at", "id")[:CLAIM]
        )
        rows = sorted(((row.id, row.listener) for row in due), key=lambda row: row[1])
        Delivery.objects.filter(id__in=[row[0] for row in rows]).update(attempts=F("attempts") + 1, leased_until=now + LEASE)
    return rows


def _deliver_all(organisation_id: UUID, name: str, ids: Sequence[UUID]) -> int:
    listener = _listeners.get(name)
    if listener is None:
        _put_back(organisation_id, ids, "no such listener")
        return 0
    return sum(_deliver(organisation_id, listener, chunk) for chunk in _chunks(ids, listener.batch))


def _chunks(ids: Sequence[UUID], size: int) -> list[Sequence[UUID]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _deliver(organisation_id: UUID, listener: Listener, ids: Sequence[UUID]) -> int:
    """Let the listener hear; a batch that fails is tried one by one, so that one bad event stops no other."""
    try:
        with door.organisation(organisation_id):
            return _hear(listener, ids)
    except Exception as error:  # a listener may fail in any way; the delivery must not be lost
        if len(ids) > 1:
            return sum(_deliver(organisation_id, listener, [one]) for one in ids)
        log.exception("listener %s failed", listener.name)
        _put_back(organisation_id, ids, f"{type(error).__name__} {getattr(error, 'code', '')}".strip())
        return 0


def _hear(listener: Listener, ids: Sequence[UUID]) -> int:
    rows = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(id__in=ids, state=Delivery.State.DUE)
        .select_related("event")
        .order_by("id")
    )
    if rows:
        _tell(listener, [row.event for row in rows])
        Delivery.objects.filter(id__in=[row.id for row in rows]).update(
            state=Delivery.State.DONE, done_at=timezone.now(), leased_until=None, last_error=""
        )
    return len(rows)


def _tell(listener: Listener, heard: Sequence[Event]) -> None:
    """What follows from something done quietly is quiet as well."""
    quiet = [event for event in heard if event.payload.get("is_quiet")]
    loud = [event for event in heard if not event.payload.get("is_quiet")]
    if loud:
        listener.hear(loud)
    if quiet:
        with door.quietly():
            listener.hear(quiet)


def _put_back(organisation_id: UUID, ids: Sequence[UUID], error: str) -> None:
    with door.organisation(organisation_id):
        for row in Delivery.objects.select_for_update().filter(id__in=ids, state=Delivery.State.DUE):
            parked = row.attempts >= MAX_ATTEMPTS
            Delivery.objects.filter(id=row.id).update(
                state=Delivery.State.PARKED if parked else Delivery.State.DUE,
                due_at=timezone.now() + timedelta(seconds=min(2**row.attempts, 3600)),
                leased_until=None,
                last_error=error[:200],
            )


def retry_parked(ids: Sequence[UUID]) -> int:
    """Give parked deliveries another ten attempts."""
    moved = Delivery.objects.filter(id__in=ids, state=Delivery.State.PARKED).update(
        state=Delivery.State.DUE, attempts=0, due_at=timezone.now()
    )
    if moved:
        _ring()
    return moved
