"""Milestones on a friend's way, each with its own reward: what they ask for, and when they are reached.

{"key": "won", "trigger": "deal_won", "pipeline": "<id>", "minimum": {"minor": 100000, "currency": "GBP"},
 "conditions": <see conditions.py>, "within": {"days": 180}, "hold": {"days": 30}, "title": {"zh-hans", "en"},
 "rewards": [<see reward_lines.py>, …]}

What the triggers want besides: nth_order and nth_referral "count" (nth_referral also "repeats"), amount_reached "amount",
deal_stage "stage", satisfaction "score" and "survey" (nps, csat), still_active "after" and "bought_within".
"""

from dataclasses import dataclass
from typing import Any

from referrals.errors import (
    LevelNeedsPurchase,
    LineNeedsAmount,
    LineNotDivisible,
    MilestoneTwice,
    OutOfRange,
    RewardForHeads,
    RewardsMissing,
)
from referrals.rules.conditions import Tree, read_tree
from referrals.rules.quantities import Count, Days, MinorAmount, Reader, Score, Title
from referrals.rules.reward_lines import (
    FURTHER_ROLES,
    BadgeGift,
    CashBrackets,
    CashPercent,
    Choice,
    CouponGift,
    PointsBrackets,
    PointsFixed,
    PointsRate,
    RewardLine,
    line_json,
    parts,
    read_line,
)

# trigger -> what it is about
SUBJECTS = {
    "confirmed": "referral", "first_paid_order": "order", "paid_order": "order", "nth_order": "order",
    "amount_reached": "referral", "deal_stage": "deal", "deal_won": "deal", "money_received": "receipt",
    "nth_referral": "referral", "satisfaction": "answer", "still_active": "referral",
}  # fmt: skip
TRIGGERS = tuple(SUBJECTS)
# Somebody bought: these turn a referral into a converted one, and only they may pay a second level or a salesperson.
PURCHASES = (
    "first_paid_order", "paid_order", "nth_order", "amount_reached", "deal_won", "money_received",
)  # fmt: skip
SURVEYS = ("nps", "csat")
MOST_POINTS_FOR_SIGNING_UP = 500
# An amount of money stands behind these, of which a share may be given.
AMOUNTS = (*PURCHASES,)
_MOST = 12
_KNOWN = {"order": "order", "deal": "deal", "receipt": "deal", "answer": "answer"}
_OWN = {
    "nth_order": ("count",), "amount_reached": ("amount",), "deal_stage": ("pipeline", "stage"), "deal_won": ("pipeline",),
    "money_received": ("pipeline",), "nth_referral": ("count", "repeats"), "satisfaction": ("score", "survey"),
    "still_active": ("after", "bought_within"),
}  # fmt: skip
_SHARED = ("key", "trigger", "title", "conditions", "within", "hold", "rewards")
_WITH_MINIMUM = ("first_paid_order", "paid_order", "nth_order", "deal_stage", "deal_won", "money_received")


@dataclass(frozen=True)
class Milestone:
    key: str
    trigger: str
    rewards: tuple[RewardLine, ...]
    minimum: MinorAmount
    title: Title | None = None
    conditions: Tree | None = None
    within: Days | None = None  # from the sign-up
    hold: Days | None = None  # else the hold of the terms
    count: Count | None = None
    repeats: bool = False  # again for every so many friends
    amount: MinorAmount | None = None
    pipeline: str = ""
    stage: str = ""
    score: Score | None = None
    survey: str = ""
    after: Days | None = None
    bought_within: Days | None = None

    @property
    def subject(self) -> str:
        return SUBJECTS[self.trigger]

    @property
    def is_purchase(self) -> bool:
        return self.trigger in PURCHASES


def read_milestones(top: Reader, currency: str) -> tuple[Milestone, ...]:
    found = tuple(_milestone(reader, currency) for reader in top.each("milestones")) if top.has("milestones") else ()
    if len(found) > _MOST:
        raise OutOfRange(name="milestones", least=0, most=_MOST, field=top.at("milestones"))
    return found


def key_of(reader: Reader) -> str:
    """Read a name for machines: small letters, figures and lines."""
    key = reader.text("key")
    if len(key) > 24 or not all(letter in "abcdefghijklmnopqrstuvwxyz0123456789_" for letter in key):
        raise OutOfRange(name="key", least="1 of a-z 0-9 _", most="24", field=reader.at("key"))
    return key


def refuse_twice(keys: list[tuple[str, str]]) -> None:
    """Refuse two of one name; `keys` with their paths."""
    seen: set[str] = set()
    for key, path in keys:
        if key in seen:
            raise MilestoneTwice(key=key, field=path)
        seen.add(key)


