"""Budgets in numbers: what they cover, what becomes of the rest, when somebody is told, what a month's turn does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from rewards.rules import cost_of_part

STEPS = (50, 80, 95, 100)  # per cent, unless an organisation chooses others


@dataclass(frozen=True)
class Figures:
    """A budget in the smallest part of its currency.

    `earlier` is what earlier periods had to give; `overrun` is what is in use beyond the limit, and exactly that.
    """

    limit: int
    reserved: int = 0
    committed: int = 0
    spent: int = 0
    earlier: int = 0
    overrun: int = 0

    @property
    def used(self) -> int:
        return self.reserved + self.committed + self.spent

    @property
    def left(self) -> int:
        return max(self.limit + self.earlier - self.used, 0)

    @property
    def used_in_period(self) -> int:
        return max(self.used - self.earlier, 0)


def moved(
    figures: Figures, *, reserved: int = 0, committed: int = 0, spent: int = 0, kept: int = 0, approved: int = 0,
    most_over: int = 0,
) -> Figures | None:  # fmt: skip
    """Change the figures by so much; None if the budget does not cover it.

    `kept` of it may go over the limit because it was promised before, `approved` because somebody
    has to approve it, as long as no more than `most_over` is over the limit then.
    """
    after = replace(
        figures, reserved=figures.reserved + reserved, committed=figures.committed + committed, spent=figures.spent + spent
    )
    over = max(after.used - after.limit - after.earlier, 0)
    may_be_over = figures.overrun + kept + min(approved, max(most_over - figures.overrun, 0))
    return replace(after, overrun=over) if over <= may_be_over else None


# --- steps ------------------------------------------------------------------------------------------


def level(figures: Figures, steps: Sequence[int]) -> int:
    """Name the highest step reached, in per cent of the period's limit; 0 for none."""
    return max((step for step in steps if figures.used_in_period * 100 >= step * figures.limit), default=0)


def passed(before: int, after: int, steps: Sequence[int]) -> tuple[int, str] | None:
    """Name the step to tell of, and the way it was passed: the furthest of several."""
    if after > before:
        return after, "up"
    below = [step for step in steps if after < step <= before]
    return (min(below), "down") if below else None


# --- orders that meet the end -----------------------------------------------------------------------


class Funding(StrEnum):
    COVERED = "covered"
    KEPT = "kept"  # over the limit: it was promised while there was room
    LOWERED = "lowered"
    WAITING = "waiting"
    APPROVAL = "approval"
    REFUSED = "refused"


@dataclass(frozen=True)
class Part:
    """One reward of an order."""

    amount: int
    cost_minor: int
    is_divisible: bool = True  # points and cash are, a coupon is not


@dataclass(frozen=True)
class Ask:
    """What an order is to give; `is_promised` if it was shown to somebody while there was room."""

    parts: tuple[Part, ...]
    is_promised: bool = False

    @property
    def cost_minor(self) -> int:
        return sum(part.cost_minor for part in self.parts)


@dataclass(frozen=True)
class Grant:
    """What it gets, and how it is paid for; `left_minor` is what there was."""

    funding: Funding
    parts: tuple[Part, ...]
    left_minor: int


@dataclass(frozen=True)
class Purse:
    """What a budget has left, and what is to become of orders that find no room."""

    left_minor: int
    policy: str = "stop"  # Budget.Policy
    least_percent: int = 50
    over_minor: int = 0  # that may still go over the limit with approval
    is_queue_begun: bool = False
    exhausted_at: datetime | None = None

    def was_open(self, moment: datetime) -> bool:
        """Say whether there was room at a moment: who was shown a reward then is given it."""
        return self.exhausted_at is None or moment < self.exhausted_at


def grants(asks: Sequence[Ask], purse: Purse) -> list[Grant]:
    """Share what is left among orders, in their order."""
    given = []
    for ask in asks:
        grant, purse = grant_one(ask, purse)
        given.append(grant)
    return given


def grant_one(ask: Ask, purse: Purse) -> tuple[Grant, Purse]:
    """Say what an order gets, and what is left then; a later order may fit where this one does not.

    Only where rewards wait their turn, nobody passes those who wait.
    """
    grant = _grant(ask, purse)
    if grant.funding == Funding.REFUSED:
        return grant, purse
    if grant.funding == Funding.WAITING:
        return grant, replace(purse, is_queue_begun=True)
    cost = sum(part.cost_minor for part in grant.parts)
    over = max(cost - purse.left_minor, 0) if grant.funding == Funding.APPROVAL else 0
    return grant, replace(purse, left_minor=max(purse.left_minor - cost, 0), over_minor=purse.over_minor - over)


def _grant(ask: Ask, purse: Purse) -> Grant:
    left, policy = purse.left_minor, purse.policy
    must_wait = policy == "queue" and purse.is_queue_begun and not ask.is_promised
    if ask.cost_minor <= left and not must_wait:
        return Grant(Funding.COVERED, ask.parts, left)
    if ask.is_promised:
        return Grant(Funding.KEPT, ask.parts, left)
    if policy == "queue":
        return Grant(Funding.WAITING, ask.parts, left)
    if policy == "approve" and ask.cost_minor - left <= purse.over_minor:
        return Grant(Funding.APPROVAL, ask.parts, left)
    if policy == "lower" and (parts := lowered(ask.parts, left, purse.least_percent)):
        return Grant(Funding.LOWERED, parts, left)
    return Grant(Funding.REFUSED, (), left)


def lowered(parts: Sequence[Part], left_minor: int, least_percent: int) -> tuple[Part, ...] | None:
    """Cut what can be divided, all by the same share, to what is left; None if a part fell below its least share."""
    left = left_minor - sum(part.cost_minor for part in parts if not part.is_divisible)
    whole = sum(part.cost_minor for part in parts if part.is_divisible)
    if left < 0:
        return None
    cut = []
    for part in parts:
        less = part
        if part.is_divisible and part.cost_minor:
            amount = part.amount * left // whole
            less = replace(part, amount=amount, cost_minor=_cost_of(part, amount))
            left, whole = left - less.cost_minor, whole - part.cost_minor
        cut.append(less)
    fair = all(
        less.amount > 0 and less.amount * 100 >= part.amount * least_percent for less, part in zip(cut, parts, strict=True)
    )
    return tuple(cut) if fair else None


def _cost_of(part: Part, amount: int) -> int:
    return cost_of_part(cost_minor=part.cost_minor, whole=part.amount, part=amount)


# --- what was used ----------------------------------------------------------------------------------


def spent_and_returned(*, cost_minor: int, kept: int, used: int, expired: int, left: int = 0) -> tuple[int, int]:
    """Split the cost of a settled reward: what its used units cost, and what its expired ones give back.

    Rounded down, but what is left is exactly nothing when no unit is left. What is `left` in
    the lots is neither: a debt may have been counted as use, and then been repaid otherwise.
    """
    if kept <= 0:
        return 0, 0
    most = max(kept - left, 0)
    used = min(max(used, 0), most)
    gone = min(used + max(expired, 0), most)
    spent = cost_minor * used // kept
    return spent, cost_minor * gone // kept - spent


# --- periods ----------------------------------------------------------------------------------------


def turned(figures: Figures, *, months: int, carries_over: bool) -> Figures:
    """Begin a new period, `months` after the last: the limit is there again, and what was left too if it carries over."""
    earlier = figures.earlier + figures.limit * months if carries_over else figures.used
    over = max(figures.used - figures.limit - earlier, 0)
    return replace(figures, earlier=earlier, overrun=over)
