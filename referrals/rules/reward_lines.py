"""What a campaign gives: one line of its terms for each thing that the referrer or the friend gets.

    {"to": "referrer", "kind": "points", "amount": {"points": 200}}
    {"to": "referrer", "kind": "points_rate", "rate": {"points": 1}, "per": {"minor": 100, "currency": "GBP"}}
    {"to": "referrer", "kind": "cash", "amount": {"minor": 1000, "currency": "GBP"}}
    {"to": "referrer", "kind": "cash_percent", "percent": {"percent": "5"}, "cap": {"minor": 5000, "currency": "GBP"}}
    {"to": "referee", "kind": "coupon", "coupon": "FRIEND"}
    {"to": "referee", "kind": "gift", "title": {"zh-hans", "en"}, "pieces": {"count": 1}, "item": "<catalogue item>"}
    {"to": "referee", "kind": "service_upgrade", "title": {"zh-hans", "en"}}
    {"to": "referrer", "kind": "tier_upgrade", "tier": "gold", "days": {"days": 90}}
    {"to": "referrer", "kind": "badge", "badge": "ambassador"}
    {"to": "referrer", "kind": "event", "title": {…}, "starts_at": "2026-12-05T18:00:00Z", "place": {"zh-hans", "en"}}
    {"to": "referee", "kind": "trial", "title": {…}, "days": {"days": 30}}
    {"to": "referrer", "kind": "choice", "options": [<any of these but a rate or a percentage, without "to">, …]}

What is given in kind may say what a piece costs: "cost": {"minor": 1500, "currency": "GBP"}.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from referrals.errors import OptionNotFixed, OptionsMissing
from referrals.rules.quantities import Count, Days, MinorAmount, Percent, Points, Reader, Title

ROLES = ("referrer", "referee")
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


RewardLine = FixedLine | PointsRate | CashPercent | Choice
KINDS: dict[str, type] = {
    "points": PointsFixed, "points_rate": PointsRate, "cash": CashFixed, "cash_percent": CashPercent, "coupon": CouponGift,
    "gift": Gift, "service_upgrade": ServiceUpgrade, "tier_upgrade": TierUpgrade, "badge": BadgeGift,
    "event": EventInvitation, "trial": ProductTrial, "choice": Choice,
}  # fmt: skip
IN_KIND = (Gift, ServiceUpgrade, TierUpgrade, BadgeGift, EventInvitation, ProductTrial)


def kind_of(line: RewardLine) -> str:
    return next(name for name, shape in KINDS.items() if isinstance(line, shape))


def parts(line: RewardLine) -> tuple[RewardLine, ...]:
    """Give a line's options, or the line itself."""
    return line.options if isinstance(line, Choice) else (line,)


# --- from JSON and back ----------------------------------------------------------------------------


def read_line(reader: Reader, currency: str) -> RewardLine:
    kind, to = reader.one_of("kind", tuple(KINDS)), reader.one_of("to", ROLES)
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
    if kind in ("choice", "points_rate", "cash_percent"):
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
    "trial": _trial,
}  # fmt: skip


def line_json(line: RewardLine) -> dict[str, Any]:
    """Write a line as the data that `read_line` reads."""
    told = {each.name: getattr(line, each.name) for each in fields(line)}
    return {"kind": kind_of(line), **{name: _plain(value) for name, value in told.items() if value not in (None, "")}}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [{name: part for name, part in line_json(option).items() if name != "to"} for option in value]
    if isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, datetime) else value.json()
