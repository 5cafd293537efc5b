"""When a budget runs out, if days go on as they were: Gamma and Poisson.

What is promised on a day is taken for a Poisson count of pieces of one size, at a rate that does not change (no trend, no
season); how certain the rate is follows from the days seen. The size is the dispersion of the days, variance by mean: a
quasi-Poisson model (McCullagh & Nelder, Generalized Linear Models, 2nd ed. 1989, 6.2.3), so that few large or bunched
rewards make the forecast wider. The rate is then Gamma (conjugate: Gelman et al., Bayesian Data Analysis, 3rd ed. 2013,
2.6), the wait for the k-th piece is Gamma given the rate, and over all rates it is a beta prime: wait / days seen ~
Beta'(k, a) (Dubey, Compound gamma, beta and F distributions, Metrika 16, 1970).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9  # the interval between low and high holds in four cases of five
PRIOR = 0.5  # pieces seen before any day: Jeffreys' prior for a Poisson rate
FAR = 3650  # days; what lies further ahead is not told


@dataclass(frozen=True)
class Pace:
    """How fast a budget is used: `pieces` of `size` in `days`."""

    pieces: float
    size: float
    days: int

    @property
    def per_day(self) -> float:
        return self.pieces * self.size / self.days


@dataclass(frozen=True)
class Forecast:
    """The days on which it runs out, early, middle and late; None for one beyond the horizon."""

    first: date | None
    middle: date | None
    last: date | None
    before_end: float  # how probable it is that it runs out before its end, 0 to 1; 0 without an end
    ends_on: date | None

    @property
    def lasts(self) -> bool:
        """Say that it does not run out before its end, in nine cases of ten."""
        return self.ends_on is not None and self.before_end <= LOW


@dataclass(frozen=True)
class FanDay:
    """What will be in use on a day: between low and high in four cases of five."""

    day: date
    low: float
    middle: float
    high: float


def pace_of(daily: Sequence[int]) -> Pace | None:
    """Read the pace from what was promised day by day; None if nothing was."""
    total, days = sum(daily), len(daily)
    if total <= 0 or not days:
        return None
    mean = total / days
    variance = sum((one - mean) ** 2 for one in daily) / (days - 1) if days > 1 else 0.0
    variance += (mean / days) ** 2  # few days say little of how much they vary: one day alone may be any
    size = min(max(variance / mean, 1.0), max(daily))
    return Pace(total / size + PRIOR, size, days)


def forecast(pace: Pace, *, left_minor: int, today: date, ends_on: date | None = None) -> Forecast:
    """Tell when the rest is used up."""
    pieces = max(left_minor, 0) / pace.size
    days = [wait(pace, pieces, share) for share in (LOW, MIDDLE, HIGH)]
    remaining = (ends_on - today).days + 1 if ends_on else 0
    chance = chance_within(pace, pieces, remaining) if ends_on else 0.0
    return Forecast(*(_on(today, count) for count in days), before_end=chance, ends_on=ends_on)


def wait(pace: Pace, pieces: float, share: float) -> float:
    """Say within how many days so many pieces come in `share` of all cases."""
    if pieces <= 0:
        return 0.0
    part = beta_quantile(share, pieces, pace.pieces)
    return pace.days * part / (1 - part) if part < 1 else math.inf


def chance_within(pace: Pace, pieces: float, days: float) -> float:
    """Say how probable it is that so many pieces come within so many days."""
    if pieces <= 0:
        return 1.0
    return beta_cdf(days / (days + pace.days), pieces, pace.pieces) if days > 0 else 0.0


def fan(pace: Pace, *, used_minor: int, today: date, days: int, points: int = 15) -> list[FanDay]:
    """Draw what will be in use over the coming days."""
    stops = sorted({round(days * step / points) for step in range(1, points + 1)} - {0})
    return [
        FanDay(today + timedelta(days=day), *(used_minor + _pieces_within(pace, day, share) * pace.size
               for share in (LOW, MIDDLE, HIGH)))
        for day in stops
    ]  # fmt: skip


def _pieces_within(pace: Pace, days: int, share: float) -> float:
    """Find the number of pieces that are not exceeded within so many days in `share` of all cases."""
    low, high = 0.0, 1.0
    while chance_within(pace, high, days) > 1 - share:
        low, high = high, high * 2
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if chance_within(pace, middle, days) > 1 - share else (low, middle)
    return (low + high) / 2


def _on(today: date, days: float) -> date | None:
    return today + timedelta(days=math.floor(days)) if days < FAR else None


# --- the beta distribution --------------------------------------------------------------------------


def beta_cdf(x: float, a: float, b: float) -> float:
    """Give the regularised incomplete beta function I_x(a, b).

    By Lentz's continued fraction: Press et al., Numerical Recipes, 3rd ed. 2007, 6.4.
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_cdf(1 - x, b, a)
    front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return min(math.exp(front) * _fraction(x, a, b) / a, 1.0)


def beta_quantile(share: float, a: float, b: float) -> float:
    """Give the x below which `share` of a beta distribution lies, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_cdf(middle, a, b) < share else (low, middle)
    return (low + high) / 2


_TINY = 1e-300


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, _safe(1 - (a + b) * x / (a + 1))
    value = d = 1 / d
    for m in range(1, 10_000):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / _safe(1 + step * d), _safe(1 + step / c)
            value *= d * c
        if abs(d * c - 1) < 1e-12:
            break
    return value


def _safe(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
