"""Arithmetic of loyalty: points for money kept, and the tier that spend reaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from foundation.money import Money, at_rate, exponent

# Drawn on staff pages and in the member centre.
BADGE_ICONS = ("star", "heart", "medal", "trophy", "crown", "flame", "leaf", "rocket", "users", "gift")


@dataclass(frozen=True)
class Rung:
    """One tier as the rules see it; `rank` 0 is where everybody starts."""

    code: str
    rank: int
    threshold_minor: int
    window_days: int


def points_for(kept: Money, *, rate: Decimal, multiplier: Decimal) -> int:
    """Give `rate` points for each whole unit of currency kept, times the tier's multiplier, rounded down once."""
    return at_rate(max(kept.amount_minor, 0), rate * multiplier * Decimal(1).scaleb(-exponent(kept.currency)))


def reached(rungs: Sequence[Rung], spend: Mapping[int, int]) -> Rung:
    """Say which tier spend reaches; `spend` is by window in days."""
    first, *others = sorted(rungs, key=lambda rung: rung.rank)
    best = first
    for rung in others:
        if spend.get(rung.window_days, 0) >= rung.threshold_minor:
            best = rung
    return best


def following(rungs: Sequence[Rung], rank: int) -> Rung | None:
    """Name the tier after `rank`; none after the highest."""
    return min((rung for rung in rungs if rung.rank > rank), key=lambda rung: rung.rank, default=None)


def progress(spend_minor: int, threshold_minor: int) -> tuple[int, int]:
    """Tell what is missing to a threshold, and how much of it is done in whole per cent."""
    missing = max(threshold_minor - spend_minor, 0)
    done = 100 * max(spend_minor, 0) // threshold_minor if threshold_minor else 100
    return missing, min(done, 100)
