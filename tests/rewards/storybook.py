"""Reads a story out of a table and does it, step by step: what a textbook of bookkeeping would print."""

from datetime import timedelta

import pytest
from django.db import transaction

from foundation.errors import DomainError
from rewards import ledger, operations
from rewards.models import Balance, Lot, Unit
from tests.conftest import NOON

COLUMNS = ["pending", "available", "paying", "arrears", "programme", "opening", "redeemed", "expired", "paid", "transfer"]


def steps(table: str) -> list[tuple[int, str, dict[str, int], str]]:
    """Give (day, step, balance after it, lots after it) of each line below the heading."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    assert lines[0][2].split() == COLUMNS
    return [(int(day), step, _balance(figures), lots) for day, step, figures, lots in lines[1:]]


def _balance(figures: str) -> dict[str, int]:
    amounts = [int(figure) for figure in figures.split()]
    assert len(amounts) == len(COLUMNS) and sum(amounts) == 0, f"this line is wrong in itself: {figures}"
    return dict(zip(COLUMNS, amounts, strict=True))


class Teller:
    """Does what a step says, for one customer and one unit; a step that ends in "refused" must be."""

    def __init__(self, enter, customer, other, unit_code: str):
        self.enter, self.customer, self.other, self.code = enter, customer, other, unit_code
        self.made, self.day, self.number = {}, 0, 0  # what was made, by name: rewards and entries
        with enter():
            self.unit = operations.ensure_units()[unit_code]
            operations.set_policy(operations.Policy(), unit_code=unit_code)

    def tell(self, day: int, step: str) -> None:
        self.day, self.number = day, self.number + 1
        verb, *words = step.split()
        with self.enter(days=day):
            if words and words[-1] == "refused":
                with pytest.raises(DomainError), transaction.atomic():
                    getattr(self, verb)(*words[:-1])
            else:
                getattr(self, verb)(*words)

    def balance(self) -> dict[str, int]:
        with self.enter(days=self.day):
            found = Balance.objects.filter(id=self._account()).values(*COLUMNS).first()
            return found or dict.fromkeys(COLUMNS, 0)

    def lots(self) -> str:
        """Write lots as amount/rest@day, in the order in which they were opened."""
        with self.enter(days=self.day):
            rows = Lot.objects.filter(account_id=self._account()).order_by("earned_at", "id")
            return " ".join(f"{lot.amount}/{lot.remaining}@{self._day(lot.expires_at)}" for lot in rows)

    def _account(self):
        return ledger.account_id(self.customer.id, self.unit.id)

    def _day(self, moment) -> str:
        return str(-((NOON - moment) // timedelta(days=1))) if moment else "never"  # rounded up

    # --- the verbs -----------------------------------------------------------------------------------

    def units_live(self, months):
        policy = operations.policy_of(Unit.objects.get(id=self.unit.id))
        lives = None if months == "forever" else int(months)
        operations.set_policy(operations.Policy(expires_after_months=lives, shortfall=policy.shortfall), unit_code=self.code)

    def the_house(self, shortfall):
        operations.set_policy(operations.Policy(shortfall=shortfall), unit_code=self.code)

    def promise(self, name, amount, days):
        kind, currency = ("points", "") if self.code == "POINT" else ("cash", self.code)
        promise = operations.Promise(
            key=name, kind=kind, customer_id=self.customer.id, role="referrer", amount=int(amount), currency=currency,
            hold_until=NOON + timedelta(days=self.day + int(days)),
        )  # fmt: skip
        [self.made[name]] = operations.accrue([promise])

    def hold(self, name):
        operations.put_on_hold(self.made[name].id, cause="review")

    def release(self, name):
        operations.release_hold(self.made[name].id)

    def settle(self):
        operations.settle_due(limit=100)

    def keep(self, name, amount):
        operations.keep_only(self.made[name].id, keep=int(amount), cause="refund", key=self._key())

    def again(self, name, amount):
        operations.give_again(self.made[name].id, keep=int(amount), cause="refund", key=self._key())

    def earn(self, name, amount):
        [self.made[name]] = operations.earn_points([operations.Grant(self.customer.id, int(amount), name, "order")])

    def take(self, name, amount):
        take = operations.TakeBack(self.customer.id, int(amount), self._key(), "refund", (self.made[name],))
        operations.take_back_points([take])

    def redeem(self, name, amount):
        self.made[name] = operations.redeem_points(self.customer.id, amount=int(amount), reason="mug", key=name).id

    def give_back(self, name, amount):
        operations.return_redemption(self.made[name], amount=int(amount), reason="broken", key=self._key())

    def adjust(self, amount):
        operations.adjust_points(self.customer.id, amount=int(amount), reason="sorry", key=self._key())

    def forgive(self, amount):
        operations.forgive_debt(self.customer.id, amount=int(amount), reason="sorry", key=self._key(), unit_code=self.code)

    def take_over(self, amount):
        opening = operations.Opening(self.customer.id, int(amount), "before", self._key(), self.code)
        operations.open_balances([opening])

    def expire(self):
        operations.expire_lots()

    def pay(self, name, amount):
        self.made[name] = self._post("payout", "available", "paying", int(amount))

    def paid(self, amount):
        self._post("payout", "paying", "paid", int(amount))

    def fail(self, name, amount):
        self._post("payout", "paying", "available", int(amount), gives_back=self.made[name])

    def other_has(self, amount):
        operations.earn_points([operations.Grant(self.other.id, int(amount), "the other's", "order")])

    def other_owes(self, amount):
        [origin] = operations.earn_points([operations.Grant(self.other.id, int(amount), "the other's", "order")])
        operations.redeem_points(self.other.id, amount=int(amount), reason="cup", key="the other's")
        operations.take_back_points([operations.TakeBack(self.other.id, int(amount), self._key(), "refund", (origin,))])

    def other_becomes_her(self):
        operations.move_customer(self.other.id, self.customer.id, key="one person")

    def _post(self, kind, source, target, amount, **more):
        arrow = ledger.Arrow(self.customer.id, self.unit.id, source, target, amount, **more)
        return ledger.post([ledger.Entry(kind, self._key(), (arrow,))])[0].entry_id

    def _key(self) -> str:
        return f"step {self.number}"
