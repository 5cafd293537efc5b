"""The only module that writes the books: it calls the functions of migrations/0002 and 0003."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection

from foundation.ids import fingerprint, new_id
from rewards.errors.general import (
    AmountTooLarge,
    GivesBackTooMuch,
    InsufficientBalance,
    LedgerConflict,
    NotPositive,
    PayoutUnderWay,
)
from rewards.models.ledger import account_id
from tenancy import door

__all__ = ["Arrow", "Entry", "Posted", "Settlement", "account_id"]

KEY_LENGTH = 160
PACK = 200  # arrows of a settlement that a listener hears of at once
LARGEST = 10**15  # of one arrow: thousands of these still fit into a bigint, so that no sum of a house can run over


@dataclass(frozen=True)
class Arrow:
    """Move `amount` from one compartment of a customer's account to another.

    Into "available" it pays arrears first; the rest goes back to the lots that the
    entry `gives_back` took from, or opens a lot that ends at `expires_at`. Out of
    "available" it takes the `preferred` lots first (ids of lots, or of the entries
    that opened them), then the earliest expiry; what is missing is refused, or
    owed if `may_owe`, or owed and written off at once if `may_forgive` (by an entry
    of its own). `is_own_only` leaves all but the preferred lots alone.
    """

    customer_id: UUID
    unit_id: UUID
    source: str
    target: str
    amount: int
    expires_at: datetime | None = None
    preferred: tuple[UUID, ...] = ()
    may_owe: bool = False
    may_forgive: bool = False
    is_own_only: bool = False
    gives_back: UUID | None = None
    reward_id: UUID | None = None

    @property
    def may_be_short(self) -> bool:
        return self.may_owe or self.may_forgive

    def facts(self) -> list:
        """Name what makes two arrows the same; expiry follows from the moment of the first."""
        ends = [str(self.customer_id), str(self.unit_id), self.source, self.target, self.amount]
        return [*ends, str(self.gives_back or ""), str(self.reward_id or "")]


@dataclass(frozen=True)
class Entry:
    kind: str
    key: str
    arrows: tuple[Arrow, ...]
    reason: str = ""
    reverses: UUID | None = None
    occurred_at: datetime | None = None  # none: now

    def hash(self) -> str:
        facts = [self.kind, str(self.reverses or ""), [arrow.facts() for arrow in self.arrows]]
        return fingerprint(facts)

    @property
    def fitting_key(self) -> str:
        """Give the key as the column takes it; a longer one ends in a fingerprint of all of it, and stays its own."""
        return self.key if len(self.key) <= KEY_LENGTH else f"{self.key[: KEY_LENGTH - 65]}:{fingerprint(self.key)}"


@dataclass(frozen=True)
class Posted:
    entry_id: UUID
    is_new: bool
    short: int = 0  # what was not there: owed or forgiven; 0 when the entry is not new


@dataclass(frozen=True)
class Settlement:
    """What one call settled, in one entry. `packs` are (first, last) ids of arrows, in their order."""

    entry_id: UUID
    count: int
    follow_up: list[UUID]  # rewards of a kind that needs more than the books
    costs: dict[UUID, int]  # minor, by budget
    packs: list[tuple[UUID, UUID]]


@dataclass(frozen=True)
class Expired:
    lot_id: UUID
    entry_id: UUID
    customer_id: UUID
    unit_id: UUID
    amount: int


@dataclass(frozen=True)
class Activity:
    """An order or a redemption, for which a customer's lots live at least until a moment."""

    customer_id: UUID
    lives_until: datetime
    cause_id: UUID | None = None  # the order or the entry


def post(entries: Sequence[Entry]) -> list[Posted]:
    """Write entries in one round trip, in the order given; a key that is there gives its first entry.

    Raises LedgerConflict, InsufficientBalance, GivesBackTooMuch, NotPositive and
    AmountTooLarge; callers that go on after a refusal need a savepoint.
    """
    if not entries:
        return []
    _refuse_odd_amounts(entries)
    holders = _holders(entries)
    if len(entries) == 1 and len(entries[0].arrows) == 1:
        [[row]] = _call(_ENTER, *_plainly(entries[0], entries[0].arrows[0], holders))
        entry_id, is_new, short = row.strip("()").split(",")
        rows = [(entry_id, is_new == "t", int(short))]
    else:
        plain = json.dumps([_plain(entry, holders) for entry in entries])
        rows = _call("SELECT posted_id, is_new, owed FROM ledger_post(%s, %s::jsonb)", plain)
    posted = [Posted(UUID(str(entry_id)), is_new, short) for entry_id, is_new, short in rows]
    post([write_off for entry, one in zip(entries, posted, strict=True) for write_off in _forgiven(entry, one, holders)])
    return posted


