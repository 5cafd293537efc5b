"""Whether an order earns, and how much: from facts and terms alone, without clock or database.

The verdict depends on what is known, not on the order in which it became known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from foundation.money import exponent, percent_of, split
from referrals.rules.conditions import Condition, Group, Tree, holds, leaves
from referrals.rules.milestones import AMOUNTS, Milestone
from referrals.rules.quantities import Title
from referrals.rules.reward_lines import CashBrackets, CashSteps, PointsBrackets, PointsSteps, Stepped, step_at
from referrals.rules.terms import (
    ONLY_MILESTONES,
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

PAID, OPEN = "paid", "open"
# limit in the terms -> check
FURTHER_LIMITS = {
    "per_referrer_day": "limit_day", "per_campaign_day": "limit_campaign_day",
    "per_campaign_30_days": "limit_campaign_30_days",
}  # fmt: skip
COST_LIMITS = {
    "per_referrer_day_cost": "limit_day_cost", "per_referrer_30_days_cost": "limit_30_days_cost",
    "per_referrer_cost": "limit_referrer_cost", "per_campaign_day_cost": "limit_campaign_day_cost",
    "per_campaign_30_days_cost": "limit_campaign_30_days_cost", "per_campaign_cost": "limit_campaign_cost",
}  # fmt: skip


@dataclass(frozen=True)
class OrderFacts:
    order_id: str
    status: str  # placed, paid, cancelled
    currency: str
    total_minor: int
    kept_minor: int  # after refunds; 0 when cancelled
    paid_at: datetime | None = None


@dataclass(frozen=True)
class ReferralFacts:
    referral_id: str
    touched_at: datetime
    confirmed_at: datetime
    is_closed: bool = False
    is_fraud: bool = False
    parts: tuple[int, ...] = ()  # of a divided referral, by seat; none: all is the referrer's
    seat: int = 0  # whose part is counted


@dataclass(frozen=True)
class Facts:
    """What is known about an order, or about whatever else a milestone is reached by: then `order` tells its money."""

    order: OrderFacts
    has_customer: bool = True
    referral: ReferralFacts | None = None
    place: int = 1  # among the friend's kept orders since the touch; 1 is the first
    bought_before: bool = False  # a paid order before the touch
    counted_30_days: int = 0  # other conversions of the referrer that share 30 days with this order
    counted_referrer: int = 0
    counted_campaign: int = 0
    counted: Mapping[str, int] = field(default_factory=dict)  # by the name of the check: what other limits count
    cost_minor: int = 0  # of what this earns, where money is limited
    rank: int = 0  # the friend's place among those friends of the referrer who bought; 0 is unknown
    about: Mapping[str, Any] = field(default_factory=dict)  # the facts that conditions ask for
    nobody: tuple[str, ...] = ()  # roles that nobody fills
    milestone: str = ""  # its key; without one it is about the terms' own event
    subject: str = "order"
    reached: bool = True
    wanted: Any = None  # by the milestone
    seen: Any = None
    before_minor: int = 0  # of a deal's money, what had come before


@dataclass(frozen=True)
class Check:
    check: str
    expected: Any
    actual: Any
    passed: bool


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
    whole: int = 0  # the amount for an order of which everything was kept
    options: "tuple[Due, ...]" = ()


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
    checks = tuple(_checks(facts, terms))
    if terms is None or not all(check.passed for check in checks):
        return Declined(checks)
    return share_dues(_earned(facts, terms, checks), facts.referral)


def rejudge(facts: Facts, terms: Terms) -> Verdict:
    """Decide again about an order that counts already: the limits it passed stay passed, a promise is kept."""
    free = {"counted_30_days": 0, "counted_referrer": 0, "counted_campaign": 0, "counted": {}, "cost_minor": 0}
    return judge(replace(facts, **free), terms)


def _earned(facts: Facts, terms: Terms, checks: tuple[Check, ...]) -> Earned:
    milestone = terms.milestone(facts.milestone)
    days = (milestone and milestone.hold) or terms.hold
    assert facts.order.paid_at is not None
    hold_until = facts.order.paid_at + timedelta(days=days.days)
    return Earned(checks=checks, dues=dues(facts, terms), hold_until=hold_until)


def share_dues(earned: Earned, referral: ReferralFacts | None) -> Earned:
    """Cut the referrer's dues to the part of one seat; the parts of all seats come to the whole."""
    if referral is None or not referral.parts:
        return earned
    dues = (_share(due, referral) if due.role == "referrer" else due for due in earned.dues)
    return replace(earned, dues=tuple(due for due in dues if due.amount > 0))


def _share(due: Due, referral: ReferralFacts) -> Due:
    def part(amount: int) -> int:
        return split(amount, referral.parts)[referral.seat] if sum(referral.parts) else 0

    options = tuple(_share(option, referral) for option in due.options)
    return replace(due, amount=part(due.amount), whole=part(due.whole), options=options)


