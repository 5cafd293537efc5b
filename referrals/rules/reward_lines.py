"""What a campaign gives: one line of its terms for each thing that the referrer or the friend gets.

    {"to": "referrer", "kind": "points", "amount": {"points": 200}}
    {"to": "referrer", "kind": "points_rate", "rate": {"points": 1}, "per": {"minor": 100, "currency": "GBP"}}
    {"to": "referrer", "kind": "cash", "amount": {"minor": 1000, "currency": "GBP"}}
    {"to": "referrer", "kind": "cash_percent", "percent": {"percent": "5"}, "cap": {"minor": 5000, "currency": "GBP"}}
    {"to": "referrer", "kind": "points_steps", "steps": [{"from": {"count": 1}, "amount": {"points": 100}},
                                                         {"from": {"count": 4}, "amount": {"points": 150}}]}
    {"to": "referrer", "kind": "cash_steps", "steps": [{"from": {"count": 1}, "amount": {"minor": …, "currency"}}, …]}
    {"to": "referrer", "kind": "points_brackets", "steps": [{"from": {"minor": …, "currency"}, "amount": {"points": 100}}]}
    {"to": "referrer", "kind": "cash_brackets", "steps": [{"from": {"minor", "currency"}, "amount": {"minor", "currency"}}]}
    {"to": "referee", "kind": "coupon", "coupon": "FRIEND"}
    {"to": "referee", "kind": "gift", "title": {"zh-hans", "en"}, "pieces": {"count": 1}, "item": "<catalogue item>"}
    {"to": "referee", "kind": "service_upgrade", "title": {"zh-hans", "en"}}
    {"to": "referrer", "kind": "tier_upgrade", "tier": "gold", "days": {"days": 90}}
    {"to": "referrer", "kind": "badge", "badge": "ambassador"}
    {"to": "referrer", "kind": "event", "title": {…}, "starts_at": "2026-12-05T18:00:00Z", "place": {"zh-hans", "en"}}
    {"to": "referee", "kind": "trial", "title": {…}, "days": {"days": 30}}

Steps go by the friend's place among the referrer's friends who bought, brackets by the amount that was kept. "to" is
referrer, referee, salesperson (the friend's owner) or second_level (whoever brought the referrer).

    {"to": "referrer", "kind": "choice", "options": [<any of these but a rate or a percentage, without "to">, …]}

What is given in kind may say what a piece costs: "cost": {"minor": 1500, "currency": "GBP"}.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from typing import Any

from referrals.errors import OptionNotFixed, OptionsMissing, StepsMissing, TermMissing
from referrals.rules.quantities import Count, Days, MinorAmount, Percent, Points, Reader, Title

ROLES = ("referrer", "referee")
FURTHER_ROLES = ("salesperson", "second_level")  # only a purchase may earn something for these
_MOST_STEPS = 12
_ONE = Count(1)
_MOST_OPTIONS = 6


@dataclass(frozen=True)
class PointsFixed:
    to: str
    amount: Points


@dataclass(frozen=True)
class PointsRate:
    """`rate` points for each whole `per` of money kept."""

    to: str
    rate: Points
    per: MinorAmount


@dataclass(frozen=True)
class CashFixed:
    to: str
    amount: MinorAmount


@dataclass(frozen=True)
class CashPercent:
    to: str
    percent: Percent
    cap: MinorAmount


@dataclass(frozen=True)
class Step:
    """From here on, until the next step."""

    start: Count | MinorAmount
    amount: Points | MinorAmount

    def json(self) -> dict[str, Any]:
        return {"from": self.start.json(), "amount": self.amount.json()}


@dataclass(frozen=True)
class PointsSteps:
    """Points by the friend's place among those friends of the referrer who bought."""

    to: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class CashSteps:
    to: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class PointsBrackets:
    """Points by the amount that was kept."""

    to: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class CashBrackets:
    to: str
    steps: tuple[Step, ...]


Stepped = PointsSteps | CashSteps | PointsBrackets | CashBrackets
STEPPED = (PointsSteps, CashSteps, PointsBrackets, CashBrackets)


@dataclass(frozen=True)
class CouponGift:
    """One coupon. It cannot be cut: it is kept while the order still reaches the minimum."""

    to: str
    coupon: str


@dataclass(frozen=True)
class Gift:
    """Pieces of a thing, out of the catalogue where an item is named. Whole like everything in kind below."""

    to: str
    title: Title
    cost: MinorAmount
    pieces: Count = _ONE
    item: str = ""


