"""How much is earned, by whom, and what it costs: each line of the terms applied to what was kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from foundation.money import exponent, percent_of, split
from referrals.rules.conditions import holds
from referrals.rules.facts import PAID, Facts, OrderFacts
from referrals.rules.quantities import Title
from referrals.rules.reward_lines import CashBrackets, CashSteps, PointsBrackets, PointsSteps, Stepped, step_at
from referrals.rules.terms import (
    BadgeGift,
    CashFixed,
    CashPercent,
    Choice,
    CouponGift,
    EventInvitation,
    Gift,
    InKind,
    PointsFixed,
    PointsRate,
    ProductTrial,
    RewardLine,
    Terms,
    TierUpgrade,
    kind_of,
)

_WHOLE = OrderFacts(order_id="", status=PAID, currency="", total_minor=1, kept_minor=1)


@dataclass(frozen=True)
class Due:
    """What one line of the terms gives: `amount` units of `unit` to the referrer or the referee.

    Where there is a choice it is the first option, and `options` are all of them.
    """

    line: int
    role: str
    kind: str  # points, cash, coupon, or one of those in kind
    unit: str  # POINT, a currency, COUPON, PIECE
    amount: int
    coupon: str = ""
    title: Title | None = None  # of what is given in kind; tiers and badges have theirs in the loyalty room
    details: Mapping[str, Any] = field(default_factory=dict)
    piece_cost_minor: int = 0
    seat: int = 0  # of a divided referral, whose part it is
    whole: int = 0  # the amount for an order of which everything was kept
    options: "tuple[Due, ...]" = ()


def dues(facts: Facts, terms: Terms) -> tuple[Due, ...]:
    """Say what is earned in all, as if nothing spoke against it. Of money that comes by parts: what this part adds."""
    lines = terms.lines_of(facts.milestone, "" if facts.milestone else scheme_of(facts, terms))
    found = (_added(number, line, facts, terms) for number, line in lines if line.to not in facts.nobody)
    return tuple(due for due in found if due.amount > 0)


def scheme_of(facts: Facts, terms: Terms) -> str:
    """Name the first scheme whose conditions hold; none is the usual rewards."""
    return next((scheme.key for scheme in terms.schemes if holds(scheme.when, facts.about)), "")


def _added(number: int, line: RewardLine, facts: Facts, terms: Terms) -> Due:
    due = _due(number, line, facts, terms)
    milestone = terms.milestone(facts.milestone)
    if milestone is None or milestone.trigger != "money_received" or not facts.before_minor:
        return due
    if facts.before_minor < milestone.minimum.minor:
        return due
    before = replace(facts, order=replace(facts.order, kept_minor=facts.before_minor))
    return replace(due, amount=max(0, due.amount - _due(number, line, before, terms).amount))


def expected(terms: Terms, about: Mapping[str, Any] | None = None) -> tuple[Due, ...]:
    """Say what an order gives that just reaches the minimum, of the first friend who buys."""
    least = terms.minimum.minor
    order = OrderFacts(order_id="", status=PAID, currency=terms.currency, total_minor=least, kept_minor=least)
    return dues(Facts(order=order, about=about or {}, rank=1), terms)


def by_seat(
    found: Sequence[Due], parts: Sequence[int], void: Sequence[int] = (), first: int = 0
) -> tuple[Due, ...]:  # fmt: skip
    """Divide what the referrer gets between the seats of a divided referral; the parts come to the whole.

    What cannot be divided, a coupon or a thing, goes to the largest part; of equal ones to the `first`. Who sat down
    first would not do: that depends on what became known first.
    """
    if not parts:
        return tuple(found)
    seats = [seat for seat in range(len(parts)) if seat not in void] if sum(parts) else []
    divided = (
        part for due in found
        for part in ([_part_of(due, parts, seat, first) for seat in seats] if due.role == "referrer" else [due])
    )  # fmt: skip
    return tuple(due for due in divided if due.amount > 0)


def _part_of(due: Due, parts: Sequence[int], seat: int, first: int) -> Due:
    options = tuple(_part_of(option, parts, seat, first) for option in due.options)
    order = sorted(range(len(parts)), key=lambda each: each != first)
    weights, place = [parts[each] for each in order], order.index(seat)
    amount, whole = split(due.amount, weights)[place], split(due.whole, weights)[place]
    return replace(due, amount=amount, whole=whole, options=options, seat=seat)


# --- lines -----------------------------------------------------------------------------------------


def _due(number: int, line: RewardLine, facts: Facts, terms: Terms | None) -> Due:
    order = facts.order
    match line:
        case PointsSteps() | CashSteps() | PointsBrackets() | CashBrackets():
            return _stepped(number, line, facts, terms)
        case PointsFixed(to, amount):
            return Due(number, to, "points", "POINT", _part(amount.points, facts, terms), whole=amount.points)
        case PointsRate(to, rate, per):
            return Due(number, to, "points", "POINT", order.kept_minor // per.minor * rate.points)
        case CashFixed(to, amount):
            return Due(number, to, "cash", amount.currency, _part(amount.minor, facts, terms), whole=amount.minor)
        case CashPercent(to, percent, cap):
            return Due(number, to, "cash", cap.currency, min(percent_of(order.kept_minor, percent.percent), cap.minor))
        case CouponGift(to, coupon):
            return Due(number, to, "coupon", "COUPON", 1, coupon, whole=1)
        case Choice(_to, options):
            first, *others = (_due(number, option, facts, terms) for option in options)
            return replace(first, options=(first, *others))
        case _:
            return _piece(number, line)


def _stepped(number: int, line: Stepped, facts: Facts, terms: Terms | None) -> Due:
    """Steps go by the friend's place and are cut like a fixed reward; brackets go by what was kept, and are whole."""
    order, is_by_place = facts.order, isinstance(line, (PointsSteps, CashSteps))
    is_points = isinstance(line, (PointsSteps, PointsBrackets))
    step = step_at(line, facts.rank if is_by_place else order.kept_minor)
    whole = 0 if step is None else step.amount.points if is_points else step.amount.minor
    amount = _part(whole, facts, terms) if is_by_place else whole
    unit = "POINT" if is_points else line.steps[0].amount.currency
    return Due(number, line.to, "points" if is_points else "cash", unit, amount, whole=whole)