def _holders(entries: Sequence[Entry]) -> dict[tuple[UUID, UUID], UUID]:
    """Say who has the lots now of customers that became one with another: there is given back, and taken back."""
    giving = {(a.customer_id, a.unit_id) for entry in entries for a in entry.arrows if _follows(a)}
    if not giving:
        return {}
    accounts, here = {account_id(*pair): pair for pair in giving}, str(door.organisation_id())
    moved = _call(_NOW, _texts(list(accounts)), here, here)
    return {accounts[UUID(str(first))]: UUID(str(customer_id)) for first, customer_id in moved}


def _refuse_odd_amounts(entries: Sequence[Entry]) -> None:
    for entry in entries:
        if not entry.arrows:
            raise ValueError(f"the entry {entry.key} moves nothing")
        if any(arrow.amount <= 0 for arrow in entry.arrows):
            raise NotPositive
        if any(arrow.amount > LARGEST for arrow in entry.arrows):
            raise AmountTooLarge


def _forgiven(entry: Entry, posted: Posted, holders: Mapping) -> list[Entry]:
    """Write off what an entry left owing where that is to be let go; of such an entry one arrow alone may be short."""
    if not posted.short or not any(arrow.may_forgive for arrow in entry.arrows):
        return []
    [arrow] = [arrow for arrow in entry.arrows if arrow.may_be_short]
    back = Arrow(_holder(arrow, holders), arrow.unit_id, arrow.target, "arrears", posted.short, reward_id=arrow.reward_id)
    return [Entry("write_off", f"forgive:{posted.entry_id}", (back,), reason=entry.reason, reverses=posted.entry_id)]


def settle(*, limit: int, expiries: Mapping[UUID, datetime | None]) -> Settlement | None:
    """Make due rewards available, at most `limit`, thousands in one call; None when none is due.

    `expiries` say when the lots of a unit or coupon kind end that are opened now.
    """
    ends = json.dumps([{"id": str(key), "expires": at.isoformat()} for key, at in expiries.items() if at])
    rows = _call("SELECT * FROM ledger_settle(%s, %s, %s, %s::jsonb, %s)", door.moment(), limit, ends, PACK)
    if not rows:
        return None
    entry_id, count, follow_up, budgets, costs, firsts, lasts = rows[0]
    packs = list(zip(_ids(firsts), _ids(lasts), strict=True))
    return Settlement(UUID(str(entry_id)), count, _ids(follow_up), dict(zip(_ids(budgets), costs, strict=True)), packs)


def expire(*, limit: int) -> list[Expired]:
    """Move what remains of lots whose time is over to expired."""
    return [Expired(*row) for row in _call("SELECT * FROM ledger_expire(%s, %s, %s)", door.moment(), limit)]


def extend(unit_id: UUID, activities: Sequence[Activity], *, cause: str) -> int:
    """Let unexpired lots live at least until the moments that follow from activities; count the lots that now do."""
    rows = _call(
        "SELECT ledger_extend(%s, %s, %s::uuid[], %s::timestamptz[], %s::uuid[], %s, %s)", str(unit_id),
        _texts([one.customer_id for one in activities]), [one.lives_until for one in activities],
        [_text(one.cause_id) for one in activities], cause, door.moment(),
    )  # fmt: skip
    return rows[0][0]


def transfer(leaver_id: UUID, heir_id: UUID, *, key: str, reason: str = "") -> Posted | None:
    """Move all that a customer has, owes and waits for to another, with lots, dates and past; None: nothing to post."""
    facts = fingerprint(["transfer", str(leaver_id), str(heir_id)])
    rows = _call(
        "SELECT posted_id, is_new FROM ledger_transfer(%s, %s, %s, %s, %s, %s, %s, %s)", str(new_id()), key, facts,
        door.moment(), reason, str(leaver_id), str(heir_id),
    )  # fmt: skip
    posted_id, is_new = rows[0]
    return Posted(UUID(str(posted_id)), is_new) if posted_id else None


def transfer_back(
    move_ids: Sequence[UUID], *, key: str, lot_ids: Sequence[UUID], reward_ids: Sequence[UUID], reason: str = ""
) -> Posted | None:
    """Take the moves of one transfer back, with these lots and waiting rewards; None: nothing to post.

    What the transfer netted is owed and there again. Of lots that were used since, what is
    left goes back as a lot of its own, so that a use can still be given back to where it is.
    """
    rows = _call(
        "SELECT posted_id FROM ledger_transfer_back(%s, %s, %s, %s, %s, %s, %s::uuid[], %s::uuid[], %s::uuid[])",
        str(new_id()), key, fingerprint(["transfer_back", key]), door.moment(), reason, _texts(move_ids), _texts(lot_ids),
        _texts(reward_ids),
    )  # fmt: skip
    posted_id = rows[0][0]
    return Posted(UUID(str(posted_id)), True) if posted_id else None


