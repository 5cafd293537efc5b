"""What earns, and how much: plain functions, without clock or database."""

from referrals.rules.amounts import Due, by_seat, cost_minor, dues, expected, option_costs, scheme_of, whole_due
from referrals.rules.checks import Check
from referrals.rules.facts import Facts, OrderFacts, ReferralFacts, facts_json, read_facts
from referrals.rules.judging import Declined, Earned, Verdict, judge, rejudge
from referrals.rules.terms import Terms, read_terms, terms_json
from referrals.rules.windows import fits_window, places

__all__ = [
    "Check",
    "Declined",
    "Due",
    "Earned",
    "Facts",
    "OrderFacts",
    "ReferralFacts",
    "Terms",
    "Verdict",
    "by_seat",
    "cost_minor",
    "dues",
    "expected",
    "facts_json",
    "fits_window",
    "judge",
    "option_costs",
    "places",
    "read_facts",
    "read_terms",
    "rejudge",
    "scheme_of",
    "terms_json",
    "whole_due",
]
