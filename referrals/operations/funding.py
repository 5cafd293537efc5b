"""What budgets make of orders that earn: covered, kept over the limit, lowered, waiting, up for approval, or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from referrals.models import Campaign
from referrals.operations.cases import Case
from referrals.rules import Check
from rewards.models import Reward
from rewards.operations import Promise, open_purses
from rewards.rules.budgets import Ask, Funding, Grant, Part, Purse, grant_one

_DIVISIBLE = (Reward.Kind.POINTS, Reward.Kind.CASH)
_CHECKS = {
    Funding.KEPT: "budget_kept", Funding.LOWERED: "budget_lowered", Funding.WAITING: "budget_waits",
    Funding.APPROVAL: "budget_approval",
}  # fmt: skip


@dataclass
class Purses:
    """The purses of campaigns, emptied order by order. Read without locks: the budgets have the last word."""

    by_budget: dict[UUID, Purse]
    exhausted: set[UUID] = field(default_factory=set)  # budgets that had no room for an order

    @classmethod
    def of(cls, cases: Sequence[Case], freed: Mapping[UUID, int], *, are_empty: bool = False) -> "Purses":
        """Open the purses of these cases' campaigns, with what is freed at the same time; `are_empty`: count on nothing."""
        budget_ids = {budget_id for case in cases if (budget_id := _campaign(case).budget_id)}
        purses = open_purses(budget_ids) if budget_ids else {}
        return cls(
            {
                one: replace(purse, left_minor=0, over_minor=0)
                if are_empty
                else replace(purse, left_minor=purse.left_minor + freed.get(one, 0))
                for one, purse in purses.items()
            }
        )

    def fund(self, case: Case, promises: Sequence[Promise]) -> "Funded":
        """Say what an order gets of what it promises, and how it is paid for."""
        budget_id = _campaign(case).budget_id
        if budget_id is None or not promises:
            return Funded(list(promises))
        purse = self.by_budget[budget_id]
        ask = Ask(tuple(_part(promise) for promise in promises), purse.was_open(case.referral.confirmed_at))
        grant, self.by_budget[budget_id] = grant_one(ask, purse)
        if grant.funding != Funding.COVERED and purse.exhausted_at is None:
            self.exhausted.add(budget_id)
        return _funded(promises, ask, grant)

    def move(self, case: Case, promises: Sequence[Promise]) -> list[Promise]:
        """Pay for what is somebody else's part now out of what that frees; where there is no room it waits for some."""
        funded = self.fund(case, promises)
        return funded.promises or [replace(promise, funding=Funding.WAITING) for promise in promises]


@dataclass(frozen=True)
class Funded:
    """What is promised in the end, nothing if it was refused, and what the decision says of the budget."""

    promises: list[Promise]
    check: Check | None = None


def _campaign(case: Case) -> Campaign:
    return case.referral.campaign


def _part(promise: Promise) -> Part:
    return Part(promise.amount, promise.cost_minor or 0, promise.kind in _DIVISIBLE and not promise.options)


def _funded(promises: Sequence[Promise], ask: Ask, grant: Grant) -> Funded:
    if grant.funding == Funding.COVERED:
        return Funded(list(promises))
    if grant.funding == Funding.REFUSED:
        return Funded([], Check("budget", ask.cost_minor, grant.left_minor, passed=False))
    given = [
        replace(promise, amount=part.amount, cost_minor=part.cost_minor, funding=grant.funding)
        for promise, part in zip(promises, grant.parts, strict=True)
    ]
    cost = sum(part.cost_minor for part in grant.parts)
    actual = cost if grant.funding == Funding.LOWERED else grant.left_minor
    return Funded(given, Check(_CHECKS[grant.funding], ask.cost_minor, actual, passed=True))