def lock(accounts: Collection[tuple[UUID, UUID]]) -> None:
    """Lock the balances of accounts, named by customer and unit, before several things are posted in a transaction."""
    pairs = sorted(set(accounts))
    customers, units = [one for one, _ in pairs], [one for _, one in pairs]
    _call("SELECT ledger_lock(%s, %s::uuid[], %s::uuid[])", _texts(customers), _texts(units))


# Follows each account to where it went in the end; a way back is a later move, and one that was undone leads nowhere.
_NOW = """
WITH RECURSIVE way AS (
  SELECT m.source_id AS first, m.target_id AS now, m.id FROM rewards_accountmove AS m
  WHERE m.organisation_id = %s AND m.source_id = ANY(%s::uuid[]) AND m.undoes_id IS NULL AND NOT EXISTS (
    SELECT FROM rewards_accountmove AS u WHERE u.organisation_id = m.organisation_id AND u.undoes_id = m.id)
  UNION ALL
  SELECT w.first, m.target_id, m.id FROM way AS w
  JOIN rewards_accountmove AS m ON m.organisation_id = %s AND m.source_id = w.now AND m.id > w.id
    AND m.undoes_id IS NULL AND NOT EXISTS (
      SELECT FROM rewards_accountmove AS u WHERE u.organisation_id = m.organisation_id AND u.undoes_id = m.id)
)
SELECT DISTINCT ON (w.first) w.first, a.customer_id FROM way AS w
JOIN rewards_account AS a ON a.organisation_id = %s AND a.id = w.now
ORDER BY w.first, w.id DESC
"""
_ENTER = (
    "SELECT ledger_enter("  # as a value, "(id,t,0)": as a table it would be planned and stored as one
    "%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s, %s, %s, %s)"
)


def _plainly(entry: Entry, arrow: Arrow, holders: Mapping) -> list[Any]:
    return [
        str(new_id()), entry.kind, entry.fitting_key, entry.hash(), entry.occurred_at or door.moment(),
        _text(entry.reverses), entry.reason, str(_holder(arrow, holders)), str(arrow.unit_id), arrow.source, arrow.target,
        arrow.amount, arrow.expires_at, _texts(arrow.preferred), arrow.may_be_short, arrow.is_own_only,
        _text(arrow.gives_back), _text(arrow.reward_id),
    ]  # fmt: skip


def _plain(entry: Entry, holders: Mapping) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "kind": entry.kind,
        "key": entry.fitting_key,
        "hash": entry.hash(),
        "at": (entry.occurred_at or door.moment()).isoformat(),
        "reverses": _text(entry.reverses),
        "reason": entry.reason,
        "steps": [_step(arrow, holders) for arrow in entry.arrows],
    }


def _step(arrow: Arrow, holders: Mapping) -> dict[str, Any]:
    return {
        "customer": str(_holder(arrow, holders)),
        "unit": str(arrow.unit_id),
        "source": arrow.source,
        "target": arrow.target,
        "amount": arrow.amount,
        "expires": arrow.expires_at.isoformat() if arrow.expires_at else None,
        "preferred": _texts(arrow.preferred),
        "may_owe": arrow.may_be_short,
        "is_own_only": arrow.is_own_only,
        "earlier": _text(arrow.gives_back),
        "reward": _text(arrow.reward_id),
    }


def _holder(arrow: Arrow, holders: Mapping) -> UUID:
    return holders.get((arrow.customer_id, arrow.unit_id), arrow.customer_id) if _follows(arrow) else arrow.customer_id


def _follows(arrow: Arrow) -> bool:
    return arrow.gives_back is not None or arrow.may_be_short


def _text(one: UUID | None) -> str | None:
    return str(one) if one else None


def _ids(values: Sequence) -> list[UUID]:
    """Read a uuid[]: without a registered type the driver gives a text."""
    texts = values.strip("{}").split(",") if isinstance(values, str) else values
    return [UUID(str(one)) for one in texts if one]


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
    "YJ003": lambda detail: GivesBackTooMuch(),
    "YJ004": lambda detail: PayoutUnderWay(),
    "22003": lambda detail: AmountTooLarge(),  # a balance would leave the range of a bigint
}
