"""What time does to budgets: months begin, days end."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max

from rewards.models import Budget, BudgetDay
from rewards.operations.budgets.figures import call_waiting, figures_of, take_on
from rewards.queries.budget_days import DayChange, changes_by_day, promised_by_day
from rewards.rules import budgets as rules
from rewards.rules.months import months_between, start_of
from tenancy import audit
from tenancy.calendar import own_zone, today

LOOK_BACK = timedelta(days=120)  # how far a first look goes back
_A_DAY = timedelta(days=1)


@transaction.atomic
def turn_periods() -> int:
    """Begin the month for budgets that have one each month; count them."""
    month = today().replace(day=1)
    due = Budget.objects.filter(period=Budget.Period.MONTH, period_starts_on__lt=month)
    budgets = list(due.select_for_update(no_key=True).order_by("id"))
    for budget in budgets:
        _turn(budget, month)
    return len(budgets)


def _turn(budget: Budget, month: date) -> None:
    months = len(months_between(budget.period_starts_on, month)) - 1
    take_on(budget, rules.turned(figures_of(budget), months=months, carries_over=budget.carries_over))
    budget.period_starts_on, budget.round = month, budget.round + 1
    if budget.left_minor:
        budget.exhausted_at = None
    budget.save()
    audit.record("budget.renewed", budget, {"month": f"{month:%Y-%m}", "left_minor": budget.left_minor})
    call_waiting(budget.id)


@transaction.atomic
def note_days() -> int:
    """Write down how budgets stand today, and what was promised since the last look; count the rows.

    The last look of a day counts. Days on which nobody looked are filled in from the rewards, as they are known now.
    """
    day, budgets = today(), list(Budget.objects.order_by("id"))
    if not budgets:
        return 0
    last = BudgetDay.objects.aggregate(last=Max("day"))["last"]
    if last and last >= day - _A_DAY:
        changes = promised_by_day(start_of(last, own_zone()), own_zone().key)
        _finish(last, changes)
        rows = []
    else:
        first = last + _A_DAY if last else day - LOOK_BACK
        changes = changes_by_day(start_of(first, own_zone()), own_zone().key)
        rows = [row for budget in budgets for row in _missed(budget, first, day, changes[budget.id])]
    rows += [_row(budget, day, changes[budget.id].get(day, DayChange()), figures_of(budget)) for budget in budgets]
    _write(rows)
    return len(rows)


def _finish(day: date, changes: Mapping) -> None:
    """Add what was promised after the last look of a day."""
    for row in BudgetDay.objects.filter(day=day):
        promised = changes[row.budget_id].get(day, DayChange()).promised
        if promised != row.promised_minor:
            BudgetDay.objects.filter(id=row.id).update(promised_minor=promised)


def _missed(budget: Budget, first: date, today: date, changes: Mapping[date, DayChange]) -> Iterator[BudgetDay]:
    """Go back day by day from the figures of today to the first day on which anything happened."""
    figures = figures_of(budget)
    begin = min((day for day in changes if day >= first), default=today)
    day = today
    while day > begin:
        after = changes.get(day, DayChange())
        figures = rules.Figures(
            limit=figures.limit, earlier=figures.earlier, overrun=figures.overrun,
            reserved=max(figures.reserved - after.promised + after.settled, 0),
            committed=max(figures.committed - (after.settled - after.spent), 0),
            spent=max(figures.spent - after.spent, 0),
        )  # fmt: skip
        day -= _A_DAY
        yield _row(budget, day, changes.get(day, DayChange()), figures)


def _row(budget: Budget, day: date, change: DayChange, figures: rules.Figures) -> BudgetDay:
    return BudgetDay(
        budget=budget, day=day, limit_minor=figures.limit + figures.earlier, reserved_minor=figures.reserved,
        committed_minor=figures.committed, spent_minor=figures.spent, promised_minor=change.promised,
    )  # fmt: skip


def _write(rows: list[BudgetDay]) -> None:
    BudgetDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["organisation", "budget", "day"],
        update_fields=["limit_minor", "reserved_minor", "committed_minor", "spent_minor", "promised_minor"],
    )  # fmt: skip