def _piece(number: int, line: InKind) -> Due:
    """What is given in kind cannot be cut: it is kept while the order still reaches the minimum."""
    pieces = line.pieces.count if isinstance(line, Gift) else 1
    return Due(
        number, line.to, kind_of(line), "PIECE", pieces, title=getattr(line, "title", None), details=_details(line),
        piece_cost_minor=line.cost.minor, whole=pieces,
    )  # fmt: skip


def _details(line: InKind) -> dict[str, Any]:
    """Say about a thing what rewards/rules/in_kind.py wants to know."""
    match line:
        case Gift(item=item) if item:
            return {"item_id": item}
        case TierUpgrade(_to, tier, days):
            return {"tier": tier, "days": days.days}
        case BadgeGift(_to, badge):
            return {"badge": badge}
        case EventInvitation(starts_at=starts_at, place=place):
            told = {"starts_at": starts_at and starts_at.isoformat(), "place": place and place.json()}
            return {name: value for name, value in told.items() if value}
        case ProductTrial(days=days):
            return {"days": days.days}
    return {}


def _part(whole: int, facts: Facts, terms: Terms | None) -> int:
    """Cut a fixed reward to the kept part, rounded down; of an order it is all or nothing under "threshold"."""
    order, is_by_instalments = facts.order, facts.subject == "receipt"
    if order.kept_minor >= order.total_minor or (terms.refund_policy == "threshold" and not is_by_instalments):
        return whole
    return whole * order.kept_minor // order.total_minor


# --- costs -----------------------------------------------------------------------------------------


def cost_minor(due: Due, terms: Terms, coupon_costs: Mapping[str, int]) -> int:
    """Say what a reward costs its budget, in the smallest part of the terms' currency, rounded up."""
    if due.kind == "cash":
        return due.amount
    if due.kind == "coupon":
        return due.amount * coupon_costs[due.coupon]
    if due.unit == "PIECE":
        return due.amount * due.piece_cost_minor
    one_unit = 10 ** exponent(terms.currency)
    return -(-due.amount * one_unit // terms.points_per_currency_unit.points)


def whole_due(line: RewardLine) -> Due:
    """Say what a fixed line gives when there is no order to cut it by."""
    return _due(0, line, Facts(order=_WHOLE, rank=1), None)


def option_costs(choice: Choice, terms: Terms, coupon_costs: Mapping[str, int]) -> list[int]:
    """Say what each option costs when everything of an order is kept."""
    return [cost_minor(whole_due(option), terms, coupon_costs) for option in choice.options]
