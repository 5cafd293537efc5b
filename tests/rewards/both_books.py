"""Steps done to the house's books and to the model's at once (model_books.py); where one refuses, both must."""

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from crm.models import Customer
from foundation.errors import DomainError
from foundation.ids import new_code, new_id
from rewards import ledger, operations, queries
from rewards.errors.general import GivesBackTooMuch, InsufficientBalance, OwesLess
from rewards.models import Balance, Lot, LotUse, Reward, Unit
from rewards.operations.accounts.units import expiry_of
from tenancy import door
from tenancy.people import found_organisation
from tests.conftest import NOON
from tests.rewards.model_books import KINDS, Account, Short, Taken, TooMuch
from tests.rewards.model_books import Lot as ModelLot

POINT, POUND = "POINT", "GBP"
NOTHING = dict.fromkeys(KINDS, 0)


@dataclass
class Promised:
    id: UUID
    unit: str
    owner: int
    amount: int
    kept: int
    state: str
    hold_until: datetime
    lots: set[UUID] = field(default_factory=set)
    reversals: list[Taken] = field(default_factory=list)


@dataclass
class Spent:
    """A debit that can be given back: a redemption, or units on their way to be paid out."""

    entry: UUID
    unit: str
    owner: int
    taken: Taken
    amount: int


