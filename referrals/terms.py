"""The terms of a campaign: validated data that a person can read as a sentence.

    {"currency": "GBP",
     "success": {"event": "first_paid_order", "minimum": {"minor": 5000, "currency": "GBP"}},
     "rewards": [{"to": "referrer", "kind": "points", "amount": {"points": 200}},
                 {"to": "referrer", "kind": "points_rate", "rate": {"points": 1}, "per": {"minor": 100, "currency": "GBP"}},
                 {"to": "referrer", "kind": "cash", "amount": {"minor": 1000, "currency": "GBP"}},
                 {"to": "referrer", "kind": "cash_percent", "percent": {"percent": "5"}, "cap": {"minor": 5000, …}},
                 {"to": "referee", "kind": "coupon", "coupon": "FRIEND"}],
     "hold": {"days": 14}, "promise": {"days": 3}, "click_window": {"days": 30}, "order_window": {"days": 60},
     "limits": {"per_referrer_30_days": {"count": 10}, "per_referrer": {"count": 100}, "per_campaign": {"count": 5000}},
     "points_per_currency_unit": {"points": 100}, "refund_policy": "proportional"}
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from referrals.errors import NotOneOf, RewardsMissing, TermsInvalid, WrongUnit
from referrals.quantities import Count, Days, MinorAmount, Percent, Points, Reader

EVENTS = ("first_paid_order", "paid_order")
ROLES = ("referrer", "referee")
REFUND_POLICIES = ("proportional", "threshold")


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


RewardLine = PointsFixed | PointsRate | CashFixed | CashPercent | CouponGift
KINDS: dict[str, type] = {
    "points": PointsFixed, "points_rate": PointsRate, "cash": CashFixed, "cash_percent": CashPercent, "coupon": CouponGift,
}  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """How many conversions may earn; None is without limit."""

    per_referrer_30_days: Count | None = None
    per_referrer: Count | None = None
    per_campaign: Count | None = None


@dataclass(frozen=True)
class Terms:
    currency: str
    event: str
    minimum: MinorAmount
    rewards: tuple[RewardLine, ...]
    hold: Days
    promise: Days  # after the hold, the reward is there within these days
    click_window: Days  # from the click to the sign-up
    order_window: Days  # from the sign-up to the order
    limits: Limits
    points_per_currency_unit: Points  # what points cost a budget: 100 points are worth one pound
    refund_policy: str = "proportional"

    @property
    def coupons(self) -> tuple[str, ...]:
        return tuple(line.coupon for line in self.rewards if isinstance(line, CouponGift))


def read_terms(data: Any) -> Terms:
    """Validate terms; refuse with a named error and the path of the value to blame."""
    if not isinstance(data, Mapping):
        raise TermsInvalid(field="terms")
    top = Reader(data).knows(
        "currency", "success", "rewards", "hold", "promise", "click_window", "order_window", "limits",
        "points_per_currency_unit", "refund_policy",
    )  # fmt: skip
    currency = _currency(top)
    success = top.inside("success").knows("event", "minimum")
    return Terms(
        currency=currency,
        event=_one_of(success, "event", EVENTS),
        minimum=success.money("minimum", currency=currency, least=0) if success.has("minimum") else MinorAmount(0, currency),
        rewards=_rewards(top, currency),
        hold=top.days("hold", most=365),
        promise=top.days("promise", most=90) if top.has("promise") else Days(3),
        click_window=top.days("click_window", least=1, most=365),
        order_window=top.days("order_window", least=1, most=3650),
        limits=_limits(top.inside("limits")) if top.has("limits") else Limits(),
        points_per_currency_unit=_points_worth(top),
        refund_policy=_one_of(top, "refund_policy", REFUND_POLICIES) if top.has("refund_policy") else "proportional",
    )


def _currency(top: Reader) -> str:
    currency = top.text("currency")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise WrongUnit(name="currency", expected="three capital letters (ISO 4217)", field="currency")
    return currency


def _one_of(reader: Reader, name: str, choices: tuple[str, ...]) -> str:
    value = reader.text(name)
    if value not in choices:
        raise NotOneOf(name=name, choices=", ".join(choices), field=reader.at(name))
    return value


def _rewards(top: Reader, currency: str) -> tuple[RewardLine, ...]:
    lines = tuple(_line(reader, currency) for reader in top.each("rewards")) if top.has("rewards") else ()
    if not lines:
        raise RewardsMissing
    return lines


def _line(reader: Reader, currency: str) -> RewardLine:
    kind, to = _one_of(reader, "kind", tuple(KINDS)), _one_of(reader, "to", ROLES)
    if kind == "points":
        return PointsFixed(to, reader.knows("kind", "to", "amount").points("amount"))
    if kind == "points_rate":
        reader.knows("kind", "to", "rate", "per")
        return PointsRate(to, reader.points("rate"), reader.money("per", currency=currency))
    if kind == "cash":
        return CashFixed(to, reader.knows("kind", "to", "amount").money("amount", currency=currency))
    if kind == "cash_percent":
        reader.knows("kind", "to", "percent", "cap")
        return CashPercent(to, reader.percent("percent"), reader.money("cap", currency=currency))
    return CouponGift(to, reader.knows("kind", "to", "coupon").text("coupon"))


def _points_worth(top: Reader) -> Points:
    return top.points("points_per_currency_unit") if top.has("points_per_currency_unit") else Points(100)


def _limits(reader: Reader) -> Limits:
    names = ("per_referrer_30_days", "per_referrer", "per_campaign")
    reader.knows(*names)
    return Limits(**{name: reader.count(name) for name in names})


def terms_json(terms: Terms) -> dict[str, Any]:
    """Write terms as the data that `read_terms` reads."""
    limits = {name: value.json() for name, value in vars(terms.limits).items() if value}
    return {
        "currency": terms.currency,
        "success": {"event": terms.event, "minimum": terms.minimum.json()},
        "rewards": [_line_json(line) for line in terms.rewards],
        "hold": terms.hold.json(),
        "promise": terms.promise.json(),
        "click_window": terms.click_window.json(),
        "order_window": terms.order_window.json(),
        "limits": limits,
        "points_per_currency_unit": terms.points_per_currency_unit.json(),
        "refund_policy": terms.refund_policy,
    }


def _line_json(line: RewardLine) -> dict[str, Any]:
    kind = next(name for name, shape in KINDS.items() if isinstance(line, shape))
    fields = {name: value if isinstance(value, str) else value.json() for name, value in vars(line).items()}
    return {"kind": kind, **fields}
