"""Tell that a budget passed one of its steps, once in each round of limits and periods."""

from rewards.models import Budget, BudgetAlert
from rewards.rules import budgets as rules
from tenancy import door, events


def note(budget: Budget, before: int) -> None:
    """Write an alert for a budget whose level was `before`; the caller has locked it."""
    step = rules.passed(before, budget.level, budget.steps)
    if step is None:
        return
    percent, direction = step
    told = BudgetAlert.objects.filter(budget=budget, round=budget.round, percent=percent, direction=direction)
    if told.exists() or not _is_news(budget, percent, direction):
        return
    used = max(budget.used_minor - budget.earlier_minor, 0)
    alert = BudgetAlert.objects.create(
        budget=budget, round=budget.round, percent=percent, direction=direction, used_minor=used,
        limit_minor=budget.limit_minor, occurred_at=door.moment(),
    )  # fmt: skip
    events.publish(
        "budget.alert", budget.id, alert_id=str(alert.id), percent=percent, direction=direction, used_minor=used,
        limit_minor=budget.limit_minor, currency=budget.currency,
    )  # fmt: skip


def _is_news(budget: Budget, percent: int, direction: str) -> bool:
    """That a step is no longer reached is news only to who was told that it was."""
    if direction == BudgetAlert.Direction.UP:
        return True
    reached = BudgetAlert.objects.filter(budget=budget, round=budget.round, direction=BudgetAlert.Direction.UP)
    return reached.filter(percent__gte=percent).exists()
