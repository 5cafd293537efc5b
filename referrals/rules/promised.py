"""What a campaign promises, as the guards look at it: to whom, for what, how much at most, on which level."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from referrals.rules.milestones import PURCHASES as BUYING
from referrals.rules.reward_lines import (
    BadgeGift,
    CashBrackets,
    CashFixed,
    CashPercent,
    CashSteps,
    RewardLine,
    parts,
)
from referrals.rules.terms import ONLY_MILESTONES, Terms

# Friends who bought are what these count or look back on.
AFTER_A_SALE = (*BUYING, "nth_referral", "still_active")
_LEVELS = {"second_level": 2}


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
    usual = "first_paid_order" if terms.event == ONLY_MILESTONES else terms.event
    yield from _of_lines(terms.rewards, usual, "rewards")
    for number, scheme in enumerate(terms.schemes):
        yield from _of_lines(scheme.rewards, usual, f"schemes/{number}/rewards")
    for number, milestone in enumerate(terms.milestones):
        yield from _of_lines(milestone.rewards, milestone.trigger, f"milestones/{number}/rewards")


def _of_lines(lines: Iterable[RewardLine], event: str, path: str) -> Iterator[Promise]:
    for number, line in enumerate(lines):
        for part in parts(line):
            yield Promise(
                to=line.to, event=event, path=f"{path}/{number}", level=_LEVELS.get(line.to, 1), is_valued=_is_valued(part),
                cash_minor=_cash(part), percent=part.percent.percent if isinstance(part, CashPercent) else None,
                needs_sale=event in AFTER_A_SALE,
            )  # fmt: skip


def _is_valued(line: RewardLine) -> bool:
    return not (isinstance(line, BadgeGift) and line.cost.minor == 0)


def _cash(line: RewardLine) -> int:
    match line:
        case CashFixed(_to, amount):
            return amount.minor
        case CashPercent(_to, _percent, cap):
            return cap.minor
        case CashSteps(_to, steps) | CashBrackets(_to, steps):
            return max(step.amount.minor for step in steps)
    return 0
