"""Whether an order earns, and how much: from facts and terms alone, without clock or database.

The verdict depends on what is known, not on the order in which it became known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from foundation.money import exponent, percent_of, split
from referrals.rules.quantities import Title
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

PAID = "paid"


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
    order: OrderFacts
    has_customer: bool = True
    referral: ReferralFacts | None = None
    place: int = 1  # among the friend's kept orders since the touch; 1 is the first
    bought_before: bool = False  # a paid order before the touch
    counted_30_days: int = 0  # other conversions of the referrer that share 30 days with this order
    counted_referrer: int = 0
    counted_campaign: int = 0


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
    return share_dues(_earned(facts.order, terms, checks), facts.referral)


def rejudge(facts: Facts, terms: Terms) -> Verdict:
    """Decide again about an order that counts already: the limits it passed stay passed, a promise is kept."""
    return judge(replace(facts, counted_30_days=0, counted_referrer=0, counted_campaign=0), terms)


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


def _earned(order: OrderFacts, terms: Terms, checks: tuple[Check, ...]) -> Earned:
    assert order.paid_at is not None
    hold_until = order.paid_at + timedelta(days=terms.hold.days)
    return Earned(checks=checks, dues=_dues(order, terms), hold_until=hold_until)


def expected(terms: Terms) -> tuple[Due, ...]:
    """Say what an order gives that just reaches the minimum."""
    least = terms.minimum.minor
    return _dues(OrderFacts(order_id="", status=PAID, currency=terms.currency, total_minor=least, kept_minor=least), terms)


def _dues(order: OrderFacts, terms: Terms) -> tuple[Due, ...]:
    dues = (_due(number, line, order, terms) for number, line in enumerate(terms.rewards))
    return tuple(due for due in dues if due.amount > 0)


# --- checks ----------------------------------------------------------------------------------------


def _checks(facts: Facts, terms: Terms | None) -> Iterable[Check]:
    yield _is("has_customer", True, facts.has_customer)
    yield _is("came_by_referral", True, facts.referral is not None)
    yield _is("order_paid", PAID, facts.order.status)
    if facts.referral is None or terms is None:
        return
    yield from _order_checks(facts, terms)
    yield from _referral_checks(facts, facts.referral, terms)
    yield from _limit_checks(facts, terms)


def _order_checks(facts: Facts, terms: Terms) -> Iterable[Check]:
    order = facts.order
    yield _is("currency_covered", terms.currency, order.currency)
    least = max(terms.minimum.minor, 1)
    yield Check("minimum_reached", least, order.kept_minor, order.kept_minor >= least)
    if terms.event == "first_paid_order" and order.kept_minor > 0:
        yield _is("first_order", 1, facts.place)


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


def _is(name: str, expected: Any, actual: Any) -> Check:
    return Check(name, expected, actual, expected == actual)


def _within(name: str, days: int, since: datetime, until: datetime) -> Check:
    """Expected and actual in days; a begun day counts as one."""
    passed = until - since <= timedelta(days=days)
    return Check(name, days, max(0, -((since - until) // timedelta(days=1))), passed)


# --- amounts ---------------------------------------------------------------------------------------


def _due(number: int, line: RewardLine, order: OrderFacts, terms: Terms | None) -> Due:
    match line:
        case PointsFixed(to, amount):
            return Due(number, to, "points", "POINT", _part(amount.points, order, terms), whole=amount.points)
        case PointsRate(to, rate, per):
            return Due(number, to, "points", "POINT", order.kept_minor // per.minor * rate.points)
        case CashFixed(to, amount):
            return Due(number, to, "cash", amount.currency, _part(amount.minor, order, terms), whole=amount.minor)
        case CashPercent(to, percent, cap):
            return Due(number, to, "cash", cap.currency, min(percent_of(order.kept_minor, percent.percent), cap.minor))
        case CouponGift(to, coupon):
            return Due(number, to, "coupon", "COUPON", 1, coupon, whole=1)
        case Choice(_to, options):
            first, *others = (_due(number, option, order, terms) for option in options)
            return replace(first, options=(first, *others))
        case _:
            return _piece(number, line)


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


def _part(whole: int, order: OrderFacts, terms: Terms | None) -> int:
    """Cut a fixed reward to the kept part of the order, rounded down; under "threshold" it is all or nothing."""
    if order.kept_minor >= order.total_minor or terms.refund_policy == "threshold":
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
    return _due(0, line, _WHOLE, None)


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
    span = timedelta(days=days)
    near = sorted(time for time in times if moment - span < time < moment + span)
    starts = [time for time in near if time <= moment] + [moment]
    return max(sum(start <= time < start + span for time in near) for start in starts)


# --- facts as data: a decision keeps what it was made from -----------------------------------------


def facts_json(facts: Facts) -> dict[str, Any]:
    return _plain(asdict(facts))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
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
    return Facts(order=OrderFacts(**order), referral=ReferralFacts(**referral) if referral else None, **rest)
