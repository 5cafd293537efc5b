"""Budgets as bars: what is promised, settled and spent of a limit."""

from dataclasses import dataclass

from rewards.models import Budget


@dataclass(frozen=True)
class Bar:
    """Parts in per cent of the limit, for widths; amounts in the budget's currency."""

    budget: Budget
    reserved: float
    committed: float
    spent: float
    used_minor: int
    left_minor: int
    share: float  # used of the limit, 0 to 1

    @property
    def is_tight(self) -> bool:
        return self.share >= 0.85


def bar_of(budget: Budget) -> Bar:
    used = budget.reserved_minor + budget.committed_minor + budget.spent_minor
    limit = budget.limit_minor or 1
    parts = (round(100 * part / limit, 2) for part in (budget.reserved_minor, budget.committed_minor, budget.spent_minor))
    return Bar(budget, *parts, used_minor=used, left_minor=budget.limit_minor - used, share=round(used / limit, 4))