@dataclass(frozen=True)
class ServiceUpgrade:
    to: str
    title: Title
    cost: MinorAmount


@dataclass(frozen=True)
class TierUpgrade:
    to: str
    tier: str
    days: Days
    cost: MinorAmount


@dataclass(frozen=True)
class BadgeGift:
    to: str
    badge: str
    cost: MinorAmount


@dataclass(frozen=True)
class EventInvitation:
    to: str
    title: Title
    cost: MinorAmount
    starts_at: datetime | None = None
    place: Title | None = None


@dataclass(frozen=True)
class ProductTrial:
    to: str
    title: Title
    days: Days
    cost: MinorAmount


InKind = Gift | ServiceUpgrade | TierUpgrade | BadgeGift | EventInvitation | ProductTrial
FixedLine = PointsFixed | CashFixed | CouponGift | InKind


@dataclass(frozen=True)
class Choice:
    """Options of equal cost, of which the person takes one; the first stands until they have chosen."""

    to: str
    options: tuple[FixedLine, ...]


RewardLine = FixedLine | PointsRate | CashPercent | Stepped | Choice
KINDS: dict[str, type] = {
    "points": PointsFixed, "points_rate": PointsRate, "cash": CashFixed, "cash_percent": CashPercent, "coupon": CouponGift,
    "gift": Gift, "service_upgrade": ServiceUpgrade, "tier_upgrade": TierUpgrade, "badge": BadgeGift,
    "event": EventInvitation, "trial": ProductTrial, "choice": Choice, "points_steps": PointsSteps, "cash_steps": CashSteps,
    "points_brackets": PointsBrackets, "cash_brackets": CashBrackets,
}  # fmt: skip
IN_KIND = (Gift, ServiceUpgrade, TierUpgrade, BadgeGift, EventInvitation, ProductTrial)


def kind_of(line: RewardLine) -> str:
    return next(name for name, shape in KINDS.items() if isinstance(line, shape))


def parts(line: RewardLine) -> tuple[RewardLine, ...]:
    """Give a line's options, or the line itself."""
    return line.options if isinstance(line, Choice) else (line,)


# --- from JSON and back ----------------------------------------------------------------------------


def read_line(reader: Reader, currency: str) -> RewardLine:
    kind, to = reader.one_of("kind", tuple(KINDS)), reader.one_of("to", ROLES + FURTHER_ROLES)
    if kind == "choice":
        reader.knows("kind", "to", "options")
        return Choice(to, _options(reader, to, currency))
    return _READERS[kind](reader, to, currency)


def _options(reader: Reader, to: str, currency: str) -> tuple[FixedLine, ...]:
    found = tuple(_option(each, to, currency) for each in reader.each("options"))
    if not 2 <= len(found) <= _MOST_OPTIONS:
        raise OptionsMissing(most=_MOST_OPTIONS, field=reader.at("options"))
    return found


def _option(reader: Reader, to: str, currency: str) -> FixedLine:
    kind = reader.one_of("kind", tuple(KINDS))
    if kind not in _FIXED:
        raise OptionNotFixed(field=reader.at("kind"))
    return _READERS[kind](reader, to, currency)


def _points(reader: Reader, to: str, currency: str) -> PointsFixed:
    return PointsFixed(to, reader.knows("kind", "to", "amount").points("amount"))


def _points_rate(reader: Reader, to: str, currency: str) -> PointsRate:
    reader.knows("kind", "to", "rate", "per")
    return PointsRate(to, reader.points("rate"), reader.money("per", currency=currency))


def _cash(reader: Reader, to: str, currency: str) -> CashFixed:
    return CashFixed(to, reader.knows("kind", "to", "amount").money("amount", currency=currency))


def _cash_percent(reader: Reader, to: str, currency: str) -> CashPercent:
    reader.knows("kind", "to", "percent", "cap")
    return CashPercent(to, reader.percent("percent"), reader.money("cap", currency=currency))


def _points_steps(reader: Reader, to: str, currency: str) -> PointsSteps:
    return PointsSteps(to, _steps(reader, _from_count, lambda step: step.points("amount")))


def _cash_steps(reader: Reader, to: str, currency: str) -> CashSteps:
    return CashSteps(to, _steps(reader, _from_count, lambda step: step.money("amount", currency=currency)))


def _points_brackets(reader: Reader, to: str, currency: str) -> PointsBrackets:
    start = partial(_from_money, currency=currency)
    return PointsBrackets(to, _steps(reader, start, lambda step: step.points("amount")))


