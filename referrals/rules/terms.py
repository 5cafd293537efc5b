"""The terms of a campaign: validated data that a person can read as a sentence.

{"currency": "GBP",
 "success": {"event": "first_paid_order", "minimum": {"minor": 5000, "currency": "GBP"}},
 "rewards": [<see referrals/rules/reward_lines.py>, …],
 "hold": {"days": 14}, "promise": {"working_days": 3}, "click_window": {"days": 30}, "order_window": {"days": 60},
 "limits": {"per_referrer_30_days": {"count": 10}, "per_referrer": {"count": 100}, "per_campaign": {"count": 5000}},
 "points_per_currency_unit": {"points": 100}, "refund_policy": "proportional"}

Where more is wanted: "success" takes "conditions" (conditions.py), "limits" goes by day, by 30 days and in all, for a
referrer and for the campaign, by count and (…_cost) by money; "milestones" (milestones.py) earn on their own, and with the
event "milestones" only they do; "schemes" are rewards of their own for some, of which the first that fits is taken:

 "schemes": [{"key": "gold", "title": {…}, "when": <conditions>, "rewards": [<lines>]}]
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from referrals.errors import MilestonesMissing, OutOfRange, RewardsMissing, TermsInvalid, WrongUnit
from referrals.rules.conditions import Tree, leaves, read_tree
from referrals.rules.milestones import Milestone, key_of, milestone_json, read_milestones, read_rewards, refuse_twice
from referrals.rules.quantities import Count, Days, MinorAmount, Points, Reader, Title, WorkingDays
from referrals.rules.reward_lines import (
    IN_KIND,
    KINDS,
    ROLES,
    BadgeGift,
    CashFixed,
    CashPercent,
    CashSteps,
    Choice,
    CouponGift,
    EventInvitation,
    Gift,
    InKind,
    PointsFixed,
    PointsRate,
    PointsSteps,
    ProductTrial,
    RewardLine,
    ServiceUpgrade,
    TierUpgrade,
    kind_of,
    line_json,
    parts,
)

__all__ = [
    "EVENTS",
    "HONOURS",
    "IN_KIND",
    "KINDS",
    "ONLY_MILESTONES",
    "REFUND_POLICIES",
    "ROLES",
    "BadgeGift",
    "CashFixed",
    "CashPercent",
    "Choice",
    "CouponGift",
    "EventInvitation",
    "Gift",
    "InKind",
    "Limits",
    "Milestone",
    "PointsFixed",
    "PointsRate",
    "ProductTrial",
    "RewardLine",
    "Scheme",
    "ServiceUpgrade",
    "Terms",
    "TierUpgrade",
    "kind_of",
    "parts",
    "read_terms",
    "terms_json",
]  # fmt: skip
EVENTS = ("first_paid_order", "paid_order")
ONLY_MILESTONES = "milestones"  # orders earn nothing by themselves
REFUND_POLICIES = ("proportional", "threshold")
# What new terms mean for who came before: they keep theirs; where they have not converted they get whichever is better;
# they keep theirs, and so does who followed the link before and signs up after.
HONOURS = ("honour_old", "better_of_both", "new_for_new")
_SPANS = (
    "per_referrer_day",
    "per_referrer_30_days",
    "per_referrer",
    "per_campaign_day",
    "per_campaign_30_days",
    "per_campaign",
)
_MOST_SCHEMES = 12


@dataclass(frozen=True)
class Limits:
    """How many conversions may earn; None is without limit."""

    per_referrer_30_days: Count | None = None
    per_referrer: Count | None = None
    per_campaign: Count | None = None
    per_referrer_day: Count | None = None  # a day of the organisation's calendar
    per_campaign_day: Count | None = None
    per_campaign_30_days: Count | None = None
    per_referrer_day_cost: MinorAmount | None = None
    per_referrer_30_days_cost: MinorAmount | None = None
    per_referrer_cost: MinorAmount | None = None
    per_campaign_day_cost: MinorAmount | None = None
    per_campaign_30_days_cost: MinorAmount | None = None
    per_campaign_cost: MinorAmount | None = None

    @property
    def is_of_campaign(self) -> bool:
        """Say whether anything is limited for the campaign as a whole."""
        return any(value for name, value in vars(self).items() if name.startswith("per_campaign"))


@dataclass(frozen=True)
class Scheme:
    """Rewards instead of the usual ones, where the conditions hold."""

    key: str
    when: Tree
    rewards: tuple[RewardLine, ...]
    title: Title | None = None


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
    conditions: Tree | None = None
    schemes: tuple[Scheme, ...] = ()
    milestones: tuple[Milestone, ...] = ()

    @property
    def all_rewards(self) -> tuple[RewardLine, ...]:
        """Every line there is: the usual ones, then those of the schemes, then those of the milestones."""
        further = (*self.schemes, *self.milestones)
        return self.rewards + tuple(line for each in further for line in each.rewards)

    def lines_of(self, milestone: str = "", scheme: str = "") -> list[tuple[int, RewardLine]]:
        """Give the lines of a milestone, or of a scheme, or the usual ones, with their place among all."""
        start = 0
        for kind, each in (("", self), *(("scheme", s) for s in self.schemes), *(("milestone", m) for m in self.milestones)):
            is_wanted = {"": not (milestone or scheme), "scheme": scheme, "milestone": milestone}[kind]
            if is_wanted and (kind == "" or each.key == is_wanted):
                return list(enumerate(each.rewards, start=start))
            start += len(each.rewards)
        return []

    def milestone(self, key: str) -> Milestone | None:
        return next((each for each in self.milestones if each.key == key), None)

    @property
    def trees(self) -> list[Tree]:
        """All conditions there are."""
        found = [self.conditions, *(s.when for s in self.schemes), *(m.conditions for m in self.milestones)]
        return [tree for tree in found if tree]

    @property
    def facts(self) -> set[str]:
        """Name the facts that any condition asks for."""
        return {leaf.fact for tree in self.trees for leaf in leaves(tree)}

    @property
    def ranks(self) -> bool:
        """Say whether anything depends on how many friends of the referrer bought before this one."""
        has_steps = any(isinstance(line, (PointsSteps, CashSteps)) for line in self.all_rewards)
        return has_steps or any(each.trigger == "nth_referral" for each in self.milestones)

    @property
    def roles(self) -> set[str]:
        return {line.to for line in self.all_rewards}

    @property
    def coupons(self) -> tuple[str, ...]:
        return tuple(line.coupon for line in self.single_rewards if isinstance(line, CouponGift))

    @property
    def single_rewards(self) -> Iterator[RewardLine]:
        """Everything that somebody may get: lines, and each option where there is a choice."""
        return (part for line in self.all_rewards for part in parts(line))


def read_terms(data: Any) -> Terms:
    """Validate terms; refuse with a named error and the path of the value to blame."""
    if not isinstance(data, Mapping):
        raise TermsInvalid(field="terms")
    top = Reader(data).knows(
        "currency", "success", "rewards", "hold", "promise", "click_window", "order_window", "limits",
        "points_per_currency_unit", "refund_policy", "schemes", "milestones",
    )  # fmt: skip
    currency = _currency(top)
    success = top.inside("success").knows("event", "minimum", "conditions")
    event = success.one_of("event", (*EVENTS, ONLY_MILESTONES))
    milestones = read_milestones(top, currency)
    if event == ONLY_MILESTONES and not milestones:
        raise MilestonesMissing
    terms = Terms(
        currency=currency,
        event=event,
        minimum=success.money("minimum", currency=currency, least=0) if success.has("minimum") else MinorAmount(0, currency),
        rewards=() if event == ONLY_MILESTONES and not top.data.get("rewards") else _rewards(top, currency),
        hold=top.days("hold", most=365),
        promise=top.working_days("promise", most=90) if top.has("promise") else WorkingDays(3),
        click_window=top.days("click_window", least=1, most=365),
        order_window=top.days("order_window", least=1, most=3650),
        limits=_limits(top.inside("limits"), currency) if top.has("limits") else Limits(),
        points_per_currency_unit=_points_worth(top),
        refund_policy=top.one_of("refund_policy", REFUND_POLICIES) if top.has("refund_policy") else "proportional",
        conditions=_conditions(success, "conditions", currency) if success.has("conditions") else None,
        schemes=_schemes(top, currency),
        milestones=milestones,
    )
    refuse_twice([(each.key, f"schemes/{n}/key") for n, each in enumerate(terms.schemes)])
    refuse_twice([(each.key, f"milestones/{n}/key") for n, each in enumerate(terms.milestones)])
    return terms


def _conditions(reader: Reader, name: str, currency: str) -> Tree:
    return read_tree(reader.inside(name), currency, known=frozenset({"order", "people"}))


def _schemes(top: Reader, currency: str) -> tuple[Scheme, ...]:
    found = tuple(_scheme(reader, currency) for reader in top.each("schemes")) if top.has("schemes") else ()
    if len(found) > _MOST_SCHEMES:
        raise OutOfRange(name="schemes", least=0, most=_MOST_SCHEMES, field="schemes")
    return found


def _scheme(reader: Reader, currency: str) -> Scheme:
    reader.knows("key", "title", "when", "rewards")
    return Scheme(
        key_of(reader), _conditions(reader, "when", currency), read_rewards(reader, currency),
        reader.title("title") if reader.has("title") else None,
    )  # fmt: skip


def _currency(top: Reader) -> str:
    currency = top.text("currency")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise WrongUnit(name="currency", expected="three capital letters (ISO 4217)", field="currency")
    return currency


def _rewards(top: Reader, currency: str) -> tuple[RewardLine, ...]:
    if not top.has("rewards"):
        raise RewardsMissing
    return read_rewards(top, currency)


def _points_worth(top: Reader) -> Points:
    return top.points("points_per_currency_unit") if top.has("points_per_currency_unit") else Points(100)


def _limits(reader: Reader, currency: str) -> Limits:
    costs = [f"{name}_cost" for name in _SPANS]
    reader.knows(*_SPANS, *costs)
    counts = {name: reader.count(name) for name in _SPANS}
    return Limits(**counts, **{name: reader.money(name, currency=currency) for name in costs if reader.has(name)})


def terms_json(terms: Terms) -> dict[str, Any]:
    """Write terms as the data that `read_terms` reads."""
    limits = {name: value.json() for name, value in vars(terms.limits).items() if value}
    success: dict[str, Any] = {"event": terms.event, "minimum": terms.minimum.json()}
    further: dict[str, Any] = {}
    if terms.conditions:
        success["conditions"] = terms.conditions.json()
    if terms.schemes:
        further["schemes"] = [_scheme_json(scheme) for scheme in terms.schemes]
    if terms.milestones:
        further["milestones"] = [milestone_json(milestone) for milestone in terms.milestones]
    return further | {
        "currency": terms.currency,
        "success": success,
        "rewards": [line_json(line) for line in terms.rewards],
        "hold": terms.hold.json(),
        "promise": terms.promise.json(),
        "click_window": terms.click_window.json(),
        "order_window": terms.order_window.json(),
        "limits": limits,
        "points_per_currency_unit": terms.points_per_currency_unit.json(),
        "refund_policy": terms.refund_policy,
    }


def _scheme_json(scheme: Scheme) -> dict[str, Any]:
    told = {"key": scheme.key, "when": scheme.when.json(), "rewards": [line_json(line) for line in scheme.rewards]}
    return told | ({"title": scheme.title.json()} if scheme.title else {})
