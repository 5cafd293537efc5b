"""Reads of the strong room."""

from rewards.queries.books import BooksReport, WrongRow, verify_books
from rewards.queries.reading import (
    CustomerBalance,
    StatementLine,
    TrialLine,
    available_points,
    balances,
    budgets,
    coupons,
    coupons_of,
    entries,
    expiring_points,
    history,
    promised_minor,
    rewards,
    rewards_of,
    settled,
    statement,
    trial_balance,
)

__all__ = [
    "BooksReport", "CustomerBalance", "StatementLine", "TrialLine", "WrongRow", "available_points", "balances",
    "budgets", "coupons", "coupons_of", "entries", "expiring_points", "history", "promised_minor", "rewards", "rewards_of", "settled",
    "statement", "trial_balance", "verify_books",
]  # fmt: skip
