"""The figures of budgets: reserved when promised, committed when settled, spent when used.

Everybody locks in one order: rewards (claiming.py), balances (ledger.post), budgets, each in the order of their ids.
A budget's row is the hottest of them and is locked last; `gathered` keeps to that where several things happen at once.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from celery import current_app

from rewards.errors.general import BudgetExhausted
from rewards.models import Budget, WaitingReward
from rewards.operations.budgets import alerts as budget_alerts
from rewards.rules import budgets as rules
from tenancy import door, events
from tenancy.calendar import today

_FIGURES = ("limit", "reserved", "committed", "spent", "earlier", "overrun")
_FREE_AGAIN = 10  # per cent of the limit: so much room, and who comes now is promised a reward again


@dataclass
class _Shifts:
    """Changes of budgets' figures that belong together."""

    by_budget: dict[UUID, Counter] = field(default_factory=lambda: defaultdict(Counter))
    exhausted: set[UUID] = field(default_factory=set)

    def add(self, name: str, counter: Counter | None) -> None:
        for budget_id, amount in (counter or Counter()).items():
            if budget_id and amount:
                self.by_budget[budget_id][name] += amount


_gathering: ContextVar[_Shifts | None] = ContextVar("budgets", default=None)


def move(
    *,
    reserved: Counter | None = None,
    committed: Counter | None = None,
    spent: Counter | None = None,
    returned: Counter | None = None,
    kept: Counter | None = None,
    approved: Counter | None = None,
    exhausted: Collection[UUID] = (),
) -> None:
    """Change the figures of budgets by so much, in the order of their ids; refuse what a budget does not cover.

    `kept` of it was promised while there was room and goes over the limit where it must;
    `approved` of it goes over as far as the budget allows with approval. Budgets that are
    `exhausted` note when they met their end. Locks budgets until the commit: call it last.
    """
    gathered = _gathering.get()
    shifts = _Shifts() if gathered is None else gathered
    shifts.exhausted |= set(exhausted)
    for name, counter in (
        ("reserved", reserved), ("committed", committed), ("spent", spent), ("returned", returned), ("kept", kept),
        ("approved", approved),
    ):  # fmt: skip
        shifts.add(name, counter)
    if gathered is None:
        _apply(shifts)


@contextmanager
def gathered(*, exhausted: Collection[UUID] = ()) -> Iterator[None]:
    """Gather what happens to budgets inside, and move each once at the end of the outermost: none is locked early."""
    if (outer := _gathering.get()) is not None:
        outer.exhausted |= set(exhausted)
        yield
        return
    shifts = _Shifts(exhausted=set(exhausted))
    token = _gathering.set(shifts)
    try:
        yield
    finally:
        _gathering.reset(token)
    _apply(shifts)


def _apply(shifts: _Shifts) -> None:
    for budget_id in sorted({*shifts.by_budget, *shifts.exhausted}):
        _move(budget_id, shifts.by_budget[budget_id], is_exhausted=budget_id in shifts.exhausted)


def _move(budget_id: UUID, shift: Counter, *, is_exhausted: bool) -> None:
    budget = Budget.objects.select_for_update(no_key=True).get(id=budget_id)
    returned = shift.pop("returned", 0)
    before = figures_of(budget)
    after = rules.moved(before, **shift, most_over=most_over(budget))
    unpromised = shift["reserved"] - shift["kept"] - shift["approved"]
    if after is None or (unpromised > 0 and not is_in_force(budget)):
        raise BudgetExhausted(budget_id=budget_id)
    was = budget.level
    take_on(budget, after)
    if after.used < before.used and after.left * 100 >= after.limit * _FREE_AGAIN:
        budget.exhausted_at = None
    budget.returned_minor += returned
    if is_exhausted and not budget.exhausted_at:
        budget.exhausted_at = door.moment()
    budget.save(update_fields=_MOVED)
    if budget.level != was:
        budget_alerts.note(budget, was)
    if after.used < before.used and budget.policy == Budget.Policy.QUEUE:
        call_waiting(budget_id)


_MOVED = [
    "reserved_minor", "committed_minor", "spent_minor", "returned_minor", "overrun_minor", "earlier_minor", "level",
    "exhausted_at",
]  # fmt: skip


def take_on(budget: Budget, after: rules.Figures) -> None:
    """Give a budget other figures, in memory."""
    for name in _FIGURES:
        setattr(budget, f"{name}_minor", getattr(after, name))
    budget.level = rules.level(after, budget.steps)


def figures_of(budget: Budget) -> rules.Figures:
    return rules.Figures(**{name: getattr(budget, f"{name}_minor") for name in _FIGURES})


def most_over(budget: Budget) -> int:
    """Say how much may be over the limit with approval."""
    return budget.limit_minor * budget.overrun_percent // 100 if budget.policy == Budget.Policy.APPROVE else 0


def is_in_force(budget: Budget) -> bool:
    """Say whether new promises may be made today."""
    if not budget.starts_on and not budget.ends_on:
        return True
    day = today()
    return (not budget.starts_on or budget.starts_on <= day) and (not budget.ends_on or day <= budget.ends_on)


def call_waiting(budget_id: UUID) -> None:
    """Send a worker for the rewards that wait for this budget, after the commit; by name, because tasks stand above."""
    if WaitingReward.objects.filter(budget_id=budget_id).exists():
        organisation_id, task = str(door.organisation_id()), current_app.signature("rewards.tasks.release_waiting")
        door.once_after_commit("waiting_rewards", lambda: events.ring(task, organisation_id))
