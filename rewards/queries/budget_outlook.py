"""What is to be known of budgets: their days, what they are heading for, their rewards, alerts and queue."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet

from rewards.models import Budget, BudgetAlert, BudgetDay, Reward, WaitingReward
from rewards.rules import forecast as rules
from rewards.rules.months import next_month
from tenancy.calendar import today

WINDOW = 28  # days that the pace is read from: four whole weeks, so that weekends weigh what they weigh
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Outlook:
    """Where a budget is heading: how fast it was used in how many days, and when it runs out at this pace."""

    left_minor: int
    ends_on: date | None
    days: int = 0
    pace: rules.Pace | None = None
    forecast: rules.Forecast | None = None


@dataclass(frozen=True)
class Queue:
    """Rewards that wait for a budget's money."""

    rewards: int
    cost_minor: int


def outlooks(budgets: Sequence[Budget], ends: Mapping[UUID, date] | None = None) -> dict[UUID, Outlook]:
    """Forecast budgets by their id, in one statement; `ends` where they have no end of their own."""
    day = today()
    seen = _days_seen([budget.id for budget in budgets], day)
    return {
        budget.id: _outlook(budget, seen.get(budget.id, []), day, ends_on(budget) or (ends or {}).get(budget.id))
        for budget in budgets
    }


def _days_seen(budget_ids: Sequence[UUID], day: date) -> dict[UUID, list[int]]:
    """List what was promised on each of the last whole days; of a budget's first day all there is of it."""
    rows = BudgetDay.objects.filter(budget_id__in=budget_ids, day__gte=day - WINDOW * _A_DAY, day__lte=day).order_by("day")
    by_budget: dict[UUID, dict[date, int]] = defaultdict(dict)
    for budget_id, when, promised in rows.values_list("budget_id", "day", "promised_minor"):
        by_budget[budget_id][when] = promised
    return {budget_id: _whole_days(promised, day) for budget_id, promised in by_budget.items()}


def _whole_days(promised: Mapping[date, int], today: date) -> list[int]:
    first = min(promised)
    if first == today:
        return [promised[today]]
    return [promised.get(first + number * _A_DAY, 0) for number in range((today - first).days)]


def _outlook(budget: Budget, daily: list[int], day: date, end: date | None) -> Outlook:
    pace = rules.pace_of(daily)
    told = rules.forecast(pace, left_minor=budget.left_minor, today=day, ends_on=end) if pace else None
    return Outlook(budget.left_minor, end, len(daily), pace, told)


def ends_on(budget: Budget) -> date | None:
    """Name the last day of a budget, or of its month."""
    month = next_month(budget.period_starts_on) - _A_DAY if budget.period_starts_on else None
    return min((day for day in (month, budget.ends_on) if day), default=None)


def fan(budget: Budget, outlook: Outlook, *, days: int) -> list[rules.FanDay]:
    """Draw what will be in use over the coming days; nothing without a pace."""
    if outlook.pace is None or days <= 0:
        return []
    return rules.fan(outlook.pace, used_minor=budget.used_minor, today=today(), days=days)


def days_of(budget_id: UUID, *, since: date) -> list[BudgetDay]:
    """List a budget's figures day by day, oldest first."""
    return list(BudgetDay.objects.filter(budget_id=budget_id, day__gte=since).order_by("day"))


def last_year(budget_id: UUID) -> list[BudgetDay]:
    return days_of(budget_id, since=today() - 365 * _A_DAY)


def rewards_of_budget(budget_id: UUID) -> QuerySet[Reward]:
    """The rewards that a budget pays for."""
    rows = Reward.objects.filter(budget_id=budget_id).exclude(state=Reward.State.LAPSED)
    return rows.select_related("beneficiary", "unit", "coupon_kind")


def waiting_rewards(budget_id: UUID) -> list[Reward]:
    """List the rewards that wait for a budget, the next first."""
    ids = list(
        WaitingReward.objects.filter(budget_id=budget_id).order_by("queued_at", "id").values_list("id", flat=True)[:50]
    )
    rewards = Reward.objects.filter(id__in=ids).select_related("beneficiary", "unit", "coupon_kind").in_bulk()
    return [rewards[one] for one in ids]


def queues(budget_ids: Sequence[UUID]) -> dict[UUID, Queue]:
    """Sum what waits, by budget; a budget for which nothing waits is left out."""
    waiting = dict(WaitingReward.objects.filter(budget_id__in=budget_ids).values_list("id", "budget_id"))
    costs: dict[UUID, list[int]] = defaultdict(list)
    for reward_id, cost in Reward.objects.filter(id__in=waiting).values_list("id", "cost_minor"):
        costs[waiting[reward_id]].append(cost)
    return {budget_id: Queue(len(each), sum(each)) for budget_id, each in costs.items()}


def alerts_of(budget_id: UUID) -> list[BudgetAlert]:
    return list(BudgetAlert.objects.filter(budget_id=budget_id).order_by("-id")[:50])