def _milestone(reader: Reader, currency: str) -> Milestone:
    trigger = reader.one_of("trigger", TRIGGERS)
    reader.knows(*_SHARED, *_OWN.get(trigger, ()), *(["minimum"] if trigger in _WITH_MINIMUM else []))
    known = frozenset({"people", _KNOWN.get(SUBJECTS[trigger], "people")})
    milestone = Milestone(
        key=key_of(reader),
        trigger=trigger,
        rewards=read_rewards(reader, currency),
        minimum=reader.money("minimum", currency=currency, least=0) if reader.has("minimum") else MinorAmount(0, currency),
        title=reader.title("title") if reader.has("title") else None,
        conditions=read_tree(reader.inside("conditions"), currency, known=known) if reader.has("conditions") else None,
        within=reader.days("within", least=1) if reader.has("within") else None,
        hold=reader.days("hold", most=365) if reader.has("hold") else None,
        **_own(reader, trigger, currency),
    )
    _refuse_unfit(milestone, reader)
    return milestone


def _own(reader: Reader, trigger: str, currency: str) -> dict[str, Any]:
    match trigger:
        case "nth_order":
            return {"count": Count(_at_least_one(reader))}
        case "nth_referral":
            return {"count": Count(_at_least_one(reader)), "repeats": reader.flag("repeats")}
        case "amount_reached":
            return {"amount": reader.money("amount", currency=currency)}
        case "deal_stage":
            return {"stage": str(reader.id("stage")), **_pipeline(reader)}
        case "deal_won" | "money_received":
            return _pipeline(reader)
        case "satisfaction":
            survey = reader.one_of("survey", SURVEYS) if reader.has("survey") else ""
            return {"score": reader.score("score"), "survey": survey}
        case "still_active":
            after = reader.days("after", least=1, most=1095)
            return {"after": after, "bought_within": reader.days("bought_within", least=1, most=after.days)}
    return {}


def _at_least_one(reader: Reader) -> int:
    count = reader.whole_count("count")
    if count < 1:
        raise OutOfRange(name="count", least=1, most=10**6, field=reader.at("count"))
    return count


def _pipeline(reader: Reader) -> dict[str, str]:
    return {"pipeline": str(reader.id("pipeline"))} if reader.has("pipeline") else {}


def read_rewards(reader: Reader, currency: str) -> tuple[RewardLine, ...]:
    lines = tuple(read_line(each, currency) for each in reader.each("rewards")) if reader.has("rewards") else ()
    if not lines:
        raise RewardsMissing(field=reader.at("rewards"))
    return lines


# --- what the law and the arithmetic forbid --------------------------------------------------------


def _refuse_unfit(milestone: Milestone, reader: Reader) -> None:
    for number, line in enumerate(milestone.rewards):
        path = reader.at(f"rewards/{number}")
        if line.to in FURTHER_ROLES and not milestone.is_purchase:
            raise LevelNeedsPurchase(field=f"{path}/to")
        if milestone.trigger == "confirmed" and not all(_is_small(part) for part in parts(line)):
            raise RewardForHeads(most=MOST_POINTS_FOR_SIGNING_UP, field=path)
        if milestone.trigger not in AMOUNTS and isinstance(line, (CashPercent, PointsRate, PointsBrackets, CashBrackets)):
            raise LineNeedsAmount(field=path)
        if milestone.trigger == "money_received" and isinstance(line, Choice):
            raise LineNotDivisible(field=path)


def _is_small(line: RewardLine) -> bool:
    """Say whether a line may be given for signing up alone: a badge, and to the friend a coupon or a few points."""
    if isinstance(line, BadgeGift):
        return line.cost.minor == 0
    is_few = isinstance(line, PointsFixed) and line.amount.points <= MOST_POINTS_FOR_SIGNING_UP
    return line.to == "referee" and (is_few or isinstance(line, CouponGift))


# --- and back --------------------------------------------------------------------------------------


def milestone_json(milestone: Milestone) -> dict[str, Any]:
    """Write a milestone as the data that `read_milestones` reads."""
    told: dict[str, Any] = {"key": milestone.key, "trigger": milestone.trigger}
    for name in ("title", "conditions", "within", "hold", "count", "amount", "score", "after", "bought_within"):
        value = getattr(milestone, name)
        if value is not None:
            told[name] = value.json()
    for name in ("pipeline", "stage", "survey", "repeats"):
        if value := getattr(milestone, name):
            told[name] = value
    if milestone.minimum.minor:
        told["minimum"] = milestone.minimum.json()
    return told | {"rewards": [line_json(line) for line in milestone.rewards]}
