"""Whether a customer may be asked for a referral now: from facts and limits alone."""

from collections.abc import Sequence
from dataclasses import dataclass

# Why somebody said no; `later` asks for none.
REASONS = ("no_one_in_mind", "not_satisfied", "privacy", "reward", "no_time", "other")
ASKED = ("accepted", "refused", "later")  # states that mean the customer was asked


@dataclass(frozen=True)
class Limits:
    quiet_days: int = 30
    most_in_90_days: int = 2
    days_after_no: int = 180


@dataclass(frozen=True)
class Facts:
    """What is known of a customer; days are counted to now, None is never."""

    days_since_asked: float | None = None  # by somebody of ours
    days_since_told: float | None = None  # in a message: a promotion, a reminder
    asked_in_90_days: int = 0  # in whatever way
    days_since_no: float | None = None
    has_open_case: bool = False
    has_open_card: bool = False
    is_suspected: bool = False  # a referral of theirs is held or was fraud


@dataclass(frozen=True)
class Bar:
    """What stands against asking: until when in days, where that is known."""

    bar: str
    days: float | None = None


def bars(facts: Facts, limits: Limits) -> tuple[Bar, ...]:
    """List everything that stands against asking; nothing is a yes."""
    found = []
    if facts.has_open_case:
        found.append(Bar("open_case"))
    if facts.has_open_card:
        found.append(Bar("open_card"))
    if facts.is_suspected:
        found.append(Bar("suspected"))
    if facts.days_since_asked is not None and facts.days_since_asked < limits.quiet_days:
        found.append(Bar("asked_lately", limits.quiet_days - facts.days_since_asked))
    if facts.days_since_told is not None and facts.days_since_told < limits.quiet_days:
        found.append(Bar("told_lately", limits.quiet_days - facts.days_since_told))
    if facts.asked_in_90_days >= limits.most_in_90_days:
        found.append(Bar("asked_often"))
    if facts.days_since_no is not None and facts.days_since_no < limits.days_after_no:
        found.append(Bar("said_no", limits.days_after_no - facts.days_since_no))
    return tuple(found)


def variant_of(number: int, variants: Sequence[str]) -> str:
    """Share customers evenly among variants; the same customer always has the same one."""
    return sorted(variants)[number % len(variants)]
