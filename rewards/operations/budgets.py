"""Budgets: reserved when promised, committed when settled, spent when used. Their rows are locked last."""

from collections import Counter
from contextlib import contextmanager
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from rewards.errors import BudgetExhausted, NotPositive
from rewards.models import Budget
from tenancy import audit


def open_budget(*, name: str, currency: str, limit_minor: int) -> Budget:
    """Set money aside for rewards."""
    if limit_minor <= 0:
        raise NotPositive(field="limit_minor")
    budget = Budget.objects.create(name=name, currency=currency, limit_minor=limit_minor)
    audit.record("budget.opened", budget, {"limit_minor": limit_minor, "currency": currency})
    return budget


@transaction.atomic
def change_limit(budget_id: UUID, limit_minor: int) -> Budget:
    """Raise or lower a budget; never below what is promised already."""
    budget = Budget.objects.select_for_update().get(id=budget_id)
    with _refused_when_exceeded(budget_id):
        Budget.objects.filter(id=budget_id).update(limit_minor=limit_minor)
    audit.record("budget.limit_changed", budget, {"limit_minor": [budget.limit_minor, limit_minor]})
    budget.limit_minor = limit_minor
    return budget


def move(*, reserved: Counter | None = None, committed: Counter | None = None, spent: Counter | None = None) -> None:
    """Change the figures of budgets by so much; the CHECK refuses what a budget does not cover."""
    reserved, committed, spent = reserved or Counter(), committed or Counter(), spent or Counter()
    for budget_id in sorted({*reserved, *committed, *spent} - {None}):
        with _refused_when_exceeded(budget_id):
            Budget.objects.filter(id=budget_id).update(
                reserved_minor=F("reserved_minor") + reserved[budget_id],
                committed_minor=F("committed_minor") + committed[budget_id],
                spent_minor=F("spent_minor") + spent[budget_id],
            )


@contextmanager
def _refused_when_exceeded(budget_id: UUID):
    try:
        yield
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "budget_not_exceeded":
            raise
        raise BudgetExhausted(budget_id=budget_id) from error
