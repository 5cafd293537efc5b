"""Golden cases: one order as plain data, and what everybody must get for it, whatever the terms become.

Facts: {"amount_minor", "refunded_minor", "place": 1 for the first order, "friend": 1 for the referrer's first friend,
        "days_to_signup": from the click, "days_to_order": from the sign-up, "counted_30_days", "counted_referrer",
        "counted_campaign": rewards given before, "bought_before", "is_cancelled", "is_fraud", "milestone": its key,
        "about": facts that conditions ask for}
Expected: {"referrer": {"points": 500}, "referee": {"coupon": 1}}; kinds are points, cash, coupon, and pieces of all else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from referrals.errors import GoldenCaseInvalid
from referrals.rules.amounts import Due
from referrals.rules.facts import PAID, Facts, OrderFacts, ReferralFacts
from referrals.rules.judging import Declined, judge
from referrals.rules.reward_lines import FURTHER_ROLES, ROLES
from referrals.rules.terms import Terms

KINDS = ("points", "cash", "coupon", "pieces")
NUMBERS = {
    "amount_minor": 0, "refunded_minor": 0, "place": 1, "friend": 1, "days_to_signup": 0, "days_to_order": 0,
    "counted_30_days": 0, "counted_referrer": 0, "counted_campaign": 0,
}  # fmt: skip
FLAGS = ("bought_before", "is_cancelled", "is_fraud")
_MOST = 10**13
_MOST_DAYS = 36500
_TOUCH = datetime(2025, 1, 1, tzinfo=UTC)  # any will do: only distances count


@dataclass(frozen=True)
class Tried:
    """What terms make of a case: `got` in the shape of `expected`, `failed` names the checks that stood in the way."""

    expected: Mapping[str, Mapping[str, int]]
    got: Mapping[str, Mapping[str, int]]
    failed: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return self.expected == self.got


def try_case(facts: Mapping[str, Any], expected: Mapping[str, Mapping[str, int]], terms: Terms) -> Tried:
    """Judge a case under terms, in pure code."""
    verdict = judge(facts_of(facts, terms), terms)
    if isinstance(verdict, Declined):
        return Tried(expected, {}, verdict.failed)
    return Tried(expected, given(verdict.dues))


def given(dues: tuple[Due, ...]) -> dict[str, dict[str, int]]:
    """Sum what is given, by role and kind."""
    found: dict[str, dict[str, int]] = {}
    for due in dues:
        mine = found.setdefault(due.role, {})
        kind = due.kind if due.kind in KINDS else "pieces"
        mine[kind] = mine.get(kind, 0) + due.amount
    return found


def facts_of(told: Mapping[str, Any], terms: Terms) -> Facts:
    """Make the facts of a case what the judge knows; what is not told is the plainest there can be."""
    told = NUMBERS | dict(told)
    confirmed = _TOUCH + timedelta(days=told["days_to_signup"])
    at = confirmed + timedelta(days=told["days_to_order"])
    is_cancelled = bool(told.get("is_cancelled"))
    total = told["amount_minor"]
    order = OrderFacts(
        order_id="golden", status="cancelled" if is_cancelled else PAID, currency=terms.currency, total_minor=total,
        kept_minor=0 if is_cancelled else max(total - told["refunded_minor"], 0), paid_at=at,
    )  # fmt: skip
    referral = ReferralFacts("golden", _TOUCH, confirmed, is_fraud=bool(told.get("is_fraud")))
    milestone = terms.milestone(told["milestone"]) if told.get("milestone") else None
    return Facts(
        order=order, referral=referral, place=told["place"], bought_before=bool(told.get("bought_before")),
        counted_30_days=told["counted_30_days"], counted_referrer=told["counted_referrer"],
        counted_campaign=told["counted_campaign"], rank=told["friend"], about=_about(told, order),
        milestone=told.get("milestone", ""), subject=milestone.subject if milestone else "order",
    )  # fmt: skip


def _about(told: Mapping[str, Any], order: OrderFacts) -> dict[str, Any]:
    """Give what conditions ask for: what the case says itself, and what follows from its numbers."""
    return {
        "order.total": {"minor": order.total_minor, "currency": order.currency},
        "order.kept": {"minor": order.kept_minor, "currency": order.currency},
        "order.place": told["place"], "order.days_since_signup": told["days_to_order"],
    } | dict(told.get("about", {}))  # fmt: skip


# --- what people write --------------------------------------------------------------------------------


def read_case(facts: Any, expected: Any) -> tuple[dict[str, Any], dict[str, dict[str, int]]]:
    """Validate a case; what says nothing is left out."""
    if not isinstance(facts, Mapping) or not isinstance(expected, Mapping):
        raise GoldenCaseInvalid(name="facts", field="facts")
    if unknown := set(facts) - {*NUMBERS, *FLAGS, "milestone", "about"}:
        raise GoldenCaseInvalid(name=min(unknown), field=f"facts/{min(unknown)}")
    return dict(_facts(facts)), dict(_expected(expected))


def _facts(told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, least in NUMBERS.items():
        value = told.get(name, least)
        most = _MOST_DAYS if name.startswith("days") else _MOST
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise GoldenCaseInvalid(name=name, field=f"facts/{name}")
        if value != least or name == "amount_minor":
            yield name, value
    yield from ((name, True) for name in FLAGS if told.get(name))
    if told.get("milestone"):
        yield "milestone", str(told["milestone"])[:24]
    if told.get("about"):
        if not isinstance(told["about"], Mapping):
            raise GoldenCaseInvalid(name="about", field="facts/about")
        yield "about", dict(told["about"])


def _expected(told: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, int]]]:
    for role, amounts in told.items():
        if role not in (*ROLES, *FURTHER_ROLES) or not isinstance(amounts, Mapping):
            raise GoldenCaseInvalid(name=str(role), field="expected")
        for kind, amount in amounts.items():
            if kind not in KINDS or not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount <= _MOST:
                raise GoldenCaseInvalid(name=f"{role}/{kind}", field="expected")
        if mine := {kind: amount for kind, amount in amounts.items() if amount}:
            yield role, mine


# --- suggestions --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Suggestion:
    """A case at an edge of the rule; `key` names the edge."""

    key: str
    facts: dict[str, Any]
    expected: dict[str, dict[str, int]]


def suggestions(terms: Terms) -> list[Suggestion]:
    """List cases on both sides of every edge, with what the terms give for them now."""
    return [Suggestion(key, facts, dict(try_case(facts, {}, terms).got)) for key, facts in _edges(terms)]


def _edges(terms: Terms) -> Iterator[tuple[str, dict[str, Any]]]:
    least = terms.minimum.minor
    usual = {"amount_minor": least or 10_000}
    if least > 1:
        yield "below_minimum", {"amount_minor": least - 1}
    yield "at_minimum", usual
    if least:
        yield "twice_minimum", {"amount_minor": 2 * least}
        yield "refunded_below", {"amount_minor": 2 * least, "refunded_minor": least + 1}
    yield "half_refunded", {"amount_minor": 4 * usual["amount_minor"], "refunded_minor": 2 * usual["amount_minor"]}
    yield "second_order", usual | {"place": 2}
    yield "window_last_day", usual | {"days_to_order": terms.order_window.days}
    yield "window_day_after", usual | {"days_to_order": terms.order_window.days + 1}
    limits = terms.limits
    for name, limit in (("counted_30_days", limits.per_referrer_30_days), ("counted_referrer", limits.per_referrer)):
        if limit:
            yield f"{name}_last", usual | {name: limit.count - 1}
            yield f"{name}_after", usual | {name: limit.count}
