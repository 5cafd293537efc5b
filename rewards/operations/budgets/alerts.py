"""Tell that a budget passed one of its steps, once in each round of limits and periods."""

from collections.abc import Sequence
from uuid import UUID

from messaging import texts
from messaging.operations import Notice, notify_many
from messaging.rules import Amount
from rewards.models import Budget, BudgetAlert
from rewards.rules import budgets as rules
from tenancy import door, events
from tenancy.models import Membership

_UP = BudgetAlert.Direction.UP


def note(budget: Budget, before: int) -> None:
    """Write an alert for a budget whose level was `before`; the caller has locked it."""
    step = rules.passed(before, budget.level, budget.steps)
    if step is None:
        return
    percent, direction = step
    told = BudgetAlert.objects.filter(budget=budget, round=budget.round, percent=percent, direction=direction)
    if told.exists() or not _is_news(budget, percent, direction):
        return
    alert = BudgetAlert.objects.create(
        budget=budget, round=budget.round, percent=percent, direction=direction,
        used_minor=max(budget.used_minor - budget.earlier_minor, 0), limit_minor=budget.limit_minor,
        occurred_at=door.moment(),
    )  # fmt: skip
    events.publish(
        "budget.alert", budget.id, alert_id=str(alert.id), percent=percent, direction=direction,
        used_minor=alert.used_minor, limit_minor=alert.limit_minor, currency=budget.currency,
    )  # fmt: skip


def _is_news(budget: Budget, percent: int, direction: str) -> bool:
    """That a step is no longer reached is news only to who was told that it was."""
    if direction == _UP:
        return True
    reached = BudgetAlert.objects.filter(budget=budget, round=budget.round, direction=_UP)
    return reached.filter(percent__gte=percent).exists()


def tell(alert_ids: Sequence[str]) -> None:
    """Notify whoever is responsible for the budget; where nobody is, owners and finance."""
    alerts = BudgetAlert.objects.filter(id__in=alert_ids).select_related("budget").order_by("id")
    notify_many([_notice(alert, member_id) for alert in alerts for member_id in _readers(alert.budget)])


def _readers(budget: Budget) -> list[UUID]:
    members = Membership.objects.filter(is_active=True)
    if budget.responsible_id and members.filter(id=budget.responsible_id).exists():
        return [budget.responsible_id]
    told = members.filter(role__in=[Membership.Role.OWNER, Membership.Role.FINANCE])
    return list(told.order_by("id").values_list("id", flat=True))


def _notice(alert: BudgetAlert, member_id: UUID) -> Notice:
    budget = alert.budget
    is_used_up = alert.direction == _UP and alert.percent >= 100
    return Notice(
        kind="budget_reached" if alert.direction == _UP else "budget_below",
        key=f"budget_alert:{alert.id}:{member_id}",
        member_id=member_id,
        link=f"/budgets/{budget.id}/",
        context={
            "budget": budget.name, "percent": alert.percent, "used": Amount("cash", budget.currency, alert.used_minor),
            "limit": Amount("cash", budget.currency, alert.limit_minor),
            "outlook": texts.BUDGET_ENDS[budget.policy] if is_used_up else texts.NOTHING_TO_DO,
        },
    )  # fmt: skip
