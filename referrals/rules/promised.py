"""What a campaign promises, as the guards look at it: to whom, for what, how much at most, on which level."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from referrals.rules.reward_lines import BadgeGift, CashFixed, CashPercent, parts
from referrals.rules.terms import Terms

PURCHASES = ("first_paid_order", "paid_order")


@dataclass(frozen=True)
class Promise:
    """One reward for one event. `cash_minor` is the most cash one event can bring; None is cash without a limit."""

    to: str
    event: str = "first_paid_order"
    path: str = "rewards/0"
    level: int = 1
    is_valued: bool = True  # a badge is an honour, not a value
    cash_minor: int | None = 0
    percent: Decimal | None = None
    needs_sale: bool = True


def promised(terms: Terms) -> list[Promise]:
    """List everything that somebody may get under these terms."""
    return list(_promised(terms))


def _promised(terms: Terms) -> Iterator[Promise]:
    for number, line in enumerate(terms.rewards):
        for part in parts(line):
            yield Promise(
                to=line.to, event=terms.event, path=f"rewards/{number}", is_valued=_is_valued(part),
                cash_minor=_cash(part), percent=part.percent.percent if isinstance(part, CashPercent) else None,
                needs_sale=terms.event in PURCHASES,
            )  # fmt: skip


def _is_valued(line) -> bool:
    return not (isinstance(line, BadgeGift) and line.cost.minor == 0)


def _cash(line) -> int:
    if isinstance(line, CashFixed):
        return line.amount.minor
    return line.cap.minor if isinstance(line, CashPercent) else 0
