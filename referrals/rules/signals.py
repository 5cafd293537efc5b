"""Signs of abuse and what they weigh: plain functions. Words for each are in referrals/signal_words.py.

A score is the sum of the signs that are seen; what it leads to is an organisation's choice. In doubt something is
held, never refused: families share a telephone and dormitories an address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

VERSION = 1  # of these rules; every assessment names the one it was made by

FAST_SECONDS = 5
FEW = 3  # friends that show something before it counts as a habit of the referrer's
IDLE_DAYS = 30
SHARE = 0.8  # of a referrer's friends
REFUNDED = 0.5  # of what a referrer's friends paid
RINGS = ("cycle", "star", "closed_group")
AD_PARAMETERS = (
    "gclid", "gad_source", "gbraid", "wbraid", "fbclid", "twclid", "msclkid", "li_fat_id", "rdclid", "ttclid", "bd_vid",
    "clickid", "qz_gdt", "gdt_vid",
)  # fmt: skip
# Behind these everybody has a mailbox: sharing one says nothing.
FREE_MAIL = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "yahoo.co.uk",
    "yahoo.co.jp", "ymail.com", "icloud.com", "me.com", "mac.com", "aol.com", "gmx.com", "gmx.de", "gmx.net", "web.de",
    "proton.me", "protonmail.com", "fastmail.com", "zoho.com", "mail.com", "mail.ru", "yandex.ru", "yandex.com", "qq.com",
    "vip.qq.com", "foxmail.com", "163.com", "vip.163.com", "126.com", "yeah.net", "139.com", "189.cn", "wo.cn", "sina.com",
    "sina.cn", "vip.sina.com", "sohu.com", "aliyun.com", "tom.com", "21cn.com", "88.com", "btinternet.com", "sky.com",
    "virginmedia.com", "talktalk.net", "comcast.net", "verizon.net", "att.net", "orange.fr", "free.fr", "laposte.net",
    "t-online.de", "naver.com", "daum.net", "hanmail.net",
    "example.com", "example.org", "example.net",  # reserved for examples: nobody's own
})  # fmt: skip
VIRTUAL_PREFIXES = ("+86165", "+86167", "+86170", "+86171", "+86162")


class Action(StrEnum):
    """What a score leads to, mildest first."""

    ALLOW = "allow"
    DELAY = "delay"  # rewards wait longer
    HOLD = "hold"  # rewards wait until somebody has looked
    PROOF = "proof"  # held, and somebody is asked to prove it
    BLOCK = "block"  # the sign-up is refused; what is there already is held


ORDER = tuple(Action)


def milder(one: Action, other: Action) -> Action:
    return min(one, other, key=ORDER.index)


@dataclass(frozen=True)
class Signal:
    """A kind of sign. `limit` is how much of it is still usual, where that can be said in a number."""

    key: str
    weight: int
    days: int = 0  # how far back it looks; 0: all there is
    limit: int | None = None
    opens_case: bool = True  # a weak one supports others and opens no case of its own


SIGNALS: dict[str, Signal] = {
    each.key: each
    for each in (
        Signal("same_person", 60),
        Signal("same_device", 35, days=90),
        Signal("same_payout", 45),
        Signal("same_home", 15),
        Signal("same_address", 10, days=90, opens_case=False),
        Signal("same_network", 3, days=90, opens_case=False),
        Signal("disposable_email", 25),
        Signal("private_domain", 8, opens_case=False),
        Signal("virtual_number", 8, opens_case=False),
        Signal("number_block", 25, days=7, limit=2),
        Signal("fast_form", 15, days=90),
        Signal("velocity_referrer", 20, days=7, limit=30),
        Signal("velocity_device", 30, days=7, limit=4),
        Signal("velocity_address", 12, days=7, limit=40, opens_case=False),
        Signal("same_amounts", 15, days=90, limit=3),
        Signal("refunds", 30, days=90),
        Signal("no_activity", 10, days=180, opens_case=False),
        Signal("no_touch", 8, opens_case=False),
        Signal("paid_ads", 20, days=90),
        Signal("staff_entry", 20),
        Signal("cycle", 50),
        Signal("star", 30, limit=20),
        Signal("closed_group", 40, limit=2),
        Signal("listed", 100),
    )
}


@dataclass(frozen=True)
class Setting:
    """A signal as an organisation has set it."""

    weight: int
    is_on: bool = True
    is_shadow: bool = False
    limit: int | None = None


@dataclass(frozen=True)
class Policy:
    """What an organisation makes of scores; a threshold of None is never reached."""

    is_shadow: bool = True
    delay_from: int | None = 25
    hold_from: int | None = 40
    proof_from: int | None = 90
    block_from: int | None = None
    delay_days: int = 14
    signals: Mapping[str, Setting] = field(default_factory=lambda: settings_of({}))

    def json(self) -> dict[str, Any]:
        return {**vars(self), "signals": {key: vars(one) for key, one in self.signals.items()}}


def settings_of(changed: Mapping[str, Mapping[str, Any]]) -> dict[str, Setting]:
    """Give every signal as it is set: what we propose, with what an organisation changed."""
    return {
        key: Setting(**{"weight": one.weight, "limit": one.limit, **changed.get(key, {})}) for key, one in SIGNALS.items()
    }


@dataclass(frozen=True)
class Shared:
    """With whom a friend shares something: with the referrer, and with how many of their other friends."""

    with_referrer: bool = False
    friends: int = 0

    def __bool__(self) -> bool:
        return self.with_referrer or self.friends > 0


NOTHING_SHARED = Shared()


@dataclass(frozen=True)
class Pace:
    """How many came within an hour, a day and seven days before this one, itself counted."""

    hour: int = 0
    day: int = 0
    week: int = 0

    def exceeds(self, limit: int) -> bool:
        """A day's limit; more than a third of it (and two) in an hour, or than three times as many in a week, too."""
        return self.day > limit or self.hour > max(limit // 3, 2) or self.week > limit * 3


@dataclass(frozen=True)
class Habits:
    """What the orders of a referrer's friends have in common."""

    buyers: int = 0
    same_amount: int = 0  # buyers whose first order has the most frequent amount
    paid_minor: int = 0
    kept_minor: int = 0
    idle: int = 0  # who bought once, more than 30 days ago, and was not heard of again
    seasoned: int = 0  # who bought more than 30 days ago


@dataclass(frozen=True)
class Signs:
    """What is known about one referral. No personal data: kinds, counts and yes or no."""

    shared: Mapping[str, Shared] = field(default_factory=dict)  # kind of trait -> with whom
    is_disposable: bool = False
    is_virtual: bool = False
    neighbours: int = 0  # friends of the same referrer with a number of the same block, within a week
    filled_in: int | None = None
    by_referrer: Pace = Pace()
    by_device: Pace = Pace()
    by_address: Pace = Pace()
    habits: Habits = Habits()
    lacks_touch: bool = False
    ads: str = ""
    is_own_entry: bool = False  # entered by somebody who is the referrer's own account manager, or the referrer
    rings: frozenset[str] = frozenset()
    listed: str = ""  # kind of listing that blocks it
    is_allowed: bool = False  # the referrer is on the list of those who are never held


@dataclass(frozen=True)
class Found:
    """A sign that was seen, with the figures it was seen by."""

    key: str
    weight: int
    is_shadow: bool
    facts: Mapping[str, Any]

    def json(self) -> dict[str, Any]:
        return {"key": self.key, "weight": self.weight, "is_shadow": self.is_shadow, "facts": dict(self.facts)}


@dataclass(frozen=True)
class Verdict:
    """What the signs come to. `would_be` is what would be done if nothing were only watched."""

    found: tuple[Found, ...]
    score: int
    action: Action
    would_be: Action


def assess(signs: Signs, policy: Policy, *, cleared: frozenset[str] = frozenset()) -> Verdict:
    """Weigh the signs. Those that somebody has seen and found harmless (`cleared`) do not count again."""
    found = tuple(_found(signs, policy, cleared)) if not signs.is_allowed else ()
    score = sum(one.weight for one in found)
    effective = sum(one.weight for one in found if not one.is_shadow)
    would_be = action_of(score, policy)
    action = Action.ALLOW if policy.is_shadow else milder(action_of(effective, policy), would_be)
    return Verdict(found, score, action, would_be)


def action_of(score: int, policy: Policy) -> Action:
    """Say what a score leads to: the severest whose threshold it reaches."""
    ladder = (
        (Action.BLOCK, policy.block_from), (Action.PROOF, policy.proof_from), (Action.HOLD, policy.hold_from),
        (Action.DELAY, policy.delay_from),
    )  # fmt: skip
    return next((action for action, start in ladder if start is not None and score >= start), Action.ALLOW)


def _found(signs: Signs, policy: Policy, cleared: frozenset[str]):
    for key, setting in policy.signals.items():
        if setting.is_on and setting.weight > 0 and key not in cleared:
            facts = _SEEN[key](signs, setting)
            if facts is not None:
                yield Found(key, setting.weight, setting.is_shadow, facts)


# --- how each is seen: the figures it was seen by, or None ---------------------------------------------------


def _shares(kind: str):
    def look(signs: Signs, setting: Setting) -> dict | None:
        shared = signs.shared.get(kind, NOTHING_SHARED)
        return {"with_referrer": shared.with_referrer, "friends": shared.friends} if shared else None

    return look


def _shares_domain(signs: Signs, setting: Setting) -> dict | None:
    """Colleagues share a domain; only the referrer's own says a little."""
    shared = signs.shared.get("domain", NOTHING_SHARED)
    return {"with_referrer": True, "friends": shared.friends} if shared.with_referrer else None


def _when(test, **facts):
    def look(signs: Signs, setting: Setting) -> dict | None:
        return {name: read(signs) for name, read in facts.items()} if test(signs, setting) else None

    return look


def _pace(name: str):
    def look(signs: Signs, setting: Setting) -> dict | None:
        pace = getattr(signs, name)
        return {**vars(pace), "limit": setting.limit} if pace.exceeds(setting.limit or 0) else None

    return look


def _same_amounts(signs: Signs, setting: Setting) -> dict | None:
    habits = signs.habits
    is_habit = habits.same_amount > (setting.limit or FEW) and habits.same_amount >= SHARE * habits.buyers
    return {"friends": habits.same_amount, "of": habits.buyers} if is_habit else None


def _refunds(signs: Signs, setting: Setting) -> dict | None:
    habits = signs.habits
    if habits.buyers < FEW or not habits.paid_minor:
        return None
    share = 1 - habits.kept_minor / habits.paid_minor
    return {"percent": round(share * 100), "of": habits.buyers} if share >= REFUNDED else None


def _no_activity(signs: Signs, setting: Setting) -> dict | None:
    habits = signs.habits
    is_habit = habits.seasoned >= FEW + 2 and habits.idle >= SHARE * habits.seasoned
    return {"friends": habits.idle, "of": habits.seasoned} if is_habit else None


def _ring(key: str):
    return _when(lambda signs, setting: key in signs.rings)


_SEEN = {
    "same_person": _shares("contact"),
    "same_device": _shares("device"),
    "same_payout": _shares("payout"),
    "same_home": _shares("home"),
    "same_address": _shares("address"),
    "same_network": _shares("network"),
    "disposable_email": _when(lambda signs, setting: signs.is_disposable),
    "private_domain": _shares_domain,
    "virtual_number": _when(lambda signs, setting: signs.is_virtual),
    "number_block": _when(
        lambda signs, setting: signs.neighbours >= (setting.limit or FEW), friends=lambda signs: signs.neighbours
    ),
    "fast_form": _when(
        lambda signs, setting: signs.filled_in is not None and signs.filled_in < FAST_SECONDS,
        seconds=lambda signs: signs.filled_in,
    ),
    "velocity_referrer": _pace("by_referrer"),
    "velocity_device": _pace("by_device"),
    "velocity_address": _pace("by_address"),
    "same_amounts": _same_amounts,
    "refunds": _refunds,
    "no_activity": _no_activity,
    "no_touch": _when(lambda signs, setting: signs.lacks_touch),
    "paid_ads": _when(lambda signs, setting: bool(signs.ads), parameters=lambda signs: signs.ads),
    "staff_entry": _when(lambda signs, setting: signs.is_own_entry),
    "cycle": _ring("cycle"),
    "star": _ring("star"),
    "closed_group": _ring("closed_group"),
    "listed": _when(lambda signs, setting: bool(signs.listed), kind=lambda signs: signs.listed),
}


# --- tuning on what was decided --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """How a threshold would have done on referrals that people have decided about."""

    threshold: int
    held: int
    abuse: int  # of those held
    missed: int  # abuse that would have gone through

    @property
    def harmless(self) -> int:
        return self.held - self.abuse


def tune(history: Sequence[tuple[int, bool]], thresholds: Sequence[int]) -> list[Outcome]:
    """Say for each threshold what it would have held of (score, was abuse)."""
    return [
        Outcome(
            start, sum(score >= start for score, _ in history), sum(score >= start and bad for score, bad in history),
            sum(score < start and bad for score, bad in history),
        )
        for start in thresholds
    ]  # fmt: skip


def best(outcomes: Sequence[Outcome], *, enough: int = 10) -> Outcome | None:
    """Choose the threshold that misses no abuse and holds the fewest harmless ones; nothing where too little is decided."""
    total = max((one.held for one in outcomes), default=0)
    complete = [one for one in outcomes if one.missed == 0]
    if total < enough or not complete or not any(one.abuse for one in outcomes):
        return None
    return min(complete, key=lambda one: (one.harmless, -one.threshold))
