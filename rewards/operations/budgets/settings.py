"""Open budgets and change them."""

from typing import Any
from uuid import UUID

from django.db import transaction

from rewards.errors.budgets import BudgetChangeUnknown, DaysBackwards, ShareInvalid, StepsInvalid, UnknownResponsible
from rewards.errors.general import BudgetExhausted, NotPositive
from rewards.models import Budget
from rewards.operations.budgets.figures import call_waiting, figures_of
from rewards.rules import budgets as rules
from tenancy import audit
from tenancy.calendar import today
from tenancy.models import Membership

CHANGEABLE = {
    "name", "limit_minor", "policy", "least_percent", "overrun_percent", "steps", "responsible_id", "period",
    "carries_over", "starts_on", "ends_on",
}  # fmt: skip


def open_budget(*, name: str, currency: str, limit_minor: int, **settings: Any) -> Budget:
    """Set money aside for rewards; settings are those that change_budget takes."""
    budget = Budget(name=name, currency=currency, limit_minor=limit_minor, steps=list(rules.STEPS))
    _set(budget, settings)
    _refuse_malformed(budget)
    budget.save()
    audit.record("budget.opened", budget, {"limit_minor": limit_minor, "currency": currency})
    return budget


def change_limit(budget_id: UUID, limit_minor: int) -> Budget:
    """Raise or lower a budget; never below what is promised already."""
    return change_budget(budget_id, limit_minor=limit_minor)


@transaction.atomic
def change_budget(budget_id: UUID, **changes: Any) -> Budget:
    """Change a budget's limit, name, policy, steps, period or days; rewards that wait are let go on after the commit."""
    budget = Budget.objects.select_for_update(no_key=True).get(id=budget_id)
    before = {name: getattr(budget, name) for name in changes if name in CHANGEABLE}
    _set(budget, changes)
    _refuse_malformed(budget)
    after = {name: getattr(budget, name) for name in before}
    changed = {name: [_plain(was), _plain(after[name])] for name, was in before.items() if was != after[name]}
    if not changed:
        return budget
    _refit(budget)
    budget.save()
    action = "budget.limit_changed" if set(changed) == {"limit_minor"} else "budget.changed"
    audit.record(action, budget, changed)
    call_waiting(budget.id)
    return budget


def _set(budget: Budget, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if name not in CHANGEABLE:
            raise BudgetChangeUnknown(name=name)
        setattr(budget, name, value)
    if "steps" in changes:
        budget.steps = sorted(changes["steps"])
    if budget.period and not budget.period_starts_on:
        budget.period_starts_on = today().replace(day=1)
    elif not budget.period:
        budget.period_starts_on = None


def _refuse_malformed(budget: Budget) -> None:
    if budget.limit_minor <= 0:
        raise NotPositive(field="limit_minor")
    steps = budget.steps
    if len(steps) > 8 or len(set(steps)) != len(steps) or not all(type(one) is int and 1 <= one <= 100 for one in steps):
        raise StepsInvalid
    for name in ("least_percent", "overrun_percent"):
        if not 1 <= getattr(budget, name) <= 100:
            raise ShareInvalid(field=name)
    if budget.starts_on and budget.ends_on and budget.ends_on < budget.starts_on:
        raise DaysBackwards
    if budget.responsible_id and not Membership.objects.filter(id=budget.responsible_id).exists():
        raise UnknownResponsible


def _refit(budget: Budget) -> None:
    """Fit the overrun to another limit, and begin a round of alerts; a limit below what is in use is refused."""
    figures = figures_of(budget)
    after = rules.moved(figures)
    if after is None:
        raise BudgetExhausted(budget_id=budget.id, field="limit_minor")
    budget.overrun_minor = after.overrun
    budget.level, budget.round = rules.level(after, budget.steps), budget.round + 1
    if after.left:
        budget.exhausted_at = None


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, str, bool, list, type(None))) else str(value)
