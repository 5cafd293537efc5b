"""The books in plain Python, to hold the real ones against: accounts, lots and debts, and what each step does to them.

It takes ids from the house (lots are used in the order of expiry and id), never figures.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

GRACE = timedelta(days=30)
NEVER = datetime.max.replace(tzinfo=UTC)
KINDS = ("pending", "available", "paying", "arrears", "programme", "opening", "redeemed", "expired", "paid", "transfer")


class Short(Exception):
    """There is less than was asked for."""


class TooMuch(Exception):
    """More is given back than was taken."""


@dataclass
class Lot:
    id: UUID
    remaining: int
    expires_at: datetime = NEVER

    @property
    def place(self) -> tuple:
        return self.expires_at, self.id


@dataclass
class Use:
    lot: Lot
    rest: int  # not given back yet
    entry: UUID | None = None


@dataclass
class Taken:
    """What was taken: out of lots, what was not there, and what had not come to lots yet."""

    uses: list[Use] = field(default_factory=list)
    owed: int = 0
    pending: int = 0

    @property
    def from_lots(self) -> int:
        return sum(use.rest for use in self.uses)


@dataclass
class Account:
    held: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    lots: list[Lot] = field(default_factory=list)
    expiries: list[Use] = field(default_factory=list)

    @property
    def owed(self) -> int:
        return -self.held["arrears"]

    def by_expiry(self) -> dict[datetime | None, int]:
        """Say how much is left until when."""
        sums: dict[datetime | None, int] = {}
        for lot in self.lots:
            if lot.remaining:
                end = None if lot.expires_at == NEVER else lot.expires_at
                sums[end] = sums.get(end, 0) + lot.remaining
        return sums

    def usable(self, now: datetime) -> int:
        return sum(lot.remaining for lot in self.lots if lot.expires_at > now)

    def move(self, source: str, target: str, amount: int) -> None:
        if source in ("pending", "paying") and self.held[source] < amount:
            raise Short
        if target == "arrears" and self.owed < amount:
            raise Short
        self.held[source] -= amount
        self.held[target] += amount

    def credit(self, source: str, amount: int, lot_id: UUID, expires_at: datetime | None) -> None:
        """Pay what is owed, then open a lot."""
        repaid = min(amount, self.owed)
        self.move(source, "arrears", repaid)
        self.move(source, "available", amount - repaid)
        if amount > repaid:
            self.lots.append(Lot(lot_id, amount - repaid, expires_at or NEVER))

    def debit(
        self, target: str, amount: int, now: datetime, *, own: set[UUID] = frozenset(), may_owe: bool = False
    ) -> Taken:
        """Take own lots, what expired of them, the earliest expiry, and owe the rest."""
        mine = [lot for lot in self.lots if lot.id in own]
        expired = self._expired(mine) if may_owe else 0
        there = sum(lot.remaining for lot in self.lots) if may_owe else self.usable(now)
        if not may_owe and there < amount:
            raise Short
        taken = Taken()
        missing = self._take(mine, amount, now, may_owe, taken)
        if may_owe:
            back = min(missing, expired)
            self._unexpire(mine, back, now, taken)
            missing -= back
        missing = self._take(self.lots, missing, now, may_owe, taken)
        self.move("available", target, amount - missing)
        self.move("arrears", target, missing)
        taken.owed = missing
        return taken

    def give_back(self, source: str, amount: int, taken: Taken, now: datetime) -> None:
        """Fill the lots again, those that live longest first, and pay out of them what is owed."""
        if taken.from_lots < amount:
            raise TooMuch
        self._refill(taken.uses, amount, now)
        self.move(source, "available", amount)
        repaid = min(amount, self.owed)
        self._take(self.lots, repaid, now, True, Taken())
        self.move("available", "arrears", repaid)

    def expire(self, now: datetime, entries: dict[UUID, UUID]) -> int:
        """Let every lot go whose time is over; `entries` names the entry of each."""
        over = [lot for lot in self.lots if lot.remaining and lot.expires_at <= now]
        for lot in over:
            self.move("available", "expired", lot.remaining)
            self.expiries.append(Use(lot, lot.remaining, entries[lot.id]))
            lot.remaining = 0
        return len(over)

    def leave_to(self, heir: "Account") -> None:
        """Become part of another account: whatever it holds and all its lots."""
        for kind in ("pending", "available"):
            amount = self.held[kind]
            self.move(kind, "transfer", amount)
            heir.move("transfer", kind, amount)
        owed = self.owed
        self.move("transfer", "arrears", owed)
        heir.move("arrears", "transfer", owed)
        heir.lots += self.lots
        heir.expiries += self.expiries
        self.lots, self.expiries = [], []
        netted = min(heir.held["available"], heir.owed)
        heir._take(heir.lots, netted, datetime.min.replace(tzinfo=UTC), True, Taken())
        heir.move("available", "arrears", netted)

    def _take(self, lots: list[Lot], amount: int, now: datetime, of_any_age: bool, taken: Taken) -> int:
        for lot in sorted(lots, key=lambda lot: lot.place):
            part = min(lot.remaining, amount) if of_any_age or lot.expires_at > now else 0
            if part:
                lot.remaining -= part
                amount -= part
                taken.uses.append(Use(lot, part))
        return amount

    def _expired(self, lots: list[Lot]) -> int:
        return sum(use.rest for use in self.expiries if use.lot in lots)

    def _unexpire(self, lots: list[Lot], amount: int, now: datetime, taken: Taken) -> None:
        """Take out of lots what had expired: it comes back for that moment."""
        self.move("expired", "available", amount)
        for use in sorted((one for one in self.expiries if one.lot in lots), key=lambda one: (one.entry, one.lot.id)):
            part = min(use.rest, amount)
            if part:
                self._refill([use], part, now)
                self._take([use.lot], part, now, True, taken)
                amount -= part

    def _refill(self, uses: list[Use], amount: int, now: datetime) -> None:
        for use in sorted(uses, key=lambda one: one.lot.place, reverse=True):
            part = min(use.rest, amount)
            if part:
                use.rest -= part
                use.lot.remaining += part
                amount -= part
                if use.lot.expires_at <= now:
                    use.lot.expires_at = now + GRACE
