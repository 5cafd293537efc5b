"""When a second person has to agree, and who that may be."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Policy:
    """None or False: nobody has to agree for that reason."""

    cost_from: int | None = None  # in the smallest part of the budget's currency
    cash: bool = False
    risky: bool = False
    points_from: int | None = None


def reasons_for_reward(policy: Policy, *, kind: str, cost_minor: int, is_risky: bool) -> list[str]:
    """Say why a reward waits for a second person; nothing where it need not."""
    return list(_reasons(policy, kind, cost_minor, is_risky))


def _reasons(policy: Policy, kind: str, cost_minor: int, is_risky: bool) -> Iterator[str]:
    if policy.cost_from is not None and cost_minor >= policy.cost_from:
        yield "cost"
    if policy.cash and kind == "cash":
        yield "cash"
    if policy.risky and is_risky:
        yield "risk"


def reasons_for_points(policy: Policy, amount: int) -> list[str]:
    """The same for points added or taken away by hand."""
    return ["points"] if policy.points_from is not None and abs(amount) >= policy.points_from else []


def may_answer(*, person: UUID | None, acting_as: UUID | None, makers: Collection[str]) -> bool:
    """Say whether somebody is a second person: known, and none of those whom the question goes back to.

    An API key stands for the person who made it: neither of them may have asked.
    """
    return person is not None and not {str(person), str(acting_as)} & set(makers)
