"""What worked before, for the builder and for a campaign's own page."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext

from referrals.models import Campaign
from referrals.operations import suggestions_for
from referrals.operations.suggesting import Suggestion
from referrals.queries.suggestions import Compared, Comparison, Tried, offered_in
from referrals.rules.suggesting import BETTER, DEARER, KEEP
from referrals.suggestion_words import Teller

_SAYING = (BETTER, KEEP, DEARER)
TAKE_UP = "suggested "  # a button of the step says so, with the group and the mark of the offer


@dataclass(frozen=True)
class Row:
    """One offer in the table. `gap` and `band` draw the range, in percent of the table's widest."""

    offer: str
    tried: Tried
    lacking: str
    is_best: bool
    is_present: bool
    gap: float
    band: float


@dataclass(frozen=True)
class Told:
    """A group, what is said about it, and what was tried."""

    comparison: Comparison
    name: str
    title: str
    reasons: list[str]
    rows: list[Row]
    suggestion: Suggestion | None = None

    @property
    def is_said_for_all(self) -> bool:
        """A better offer that is suggested for everybody already."""
        return self.comparison.judged.outcome == BETTER and self.suggestion is None

    @property
    def take_up(self) -> str:
        return f"{TAKE_UP}{self.comparison.group.key} {self.suggestion.mark}"


def suggestions_panel(campaign: Campaign, currency: str) -> dict[str, Any]:
    """Say what could be offered instead, for whom, and why; and where there is too little to say."""
    suggested = suggestions_for(campaign)
    teller = Teller(suggested.compared, currency)
    told = [_told(each, suggested.compared, teller, suggested.of(each.group.key)) for each in suggested.compared.comparisons]
    spoken = [each for each in told if each.comparison.judged.outcome in _SAYING and not each.is_said_for_all]
    silent = [each for each in told if each.comparison.judged.outcome not in _SAYING]
    return _panel(suggested.compared, told) | {"spoken": spoken, "silent": _joined(silent)}


def _joined(silent: list[Told]) -> list[dict[str, Any]]:
    """Say once what is true of several groups."""
    found: dict[tuple, list[str]] = {}
    for each in silent:
        found.setdefault((each.title, *each.reasons), []).append(each.name)
    comma = pgettext("joins groups", ", ")
    return [{"title": title, "reasons": why, "names": comma.join(names)} for (title, *why), names in found.items()]


def worked_panel(campaign: Campaign, currency: str) -> dict[str, Any] | None:
    """Say how a campaign's own offers did, each by tier and segment; None before anybody opened an invitation."""
    compared = offered_in(campaign)
    told = [_told(each, compared, Teller(compared, currency)) for each in compared.comparisons if each.tried]
    return _panel(compared, told) | {"verdict": told[0]} if told else None


def _panel(compared: Compared, told: list[Told]) -> dict[str, Any]:
    return {"told": told, "days": compared.days, "young": compared.young}


def _told(one: Comparison, compared: Compared, teller: Teller, suggestion: Suggestion | None = None) -> Told:
    widest = max((each.tally.rate.high or 0 for group in compared.comparisons for each in group.tried), default=0) or 1
    rows = [_row(each, one, teller, widest) for each in one.tried]
    return Told(one, teller.group(one), teller.title(one), teller.reasons(one), rows, suggestion)


def _row(tried: Tried, one: Comparison, teller: Teller, widest: float) -> Row:
    rate = tried.tally.rate
    low, high = (rate.low or 0) / widest * 100, (rate.high or 0) / widest * 100
    return Row(
        teller.offer(tried.offer), tried, teller.lacking(tried.tally), tried.key == one.judged.best,
        tried.key == one.present, round(low, 1), round(high - low, 1),
    )  # fmt: skip