def _cash_brackets(reader: Reader, to: str, currency: str) -> CashBrackets:
    start = partial(_from_money, currency=currency)
    return CashBrackets(to, _steps(reader, start, lambda step: step.money("amount", currency=currency)))


def _from_count(step: Reader) -> Count:
    count = step.count("from")
    if count is None:
        raise TermMissing(name="from", field=step.at("from"))
    return count


def _from_money(step: Reader, currency: str) -> MinorAmount:
    return step.money("from", currency=currency, least=0)


def _steps(reader: Reader, start: Callable[[Reader], Any], amount: Callable[[Reader], Any]) -> tuple[Step, ...]:
    steps = tuple(Step(start(each), amount(each)) for each in (one.knows("from", "amount") for one in reader.each("steps")))
    begins = [step_start(step) for step in steps]
    if not 1 <= len(steps) <= _MOST_STEPS or begins != sorted(set(begins)):
        raise StepsMissing(most=_MOST_STEPS, field=reader.at("steps"))
    return steps


def step_start(step: Step) -> int:
    """Give where a step begins, as a plain number of its unit."""
    return step.start.count if isinstance(step.start, Count) else step.start.minor


def step_at(line: Stepped, place: int) -> Step | None:
    """Find the step a place or an amount is on."""
    return next((step for step in reversed(line.steps) if step_start(step) <= place), None)


def _coupon(reader: Reader, to: str, currency: str) -> CouponGift:
    return CouponGift(to, reader.knows("kind", "to", "coupon").text("coupon"))


def _gift(reader: Reader, to: str, currency: str) -> Gift:
    reader.knows("kind", "to", "title", "pieces", "item", "cost")
    item = str(reader.id("item")) if reader.has("item") else ""
    return Gift(to, reader.title("title"), _cost(reader, currency), reader.count("pieces", most=100) or _ONE, item)


def _service_upgrade(reader: Reader, to: str, currency: str) -> ServiceUpgrade:
    reader.knows("kind", "to", "title", "cost")
    return ServiceUpgrade(to, reader.title("title"), _cost(reader, currency))


def _tier_upgrade(reader: Reader, to: str, currency: str) -> TierUpgrade:
    reader.knows("kind", "to", "tier", "days", "cost")
    return TierUpgrade(to, reader.text("tier"), reader.days("days", least=1), _cost(reader, currency))


def _badge(reader: Reader, to: str, currency: str) -> BadgeGift:
    reader.knows("kind", "to", "badge", "cost")
    return BadgeGift(to, reader.text("badge"), _cost(reader, currency))


def _event(reader: Reader, to: str, currency: str) -> EventInvitation:
    reader.knows("kind", "to", "title", "starts_at", "place", "cost")
    starts_at = reader.moment("starts_at") if reader.has("starts_at") else None
    place = reader.title("place") if reader.has("place") else None
    return EventInvitation(to, reader.title("title"), _cost(reader, currency), starts_at, place)


def _trial(reader: Reader, to: str, currency: str) -> ProductTrial:
    reader.knows("kind", "to", "title", "days", "cost")
    return ProductTrial(to, reader.title("title"), reader.days("days", least=1), _cost(reader, currency))


def _cost(reader: Reader, currency: str) -> MinorAmount:
    return reader.money("cost", currency=currency, least=0) if reader.has("cost") else MinorAmount(0, currency)


_READERS: dict[str, Callable[[Reader, str, str], Any]] = {
    "points": _points, "points_rate": _points_rate, "cash": _cash, "cash_percent": _cash_percent, "coupon": _coupon,
    "gift": _gift, "service_upgrade": _service_upgrade, "tier_upgrade": _tier_upgrade, "badge": _badge, "event": _event,
    "trial": _trial, "points_steps": _points_steps, "cash_steps": _cash_steps, "points_brackets": _points_brackets,
    "cash_brackets": _cash_brackets,
}  # fmt: skip
_FIXED = (
    "points", "cash", "coupon", "gift", "service_upgrade", "tier_upgrade", "badge", "event", "trial",
)  # fmt: skip


def line_json(line: RewardLine) -> dict[str, Any]:
    """Write a line as the data that `read_line` reads."""
    told = {each.name: getattr(line, each.name) for each in fields(line)}
    return {"kind": kind_of(line), **{name: _plain(value) for name, value in told.items() if value not in (None, "")}}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple) and value and isinstance(value[0], Step):
        return [step.json() for step in value]
    if isinstance(value, tuple):
        return [{name: part for name, part in line_json(option).items() if name != "to"} for option in value]
    if isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, datetime) else value.json()
