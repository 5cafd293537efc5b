"""The terms of a campaign: validated data that a person can read as a sentence.

{"currency": "GBP",
 "success": {"event": "first_paid_order", "minimum": {"minor": 5000, "currency": "GBP"}},
 "rewards": [<see referrals/rules/reward_lines.py>, …],
 "hold": {"days": 14}, "promise": {"working_days": 3}, "click_window": {"days": 30}, "order_window": {"days": 60},
 "limits": {"per_referrer_30_days": {"count": 10}, "per_referrer": {"count": 100}, "per_campaign": {"count": 5000}},
 "points_per_currency_unit": {"points": 100}, "refund_policy": "proportional"}
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from referrals.errors import RewardsMissing, TermsInvalid, WrongUnit
from referrals.rules.quantities import Count, Days, MinorAmount, Points, Reader, WorkingDays
from referrals.rules.reward_lines import (
    IN_KIND,
    KINDS,
    ROLES,
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
    ServiceUpgrade,
    TierUpgrade,
    kind_of,
    line_json,
    parts,
    read_line,
)

__all__ = [
    "EVENTS", "IN_KIND", "KINDS", "REFUND_POLICIES", "ROLES", "BadgeGift", "CashFixed", "CashPercent", "Choice",
    "CouponGift", "EventInvitation", "Gift", "InKind", "Limits", "PointsFixed", "PointsRate", "ProductTrial", "RewardLine",
    "ServiceUpgrade", "Terms", "TierUpgrade", "kind_of", "parts", "read_terms", "terms_json",
]  # fmt: skip
EVENTS = ("first_paid_order", "paid_order")
REFUND_POLICIES = ("proportional", "threshold")


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
    promise: WorkingDays  # after the hold, the reward is there within these
    click_window: Days  # from the click to the sign-up
    order_window: Days  # from the sign-up to the order
    limits: Limits
    points_per_currency_unit: Points  # what points cost a budget: 100 points are worth one pound
    refund_policy: str = "proportional"

    @property
    def coupons(self) -> tuple[str, ...]:
        return tuple(line.coupon for line in self.single_rewards if isinstance(line, CouponGift))

    @property
    def single_rewards(self) -> Iterator[RewardLine]:
        """Everything that somebody may get: lines, and each option where there is a choice."""
        return (part for line in self.rewards for part in parts(line))


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
        event=success.one_of("event", EVENTS),
        minimum=success.money("minimum", currency=currency, least=0) if success.has("minimum") else MinorAmount(0, currency),
        rewards=_rewards(top, currency),
        hold=top.days("hold", most=365),
        promise=top.working_days("promise", most=90) if top.has("promise") else WorkingDays(3),
        click_window=top.days("click_window", least=1, most=365),
        order_window=top.days("order_window", least=1, most=3650),
        limits=_limits(top.inside("limits")) if top.has("limits") else Limits(),
        points_per_currency_unit=_points_worth(top),
        refund_policy=top.one_of("refund_policy", REFUND_POLICIES) if top.has("refund_policy") else "proportional",
    )


def _currency(top: Reader) -> str:
    currency = top.text("currency")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise WrongUnit(name="currency", expected="three capital letters (ISO 4217)", field="currency")
    return currency


def _rewards(top: Reader, currency: str) -> tuple[RewardLine, ...]:
    lines = tuple(read_line(reader, currency) for reader in top.each("rewards")) if top.has("rewards") else ()
    if not lines:
        raise RewardsMissing
    return lines


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
        "rewards": [line_json(line) for line in terms.rewards],
        "hold": terms.hold.json(),
        "promise": terms.promise.json(),
        "click_window": terms.click_window.json(),
        "order_window": terms.order_window.json(),
        "limits": limits,
        "points_per_currency_unit": terms.points_per_currency_unit.json(),
        "refund_policy": terms.refund_policy,
    }
