"""Which of several offers worked better, as far as figures can say: never where the ranges overlap."""

from collections.abc import Mapping
from dataclasses import dataclass

from referrals.rules.shares import ENOUGH, Rate, wilson

ENOUGH_REFERRERS = 5  # one person's friends say more about that person than about what was offered
MOST_OF_ONE = 0.5  # of all opened invitations, those that one referrer passed on

BETTER, KEEP, DEARER, UNSURE, ONE_OFFER, TOO_FEW = "better", "keep", "dearer", "unsure", "one_offer", "too_few"
OUTCOMES = (BETTER, KEEP, DEARER, UNSURE, ONE_OFFER, TOO_FEW)


@dataclass(frozen=True)
class Tally:
    """What became of the invitations under one offer, each looked at for equally long. Money is in minor units."""

    openings: int = 0
    referrers: int = 0
    most: int = 0  # openings of the referrer who brought most
    signed_up: int = 0
    bought: int = 0
    kept_minor: int = 0  # what friends paid, less what they got back
    cost_minor: int = 0  # of the rewards for both

    def __add__(self, other: "Tally") -> "Tally":
        sums = {name: value + getattr(other, name) for name, value in vars(self).items() if name != "most"}
        return Tally(**sums, most=max(self.most, other.most))

    @property
    def rate(self) -> Rate:
        """How many of those who opened an invitation bought."""
        return wilson(self.bought, self.openings)

    @property
    def cost_each_minor(self) -> int | None:
        """What one new customer cost."""
        return round(self.cost_minor / self.bought) if self.bought else None

    @property
    def return_on_cost(self) -> float | None:
        return (self.kept_minor - self.cost_minor) / self.cost_minor if self.cost_minor else None

    @property
    def lacks(self) -> str:
        """Say why nothing can be said about it: openings, referrers, one_referrer; empty where something can."""
        if self.openings < ENOUGH:
            return "openings"
        if self.referrers < ENOUGH_REFERRERS:
            return "referrers"
        return "one_referrer" if self.most > MOST_OF_ONE * self.openings else ""


@dataclass(frozen=True)
class Judged:
    """`best` did clearly better than `than`; both are empty where there is too little to say."""

    outcome: str
    best: str = ""
    than: str = ""


def beats(one: Tally, other: Tally) -> bool:
    """Say whether one brought more buyers for sure: its range lies above the other's."""
    return bool(one.openings and other.openings) and one.rate.low > other.rate.high


def pays(one: Tally, other: Tally) -> bool:
    """Say whether an opened invitation left at least as much under one as under the other, after rewards."""
    return (one.kept_minor - one.cost_minor) * other.openings >= (other.kept_minor - other.cost_minor) * one.openings


def judge_offers(tallies: Mapping[str, Tally], present: str = "") -> Judged:
    """Find the offer that worked better than `present`, or, where that was never tried, than the one most used."""
    known = {key: tally for key, tally in tallies.items() if not tally.lacks}
    if len(known) < 2:
        return Judged(ONE_OFFER if len(tallies) == 1 and known else TOO_FEW)
    pairs = _clear_pairs(known, present if present in known else "")
    worthwhile = [(best, than) for best, than in pairs if pays(known[best], known[than])]
    if worthwhile:
        return Judged(BETTER, *max(worthwhile, key=lambda pair: _order(known, pair)))
    if pairs:
        return Judged(DEARER, *max(pairs, key=lambda pair: _order(known, pair)))
    return _as_it_is(known, present)


def _clear_pairs(known: Mapping[str, Tally], present: str) -> list[tuple[str, str]]:
    """Pair each offer that nothing beats with what it beats."""
    unbeaten = [key for key, tally in known.items() if not any(beats(other, tally) for other in known.values())]
    return [
        (best, than) for best in unbeaten for than in known
        if beats(known[best], known[than]) and (not present or than == present)
    ]  # fmt: skip


def _order(known: Mapping[str, Tally], pair: tuple[str, str]) -> tuple[float, int, str, str]:
    """Put first what left most, then the comparison with what was used most."""
    best, than = known[pair[0]], known[pair[1]]
    return ((best.kept_minor - best.cost_minor) / best.openings, than.openings, *pair)


def _as_it_is(known: Mapping[str, Tally], present: str) -> Judged:
    beaten = [key for key in known if present in known and beats(known[present], known[key])]
    if not beaten:
        return Judged(UNSURE)
    return Judged(KEEP, present, max(beaten, key=lambda key: (known[key].openings, key)))
