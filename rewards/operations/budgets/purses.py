"""What budgets have left for orders."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from rewards.models import Budget, WaitingReward
from rewards.operations.budgets.figures import is_in_force, most_over
from rewards.rules.budgets import Purse
from rewards.rules.months import end_of
from tenancy.calendar import own_zone


def open_purses(budget_ids: Collection[UUID]) -> dict[UUID, Purse]:
    """Read what budgets have left, by id. Nothing is locked: who acts on it may be refused, and has to look again."""
    queues = set(WaitingReward.objects.filter(budget_id__in=budget_ids).values_list("budget_id", flat=True).distinct())
    return {budget.id: _purse(budget, budget.id in queues) for budget in Budget.objects.filter(id__in=budget_ids)}


def _purse(budget: Budget, is_queue_begun: bool) -> Purse:
    return Purse(
        left_minor=budget.left_minor if is_in_force(budget) else 0,
        policy=budget.policy,
        least_percent=budget.least_percent,
        over_minor=max(most_over(budget) - budget.overrun_minor, 0),
        is_queue_begun=is_queue_begun,
        exhausted_at=_exhausted_at(budget),
    )


def _exhausted_at(budget: Budget) -> datetime | None:
    """Since when it has no room: because it was used up, or because its last day is over."""
    if not budget.ends_on or is_in_force(budget):
        return budget.exhausted_at
    ended = end_of(budget.ends_on, own_zone())
    return min(budget.exhausted_at, ended) if budget.exhausted_at else ended
