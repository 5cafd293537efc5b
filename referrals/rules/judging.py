"""Whether an order or a milestone earns: from facts and terms alone, without clock or database.

The verdict depends on what is known, not on the order in which it became known. What is known: facts.py; what has to
hold: checks.py; how much it comes to: amounts.py; where it stands among others: windows.py.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from referrals.rules.amounts import Due, by_seat, dues
from referrals.rules.checks import Check, checks_of
from referrals.rules.facts import Facts
from referrals.rules.terms import Terms


@dataclass(frozen=True)
class Earned:
    checks: tuple[Check, ...]
    dues: tuple[Due, ...]
    hold_until: datetime


@dataclass(frozen=True)
class Declined:
    checks: tuple[Check, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        return tuple(check.check for check in self.checks if not check.passed)


Verdict = Earned | Declined


def judge(facts: Facts, terms: Terms | None) -> Verdict:
    """Decide about an order under the terms its referral came in under. Every check made is in the answer."""
    checks = tuple(checks_of(facts, terms))
    if terms is None or not all(check.passed for check in checks):
        return Declined(checks)
    return _earned(facts, terms, checks)


def rejudge(facts: Facts, terms: Terms) -> Verdict:
    """Decide again about an order that counts already: the limits it passed stay passed, a promise is kept."""
    free = {"counted_30_days": 0, "counted_referrer": 0, "counted_campaign": 0, "counted": {}, "cost_minor": 0}
    return judge(replace(facts, **free), terms)


def _earned(facts: Facts, terms: Terms, checks: tuple[Check, ...]) -> Earned:
    milestone = terms.milestone(facts.milestone)
    days = (milestone and milestone.hold) or terms.hold
    assert facts.order.paid_at is not None
    assert facts.referral is not None
    found = by_seat(dues(facts, terms), facts.referral.parts, facts.referral.void, facts.referral.first)
    return Earned(checks=checks, dues=found, hold_until=facts.order.paid_at + timedelta(days=days.days))
