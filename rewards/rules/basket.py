"""What coupons and points take off a basket, in a fixed order that is shown step by step.

The order: free articles → percent off articles → amounts off articles → percent off
the order → amounts off the order → shipping → points as payment. Within a step the
higher priority comes first, then the code. Percentages are rounded half up to the
currency's smallest part; what is taken off several articles together is divided by
the largest remainder. Nothing falls below zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from foundation.money import percent_of, split
from rewards.errors import coupons as refused
from rewards.rules.coupons import (
    GIFT,
    LINE,
    PERCENT,
    SHIPPING,
    Basket,
    Line,
    Offered,
    Payer,
    Refusal,
    is_gift,
    piece_minor,
    refusal_of,
)

PHASES = ("gift", "line_percent", "line_fixed", "order_percent", "order_fixed", "shipping", "points")
ROUNDING = "half_up"  # percentages; foundation.money.percent_of


@dataclass(frozen=True)
class Step:
    """One line of the arithmetic: what took how much off which base."""

    phase: str  # of PHASES
    code: str  # of the coupon; empty for points
    kind: str
    base_minor: int  # what it was counted from
    amount_minor: int  # taken off
    left_minor: int  # to pay after it
    parts: tuple[int, ...] = ()  # of the amount, by line in the order of the basket
    worth_minor: int = 0  # of a gift that is put into the basket
    gift_sku: str = ""
    points: int = 0

    @property
    def is_given(self) -> bool:
        """Say whether an article is to be put into the basket, where it does not lie yet."""
        return self.phase == GIFT and not self.amount_minor


@dataclass(frozen=True)
class PointsRate:
    """How points pay: so many points so much, up to a share of what is to pay."""

    points: int  # 0: not at all
    minor: int
    most_percent: int = 100


@dataclass(frozen=True)
class Points:
    asked: int = 0
    available: int = 0
    rate: PointsRate = PointsRate(points=0, minor=1)
    has_member: bool = True


@dataclass(frozen=True)
class Calculation:
    basket: Basket
    steps: tuple[Step, ...]
    refusals: tuple[Refusal, ...]

    @property
    def discounts(self) -> dict[str, int]:
        """What each coupon that counts takes off, by code."""
        return {step.code: step.amount_minor for step in self.steps if step.code}

    @property
    def discount_minor(self) -> int:
        return sum(self.discounts.values())

    @property
    def points(self) -> int:
        return sum(step.points for step in self.steps)

    @property
    def points_minor(self) -> int:
        return sum(step.amount_minor for step in self.steps if not step.code)

    @property
    def to_pay_minor(self) -> int:
        return self.basket.goods_minor + self.basket.shipping_minor - self.discount_minor - self.points_minor

    @property
    def gifts(self) -> tuple[str, ...]:
        """Articles to be put into the basket for nothing."""
        return tuple(step.gift_sku for step in self.steps if step.is_given)


def calculate(
    basket: Basket, coupons: Sequence[Offered], *, payer: Payer, moment: datetime, points: Points | None = None
) -> Calculation:
    """Choose the coupons that are best for the customer, and show what they and the points do.

    Every combination that may stand together is tried. The least to pay wins; then the
    dearest and the most gifts, the fewest coupons used up, the higher priority, the codes.
    """
    points = points or Points()
    unfit = {one.code: refusal_of(one, basket=basket, payer=payer, moment=moment) for one in coupons}
    fit = sorted((one for one in coupons if unfit[one.code] is None), key=lambda one: one.code)
    best = min((_tried(basket, choice) for choice in _combinations(fit)), key=_rank)
    lost = [_why_lost(one, best.coupons, fit) for one in fit if one not in best.coupons]
    paid, complaint = _pay_with(points, best.left_minor)
    refusals = [*(refusal for refusal in unfit.values() if refusal), *lost, *complaint]
    return Calculation(basket, (*best.steps, *paid), tuple(sorted(refusals, key=lambda one: one.code)))


# --- which coupons stand together ----------------------------------------------------------------------------


def _combinations(fit: Sequence[Offered]):
    """All sets that may stand together: at most one of a group, an exclusive one alone."""
    groups: dict[str, list[Offered | None]] = {}
    for one in fit:
        if one.terms.is_exclusive:
            yield (one,)
        else:
            groups.setdefault(one.terms.group, [None]).append(one)
    for choice in product(*groups.values()):
        yield tuple(one for one in choice if one)


@dataclass(frozen=True)
class _Trial:
    coupons: tuple[Offered, ...]
    steps: tuple[Step, ...]
    left_minor: int


def _rank(trial: _Trial):
    given = [step.worth_minor for step in trial.steps if step.is_given]
    priority = sum(one.terms.priority for one in trial.coupons)
    codes = sorted(one.code for one in trial.coupons)
    return trial.left_minor, -sum(given), -len(given), len(codes), -priority, codes


def _why_lost(lost: Offered, chosen: Sequence[Offered], fit: Sequence[Offered]) -> Refusal:
    for one in chosen:
        if one.terms.is_exclusive:
            return Refusal(lost.code, refused.OtherStandsAlone.code, {"other": one.code})
    if lost.terms.is_exclusive and chosen:
        return Refusal(lost.code, refused.StandsAlone.code)
    for one in chosen:
        if one.terms.group == lost.terms.group:
            return Refusal(lost.code, refused.GroupTaken.code, {"other": one.code})
    return Refusal(lost.code, refused.BringsNothing.code)


# --- the arithmetic ------------------------------------------------------------------------------------------


def _tried(basket: Basket, coupons: tuple[Offered, ...]) -> _Trial:
    table = _Table(basket)
    steps = tuple(table.take(one) for one in sorted(coupons, key=_turn))
    return _Trial(coupons, steps, table.left_minor)


def _turn(one: Offered):
    return PHASES.index(phase_of(one)), -one.terms.priority, one.code


def phase_of(one: Offered) -> str:
    terms = one.terms
    if terms.effect in (GIFT, SHIPPING):
        return terms.effect
    return f"{LINE if terms.scope == LINE else 'order'}_{'percent' if terms.effect == PERCENT else 'fixed'}"


class _Table:
    """The basket while it is being worked on; its lines in an order of their own, so that theirs does not matter."""

    def __init__(self, basket: Basket):
        self.places = sorted(range(len(basket.lines)), key=lambda place: _line_key(basket.lines[place]))
        self.lines = [basket.lines[place] for place in self.places]
        self.left = [line.amount_minor for line in self.lines]
        self.shipping = basket.shipping_minor

    @property
    def left_minor(self) -> int:
        return sum(self.left) + self.shipping

    def take(self, one: Offered) -> Step:
        phase = phase_of(one)
        if phase == "shipping":
            base, off = self.shipping, _capped(self.shipping, one.terms.cap_minor)
            self.shipping -= off
            return self._step(one, phase, base, off, [])
        chosen = [place for place, line in enumerate(self.lines) if phase == GIFT or one.terms.fits(line)]
        base = sum(self.left[place] for place in chosen)
        parts = [0] * len(self.lines)
        for place, part in zip(chosen, self._parts(one, phase, chosen), strict=True):
            parts[place] = part
            self.left[place] -= part
        return self._step(one, phase, sum(parts) if phase == GIFT else base, sum(parts), parts)

    def _parts(self, one: Offered, phase: str, chosen: list[int]) -> list[int]:
        """Divide what a coupon takes off among the lines it fits."""
        terms, left = one.terms, [self.left[place] for place in chosen]
        lines = [self.lines[place] for place in chosen]
        match phase:
            case "gift":
                return _free_piece(one, lines, left)
            case "line_percent":
                return _shared(_capped_sum([percent_of(amount, terms.percent) for amount in left], terms.cap_minor))
            case "line_fixed":
                off = [min(amount, terms.value_minor * line.quantity) for amount, line in zip(left, lines, strict=True)]
                return _shared(_capped_sum(off, terms.cap_minor))
            case "order_percent":
                return _shared((_capped(percent_of(sum(left), terms.percent), terms.cap_minor), left))
            case _:
                return _shared((min(sum(left), terms.value_minor), left))

    def _step(self, one: Offered, phase: str, base: int, off: int, parts: list[int]) -> Step:
        terms = one.terms
        in_order = [0] * len(parts)
        for place, part in zip(self.places, parts, strict=False):
            in_order[place] = part
        return Step(
            phase, one.code, terms.kind, base, off, self.left_minor, tuple(in_order),
            worth_minor=terms.value_minor if phase == GIFT and not off else 0, gift_sku=terms.gift_sku,
        )  # fmt: skip


def _line_key(line: Line):
    return line.sku, line.category, line.name, line.amount_minor, line.quantity


def _free_piece(one: Offered, lines: list[Line], left: list[int]) -> list[int]:
    """Take off one piece of the given article if it lies in the basket; otherwise it is put there."""
    pieces = [piece_minor(line) if is_gift(one.terms, line) else 0 for line in lines]
    dearest = max(range(len(lines)), key=pieces.__getitem__, default=None)
    return [min(left[place], pieces[place]) if place == dearest else 0 for place in range(len(lines))]


def _capped(amount: int, cap: int | None) -> int:
    return amount if cap is None else min(amount, cap)


def _capped_sum(parts: list[int], cap: int | None) -> tuple[int, list[int]]:
    return _capped(sum(parts), cap), parts


def _shared(total_and_weights: tuple[int, list[int]]) -> list[int]:
    total, weights = total_and_weights
    return split(total, weights) if total else [0] * len(weights)


# --- points ----------------------------------------------------------------------------------------------------


def _pay_with(points: Points, left_minor: int) -> tuple[list[Step], list[Refusal]]:
    """Let points pay; say why fewer are used than were asked for."""
    if not points.asked:
        return [], []
    if not points.rate.points:
        return [], [Refusal("", refused.PointsNotTaken.code)]
    if not points.has_member:
        return [], [Refusal("", refused.PointsNeedMember.code)]
    if points.asked > points.available:
        return [], [Refusal("", refused.PointsTooFew.code, {"available": points.available})]
    used, off = points_off(points.asked, rate=points.rate, left_minor=left_minor)
    complaint = [] if used == points.asked else [Refusal("", refused.PointsLeftOver.code, {"points": used})]
    return ([Step("points", "", "", left_minor, off, left_minor - off, points=used)] if used else []), complaint


def points_off(asked: int, *, rate: PointsRate, left_minor: int) -> tuple[int, int]:
    """Say how many points are used and what they pay, which is never more than is to pay.

    What points are worth is rounded down, what an amount costs in points is rounded up.
    """
    off = min(left_minor * rate.most_percent // 100, asked * rate.minor // rate.points)
    return -(-off * rate.points // rate.minor), off