def expected(terms: Terms, about: Mapping[str, Any] | None = None) -> tuple[Due, ...]:
    """Say what an order gives that just reaches the minimum, of the first friend who buys."""
    least = terms.minimum.minor
    order = OrderFacts(order_id="", status=PAID, currency=terms.currency, total_minor=least, kept_minor=least)
    return dues(Facts(order=order, about=about or {}, rank=1), terms)


def dues(facts: Facts, terms: Terms) -> tuple[Due, ...]:
    """Say what is earned, as if nothing spoke against it. Of money that comes by parts: what this part adds."""
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


# --- checks ----------------------------------------------------------------------------------------


def _checks(facts: Facts, terms: Terms | None) -> Iterable[Check]:
    if facts.milestone and facts.referral and terms:
        yield _is("came_by_referral", True, True)
        yield from _milestone_checks(facts, facts.referral, terms)
        return
    yield _is("has_customer", True, facts.has_customer)
    yield _is("came_by_referral", True, facts.referral is not None)
    yield _is("order_paid", PAID, facts.order.status)
    if facts.referral is None or terms is None:
        return
    yield from _order_checks(facts, terms)
    yield from _referral_checks(facts, facts.referral, terms)
    yield from _scheme_checks(facts, terms)
    yield from _limit_checks(facts, terms)


def _milestone_checks(facts: Facts, referral: ReferralFacts, terms: Terms) -> Iterable[Check]:
    milestone = terms.milestone(facts.milestone)
    if milestone is None:
        yield _is("milestone_known", True, False)
        return
    yield Check(f"reached_{milestone.trigger}", facts.wanted, facts.seen, facts.reached)
    if facts.reached:
        yield from _amount_checks(facts, milestone, terms)
        yield from _condition_checks(milestone.conditions, facts)
    yield _is("friend_is_new", True, not facts.bought_before)
    yield _is("referral_open", True, not referral.is_closed)
    yield _is("no_fraud", True, not referral.is_fraud)
    yield _within("click_window", terms.click_window.days, referral.touched_at, referral.confirmed_at)
    at = facts.order.paid_at
    if at is not None:
        yield Check("reached_after_touch", True, at >= referral.touched_at, at >= referral.touched_at)
        if milestone.within:
            yield _within("milestone_window", milestone.within.days, referral.confirmed_at, at)
    yield from _absence_checks(facts, terms)
    yield from _limit_checks(facts, terms)


def _amount_checks(facts: Facts, milestone: Milestone, terms: Terms) -> Iterable[Check]:
    order, least = facts.order, milestone.minimum.minor
    if milestone.trigger in AMOUNTS or least:
        yield _is("milestone_currency", terms.currency, order.currency)
    if least:
        yield Check("milestone_minimum", least, order.kept_minor, order.kept_minor >= least)


def _condition_checks(tree: Tree | None, facts: Facts) -> Iterable[Check]:
    """Say of each condition that has to hold whether it does; of alternatives, whether one does."""
    if isinstance(tree, Group) and tree.joined == "all":
        for part in tree.parts:
            yield from _condition_checks(part, facts)
    elif tree is not None:
        seen = facts.about.get(tree.fact) if isinstance(tree, Condition) else _seen(tree, facts)
        yield Check("condition", tree.json(), seen, holds(tree, facts.about))


def _seen(tree: Tree, facts: Facts) -> dict[str, Any]:
    return {leaf.fact: facts.about.get(leaf.fact) for leaf in leaves(tree)}


def _scheme_checks(facts: Facts, terms: Terms) -> Iterable[Check]:
    if terms.schemes:
        yield Check("scheme", None, scheme_of(facts, terms), True)
    yield from _absence_checks(facts, terms)


def _absence_checks(facts: Facts, terms: Terms) -> Iterable[Check]:
    """Say who was to get something, but is nobody we know; the others get theirs all the same."""
    scheme = "" if facts.milestone else scheme_of(facts, terms)
    roles = {line.to for _number, line in terms.lines_of(facts.milestone, scheme)}
    for role in facts.nobody:
        if role in roles:
            yield Check(f"no_{role}", True, False, True)


def _order_checks(facts: Facts, terms: Terms) -> Iterable[Check]:
    order = facts.order
    if terms.event == ONLY_MILESTONES:
        yield _is("orders_count", True, False)
        return
    yield _is("currency_covered", terms.currency, order.currency)
    least = max(terms.minimum.minor, 1)
    yield Check("minimum_reached", least, order.kept_minor, order.kept_minor >= least)
    if terms.event == "first_paid_order" and order.kept_minor > 0:
        yield _is("first_order", 1, facts.place)
    yield from _condition_checks(terms.conditions, facts)