class Books:
    """Three customers, points that may expire and pounds that do not."""

    def __init__(self, done: Counter):
        slug = f"m-{new_code().lower()}"
        self.organisation = found_organisation(slug=slug, name="M", currency="GBP").id
        self.done = done  # what the stories were made of
        self.day, self.count = 0, 0
        self.rewards: list[Promised] = []
        self.redeemed: list[Spent] = []
        self.paying: list[Spent] = []
        self.earned: list[tuple[int, UUID, int]] = []  # owner, entry, amount
        self.people = [0, 1, 2]  # by themselves: who became one with another is left out
        self.accounts = {(unit, owner): Account() for unit in (POINT, POUND) for owner in range(3)}
        with self.inside():
            self.units = {unit.code: unit for unit in operations.ensure_units().values()}
            self.customers = [
                Customer.objects.create(id=new_id(), name="Ann", search_text="ann", created_at=NOON).id for _ in range(3)
            ]
            self.budget = operations.open_budget(name="B", currency="GBP", limit_minor=10**9).id

    @property
    def now(self) -> datetime:
        return NOON + timedelta(days=self.day)

    def inside(self):
        return door.organisation(self.organisation, moment=self.now)

    @contextmanager
    def both(self, name: str):
        """Enter the house for a step, and count it."""
        with self.inside():
            try:
                yield
            except (Short, TooMuch):
                self.done[f"{name}, refused"] += 1
            else:
                self.done[name] += 1

    def key(self) -> str:
        self.count += 1
        return f"k{self.count}"

    def post(self, kind, unit, owner, source, target, amount, **more) -> UUID:
        arrow = ledger.Arrow(self.customers[owner], self.units[unit].id, source, target, amount, **more)
        with transaction.atomic():
            return ledger.post([ledger.Entry(kind, self.key(), (arrow,))])[0].entry_id

    def refused(self, error, work, *arguments, **more):
        """Let the house refuse, as the model does."""
        with pytest.raises(error), transaction.atomic():
            work(*arguments, **more)

    def expiry(self, unit) -> datetime | None:
        return expiry_of(Unit.objects.get(code=unit))

    def lot_of(self, entry_id) -> UUID:
        """Name the lot an entry opened; any name where it opened none."""
        return Lot.objects.filter(entry_id=entry_id).values_list("id", flat=True).first() or entry_id

    def all_lots(self) -> list[ModelLot]:
        return [lot for account in self.accounts.values() for lot in account.lots]

    def in_state(self, *states) -> list[Promised]:
        return [one for one in self.rewards if one.state in states]

    # --- giving --------------------------------------------------------------------------------------

    def promise(self, unit, owner, amounts, *, days, is_held=False, costs=True):
        with self.both("promise"):
            promises = [
                operations.Promise(
                    key=self.key(), kind="points" if unit == POINT else "cash", customer_id=self.customers[owner],
                    role="referrer", amount=amount, currency="" if unit == POINT else POUND, is_held=is_held,
                    hold_until=self.now + timedelta(days=days), budget_id=self.budget if costs else None,
                )
                for amount in amounts
            ]  # fmt: skip
            for one in operations.accrue(promises):
                state = "held" if is_held else "accrued"
                self.rewards.append(Promised(one.id, unit, owner, one.amount, one.amount, state, one.hold_until))
                self.accounts[unit, owner].move("programme", "pending", one.amount)

    def earn(self, owner, amounts, months):
        with self.both("earn"):
            operations.set_points_expiry(months)
            customer = self.customers[owner]
            entries = operations.earn_points([operations.Grant(customer, one, self.key(), "order") for one in amounts])
            for entry, amount in zip(entries, amounts, strict=True):
                self.accounts[POINT, owner].credit("programme", amount, self.lot_of(entry), self.expiry(POINT))
                self.earned.append((owner, entry, amount))

    def adjust_up(self, owner, amount):
        with self.both("adjust up"):
            entry = operations.adjust_points(self.customers[owner], amount=amount, reason="why", key=self.key())
            self.accounts[POINT, owner].credit("programme", amount, self.lot_of(entry.id), self.expiry(POINT))

    def adjust_down(self, owner, amount):
        account, terms = self.accounts[POINT, owner], {"amount": -amount, "reason": "why", "key": self.key()}
        with self.both("adjust down"):
            if account.usable(self.now) < amount:
                self.refused(InsufficientBalance, operations.adjust_points, self.customers[owner], **terms)
                raise Short
            operations.adjust_points(self.customers[owner], **terms)
            account.debit("programme", amount, self.now)

    def take_over(self, owner, amount):
        with self.both("take over"):
            opening = operations.Opening(self.customers[owner], amount, "before", self.key(), POUND)
            [posted] = operations.open_balances([opening])
            self.accounts[POUND, owner].credit("opening", amount, self.lot_of(posted.entry_id), None)

    # --- promises ------------------------------------------------------------------------------------

    def hold(self, reward, cause):
        with self.both("hold"):
            operations.put_on_hold(reward.id, cause=cause)
            reward.state = "held"

    def release(self, reward):
        with self.both("release"):
            operations.release_hold(reward.id)
            reward.state = "accrued"

    def settle(self, at_most):
        due = [one for one in self.in_state("accrued") if one.hold_until <= self.now]
        due = sorted(due, key=lambda one: (one.hold_until, one.id))[:at_most]
        with self.both("settle" if due else "settle nothing"):
            assert operations.settle_due(limit=at_most) == len(due)
            lots = dict(Reward.objects.filter(id__in=[one.id for one in due]).values_list("id", "lot_id"))
            for one in due:
                self.accounts[one.unit, one.owner].credit("pending", one.kept, lots[one.id], self.expiry(one.unit))
                one.state, one.lots = "available", {lots[one.id]}

    def reverse(self, reward, keep):
        was, taken = reward.state, reward.kept - keep
        with self.both(f"reverse {was}" if taken > 0 else "reverse nothing"):
            after = operations.keep_only(reward.id, keep=keep, cause="refund", key=self.key())
            assert after.kept == min(keep, reward.kept)
            if taken > 0:
                reward.reversals.append(self._taken_from(reward, taken))
                reward.kept = keep
                reward.state = reward.state if keep else f"reversed {was}"

    def _taken_from(self, reward, amount) -> Taken:
        account = self.accounts[reward.unit, reward.owner]
        if reward.state in ("accrued", "held"):
            account.move("pending", "programme", amount)
            return Taken(pending=amount)
        return account.debit("programme", amount, self.now, own=reward.lots, may_owe=True)

    def restore(self, reward, keep):
        wanted = min(keep, reward.amount) - reward.kept
        with self.both("restore" if wanted > 0 else "restore nothing"):
            after = operations.give_again(reward.id, keep=keep, cause="refund", key=self.key())
            assert after.kept == max(min(keep, reward.amount), reward.kept)
            if wanted > 0:
                self._given_again(reward, wanted)

    def _given_again(self, reward, wanted) -> None:
        reward.kept += wanted
        reward.state = reward.state.removeprefix("reversed ")
        opened = self._lots_given_again(reward)
        for reversal in reversed(reward.reversals):
            wanted -= self._undo(reward, reversal, wanted, opened)

    def _undo(self, reward, reversal, wanted, opened) -> int:
        """Undo a part of a reversal: what was owed first, then fill the lots again, then what was pending."""
        account = self.accounts[reward.unit, reward.owner]
        owed = min(reversal.owed, wanted)
        to_lots = min(reversal.from_lots, wanted - owed)
        pending = min(reversal.pending, wanted - owed - to_lots)
        reversal.owed -= owed
        reversal.pending -= pending
        if reward.state in ("accrued", "held"):
            account.move("programme", "pending", pending)
            return pending
        if owed + pending:
            lot = opened.pop(0) if owed + pending > account.owed else new_id()  # else all of it repays a debt
            account.credit("programme", owed + pending, lot, self.expiry(reward.unit))
            reward.lots.add(lot)
        account.give_back("programme", to_lots, reversal, self.now)
        return owed + to_lots + pending

    def _lots_given_again(self, reward) -> list[UUID]:
        """Name the lots that giving again has just opened, in the order of the reversals, the last one first."""
        entries = [move.entry_id for move in queries.history(reward.id) if move.gives_again]
        found = Lot.objects.filter(entry_id__in=entries).exclude(id__in=reward.lots).order_by("id")
        return list(found.values_list("id", flat=True))

    # --- using ---------------------------------------------------------------------------------------

    def redeem(self, unit, owner, amount):
        with self.both("redeem"):
            self.redeemed.append(self._spend("redemption", unit, owner, "redeemed", amount))

    def begin_payout(self, owner, amount):
        with self.both("begin payout"):
            self.paying.append(self._spend("payout", POUND, owner, "paying", amount))

    def _spend(self, kind, unit, owner, target, amount) -> Spent:
        terms = kind, unit, owner, "available", target, amount
        if self.accounts[unit, owner].usable(self.now) < amount:
            self.refused(InsufficientBalance, self.post, *terms)
            raise Short
        return Spent(self.post(*terms), unit, owner, self.accounts[unit, owner].debit(target, amount, self.now), amount)

    def give_back(self, spent, amount):
        with self.both("give back"):
            self._returned(spent, "return", "redeemed", amount)

    def end_payout(self, spent, is_paid):
        self.paying.remove(spent)
        with self.both("pay out" if is_paid else "payout failed"):
            if is_paid:
                self.post("payout", POUND, spent.owner, "paying", "paid", spent.amount)
                self.accounts[POUND, spent.owner].move("paying", "paid", spent.amount)
            else:
                self._returned(spent, "payout", "paying", spent.amount)

    def _returned(self, spent, kind, source, amount) -> None:
        terms = kind, spent.unit, spent.owner, source, "available", amount
        if spent.taken.from_lots < amount:
            self.refused(GivesBackTooMuch, self.post, *terms, gives_back=spent.entry)
            raise TooMuch
        self.post(*terms, gives_back=spent.entry)
        self.accounts[spent.unit, spent.owner].give_back(source, amount, spent.taken, self.now)

    def take_back(self, earned):
        """Points of an order that was given back: from their own lot first."""
        self.earned.remove(earned)
        owner, entry, amount = earned
        with self.both("take back"):
            operations.take_back_points([operations.TakeBack(self.customers[owner], amount, self.key(), "refund", (entry,))])
            self.accounts[POINT, owner].debit("programme", amount, self.now, own={self.lot_of(entry)}, may_owe=True)

    def forgive(self, unit, owner, amount):
        account, terms = self.accounts[unit, owner], {"amount": amount, "reason": "why", "unit_code": unit}
        with self.both("forgive"):
            if account.owed < amount:
                self.refused(OwesLess, operations.forgive_debt, self.customers[owner], key=self.key(), **terms)
                raise Short
            operations.forgive_debt(self.customers[owner], key=self.key(), **terms)
            account.move("programme", "arrears", amount)

    def merge(self, leaver, heir):
        """Let one customer become one with another; refused while money of hers is on its way."""
        with self.both("merge"):
            terms = self.customers[leaver], self.customers[heir]
            if any(self.accounts[unit, leaver].held["paying"] for unit in (POINT, POUND)):
                self.refused(DomainError, operations.move_customer, *terms, key=self.key())
                raise Short
            operations.move_customer(*terms, key=self.key())
            for unit in (POINT, POUND):
                self.accounts[unit, leaver].leave_to(self.accounts[unit, heir])
            for one in (*self.rewards, *self.redeemed):
                one.owner = heir if one.owner == leaver else one.owner
            self.earned = [(heir if owner == leaver else owner, *rest) for owner, *rest in self.earned]
            self.people.remove(leaver)

    def expire(self):
        over = [lot for lot in self.all_lots() if lot.remaining and lot.expires_at <= self.now]
        with self.both("expire" if over else "expire nothing"):
            before = set(LotUse.objects.values_list("id", flat=True))
            assert operations.expire_lots(limit=100) == len(over)
            entries = dict(LotUse.objects.exclude(id__in=before).values_list("lot_id", "entry_id"))
            for account in self.accounts.values():
                account.expire(self.now, entries)

    # --- what must hold ------------------------------------------------------------------------------

    def compare(self) -> None:
        """See that each account of the house holds what the model's does, and as much until each day."""
        with self.inside():
            balances = {row["id"]: row for row in Balance.objects.values("id", *KINDS)}
            lots: dict[UUID, Counter] = {}
            columns = "account_id", "expires_at", "remaining"
            for account_id, end, left in Lot.objects.filter(remaining__gt=0).values_list(*columns):
                lots.setdefault(account_id, Counter())[end] += left
        for (unit, owner), account in self.accounts.items():
            name = {"id": self.account_id(unit, owner)}
            assert balances.get(name["id"], NOTHING | name) == account.held | name
            assert lots.get(name["id"], {}) == account.by_expiry()
            assert not (account.owed and account.held["available"]), "who owes has nothing"

    def account_id(self, unit, owner) -> UUID:
        with self.inside():
            return ledger.account_id(self.customers[owner], self.units[unit].id)
