"""The only module that writes the books: it calls the functions of migrations/0002 and 0003."""

import json
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection

from foundation.ids import fingerprint, new_id
from rewards.errors import InsufficientBalance, LedgerConflict
from tenancy import door


@dataclass(frozen=True)
class Arrow:
    """Move `amount` from one kind of account to another; the accounts are the customer's, or the house's.

    Into "available" it pays arrears first and opens a lot that ends at `expires_at`.
    Out of "available" it takes lots of the `preferred` entries first, then the
    earliest expiry; what is missing is refused, or owed if `may_owe`.
    """

    customer_id: UUID
    unit_id: UUID
    source: str
    target: str
    amount: int
    expires_at: datetime | None = None
    preferred: tuple[UUID, ...] = ()
    may_owe: bool = False

    def facts(self) -> list:
        """Name what makes two arrows the same; expiry follows from the moment of the first."""
        return [str(self.customer_id), str(self.unit_id), self.source, self.target, self.amount]


@dataclass(frozen=True)
class Entry:
    kind: str
    key: str
    arrows: tuple[Arrow, ...]
    reason: str = ""
    reverses: UUID | None = None
    occurred_at: datetime | None = None  # none: now


@dataclass(frozen=True)
class Posted:
    entry_id: UUID
    is_new: bool


@dataclass(frozen=True)
class Settled:
    reward_id: UUID
    entry_id: UUID


@dataclass(frozen=True)
class Expired:
    lot_id: UUID
    entry_id: UUID
    customer_id: UUID
    unit_id: UUID
    amount: int


def post(entries: Sequence[Entry]) -> list[Posted]:
    """Write entries in one round trip, in the order given; a key that is there gives its first entry.

    Raises LedgerConflict and InsufficientBalance; callers that go on after a refusal need a savepoint.
    """
    if not entries:
        return []
    rows = _call("SELECT posted_id, is_new FROM ledger_post(%s, %s::jsonb)", json.dumps([_plain(e) for e in entries]))
    return [Posted(UUID(str(entry_id)), is_new) for entry_id, is_new in rows]


def settle(reward_ids: Sequence[UUID]) -> list[Settled]:
    """Move pending rewards to available, thousands in one call; those settled before are left out."""
    rows = _call("SELECT reward, entry FROM ledger_settle(%s, %s::uuid[], %s)", _texts(reward_ids), door.moment())
    return [Settled(*row) for row in rows]


def expire(*, limit: int) -> list[Expired]:
    """Move what remains of lots whose time is over to expired."""
    return [Expired(*row) for row in _call("SELECT * FROM ledger_expire(%s, %s, %s)", door.moment(), limit)]


def roll_up() -> int:
    """Add the deltas of the house's accounts to their balances; count them."""
    return _call("SELECT ledger_roll_up(%s)")[0][0]


def _plain(entry: Entry) -> dict[str, Any]:
    facts = [entry.kind, str(entry.reverses or ""), [arrow.facts() for arrow in entry.arrows]]
    return {
        "id": str(new_id()),
        "kind": entry.kind,
        "key": entry.key,
        "hash": fingerprint(facts),
        "at": (entry.occurred_at or door.moment()).isoformat(),
        "reverses": str(entry.reverses) if entry.reverses else None,
        "reason": entry.reason,
        "steps": [_step(arrow) for arrow in entry.arrows],
    }


def _step(arrow: Arrow) -> dict[str, Any]:
    return {
        "customer": str(arrow.customer_id),
        "unit": str(arrow.unit_id),
        "source": arrow.source,
        "target": arrow.target,
        "amount": arrow.amount,
        "expires": arrow.expires_at.isoformat() if arrow.expires_at else None,
        "preferred": _texts(arrow.preferred),
        "may_owe": arrow.may_owe,
    }


def _texts(ids: Sequence[UUID]) -> list[str]:
    return [str(one) for one in ids]


def _call(sql: str, *arguments: Any) -> list[tuple]:
    with connection.cursor() as cursor, _named_refusals():
        cursor.execute(sql, [str(door.organisation_id()), *arguments])
        return cursor.fetchall()


@contextmanager
def _named_refusals():
    try:
        yield
    except DatabaseError as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(error: DatabaseError) -> Exception | None:
    cause = error.__cause__
    diagnosis = getattr(cause, "diag", None)
    make = _REFUSALS.get(getattr(cause, "pgcode", None))
    if make:
        return make(diagnosis.message_detail)
    if diagnosis is not None and diagnosis.constraint_name == "account_no_overdraft":
        return InsufficientBalance(available=0)
    return None


_REFUSALS: dict[str | None, Callable[[str], Exception]] = {
    "YJ001": lambda detail: LedgerConflict(key=detail),
    "YJ002": lambda detail: InsufficientBalance(available=int(detail)),
}