def _referral_checks(facts: Facts, referral: ReferralFacts, terms: Terms) -> Iterable[Check]:
    yield _is("friend_is_new", True, not facts.bought_before)
    yield _is("referral_open", True, not referral.is_closed)
    yield _is("no_fraud", True, not referral.is_fraud)
    yield _within("click_window", terms.click_window.days, referral.touched_at, referral.confirmed_at)
    paid_at = facts.order.paid_at
    if paid_at is not None:
        yield _is("after_touch", True, paid_at >= referral.touched_at)
        yield _within("order_window", terms.order_window.days, referral.confirmed_at, paid_at)


def _limit_checks(facts: Facts, terms: Terms) -> Iterable[Check]:
    limits = terms.limits
    for name, limit, counted in (
        ("limit_30_days", limits.per_referrer_30_days, facts.counted_30_days),
        ("limit_referrer", limits.per_referrer, facts.counted_referrer),
        ("limit_campaign", limits.per_campaign, facts.counted_campaign),
    ):
        if limit is not None:
            yield Check(name, limit.count, counted + 1, counted < limit.count)
    for name, check in FURTHER_LIMITS.items():
        limit, counted = getattr(limits, name), facts.counted.get(check, 0)
        if limit is not None:
            yield Check(check, limit.count, counted + 1, counted < limit.count)
    for name, check in COST_LIMITS.items():
        limit, cost = getattr(limits, name), facts.counted.get(check, 0) + facts.cost_minor
        if limit is not None and cost:  # judged again, what was passed once is not counted again
            yield Check(check, limit.minor, cost, cost <= limit.minor)


def _is(name: str, expected: Any, actual: Any) -> Check:
    return Check(name, expected, actual, expected == actual)


def _within(name: str, days: int, since: datetime, until: datetime) -> Check:
    """Expected and actual in days; a begun day counts as one."""
    passed = until - since <= timedelta(days=days)
    return Check(name, days, max(0, -((since - until) // timedelta(days=1))), passed)


# --- amounts ---------------------------------------------------------------------------------------


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


_WHOLE = OrderFacts(order_id="", status=PAID, currency="", total_minor=1, kept_minor=1)


# --- standing among other orders -------------------------------------------------------------------


def places(orders: Sequence[OrderFacts], touched_at: datetime) -> dict[str, tuple[int, bool]]:
    """Say of each order of one friend: its place among those kept since the touch, and whether any was paid before it.

    An order that was given back entirely takes no place: the next one becomes the first.
    """
    paid = sorted((o for o in orders if o.status == PAID and o.paid_at), key=lambda o: (o.paid_at, o.order_id))
    bought_before = any(o.paid_at < touched_at for o in paid)
    kept = [o.order_id for o in paid if o.kept_minor > 0 and o.paid_at >= touched_at]
    place = {order_id: number for number, order_id in enumerate(kept, start=1)}
    return {o.order_id: (place.get(o.order_id, 0), bought_before) for o in orders}


def fits_window(times: Sequence[datetime], moment: datetime, *, days: int = 30) -> int:
    """Count the fullest window of `days` that contains `moment`, without it.

    Windows on both sides: an order told late must not overfill the days after it either.
    """
    return fullest_window([(time, 1) for time in times], moment, days=days)


def fullest_window(weights: Sequence[tuple[datetime, int]], moment: datetime, *, days: int = 30) -> int:
    """Sum the heaviest window of `days` that contains `moment`, without it."""
    span = timedelta(days=days)
    near = sorted((time, weight) for time, weight in weights if moment - span < time < moment + span)
    starts = [time for time, _weight in near if time <= moment] + [moment]
    return max(sum(weight for time, weight in near if start <= time < start + span) for start in starts)


# --- facts as data: a decision keeps what it was made from -----------------------------------------


def facts_json(facts: Facts) -> dict[str, Any]:
    """Write facts; what is said only where terms ask for it is left out where nothing is said."""
    data = _plain(asdict(facts))
    return {name: value for name, value in data.items() if name not in _FURTHER or value != _FURTHER[name]}


_FURTHER = {
    "counted": {}, "cost_minor": 0, "rank": 0, "about": {}, "nobody": [], "milestone": "", "subject": "order",
    "reached": True, "wanted": None, "seen": None, "before_minor": 0,
}  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value


def read_facts(data: Mapping[str, Any]) -> Facts:
    """Read the facts of a stored decision, so that it can be made again."""
    order, referral = dict(data["order"]), data["referral"] and dict(data["referral"])
    if order["paid_at"]:
        order["paid_at"] = datetime.fromisoformat(order["paid_at"])
    for name in ("touched_at", "confirmed_at") if referral else ():
        referral[name] = datetime.fromisoformat(referral[name])
    if referral and "parts" in referral:
        referral["parts"] = tuple(referral["parts"])
    rest = {name: value for name, value in data.items() if name not in ("order", "referral")}
    if "nobody" in rest:
        rest["nobody"] = tuple(rest["nobody"])
    return Facts(order=OrderFacts(**order), referral=ReferralFacts(**referral) if referral else None, **rest)
