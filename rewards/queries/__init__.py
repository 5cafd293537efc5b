"""Reads of the strong room."""

from rewards.queries.ageing import AgeBucket, Breakage, OverdueLot, ageing, breakage, overdue_lots
from rewards.queries.approvals import approvals, reward_policy, waiting_approvals
from rewards.queries.books import BooksReport, WrongRow, reconcile, verify_books
from rewards.queries.checkouts import (
    Asked,
    KindFigures,
    article_names,
    assess,
    checkout,
    checkouts,
    coupon_kinds,
    kind_figures,
    overdue_checkouts,
    till_terms,
    uses_by_day,
)
from rewards.queries.choices import OptionUptake, option_uptake
from rewards.queries.finance import BooksMonth, MonthFigures, TrialLine, books_months, month_figures, trial_balance
from rewards.queries.journal import entries, with_arrows
from rewards.queries.lots import DebtLine, LotLine, debts, expiries, lots
from rewards.queries.promises import (
    OpenPromise,
    OpenPromises,
    Punctuality,
    board,
    calendar,
    newly_late,
    open_promises,
    punctuality,
    punctuality_by_month,
)
from rewards.queries.reading import (
    CustomerBalance,
    available_points,
    balances,
    budgets,
    coupons,
    coupons_of,
    expiring_lots,
    history,
    late,
    promised_minor,
    rewards,
    rewards_of,
    settled,
)
from rewards.queries.redemptions import left_of_redemptions
from rewards.queries.seals import BrokenSeal, SealReport, verify_seals
from rewards.queries.statements import Statement, StatementLine, statement
from rewards.queries.why import Story, forms_of, why

__all__ = [
    "AgeBucket", "Asked", "BooksMonth", "BooksReport", "Breakage", "BrokenSeal", "CustomerBalance", "DebtLine",
    "KindFigures", "LotLine", "MonthFigures", "OpenPromise", "OpenPromises", "OptionUptake", "OverdueLot", "Punctuality",
    "SealReport", "Statement", "StatementLine", "Story", "TrialLine", "WrongRow", "ageing", "approvals", "article_names",
    "assess", "available_points", "balances", "board", "books_months", "breakage", "budgets", "calendar", "checkout",
    "checkouts", "coupon_kinds", "coupons", "coupons_of", "debts", "entries", "expiries", "expiring_lots", "forms_of",
    "history",
    "kind_figures", "late", "left_of_redemptions", "lots", "month_figures", "newly_late", "open_promises", "option_uptake",
    "overdue_checkouts", "overdue_lots", "promised_minor", "punctuality", "punctuality_by_month", "reconcile",
    "reward_policy", "rewards", "rewards_of", "settled", "statement", "till_terms", "trial_balance", "uses_by_day",
    "verify_books", "verify_seals", "waiting_approvals", "why", "with_arrows",
]  # fmt: skip
