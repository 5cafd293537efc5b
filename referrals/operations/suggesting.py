"""Suggest what to offer, from what worked, and put it into the terms being written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation.errors import DomainError
from foundation.ids import fingerprint
from referrals.errors import NotSuggested
from referrals.models import Campaign
from referrals.operations.building import save_draft_terms
from referrals.operations.giving import refuse_unknown_rewards
from referrals.queries import planned_terms
from referrals.queries.readiness import cost_of_one, stops_of_terms
from referrals.queries.suggestions import Compared, Comparison, compare_offers
from referrals.rules import Terms, read_terms
from referrals.rules.offering import EVERYBODY, with_offer
from referrals.rules.suggesting import BETTER
from referrals.wording import money


@dataclass(frozen=True)
class Suggestion:
    """A better offer for a group. `refusal` says why it cannot stand in these terms: then nothing is suggested."""

    comparison: Comparison
    terms: Mapping[str, Any]
    refusal: str = ""

    @property
    def mark(self) -> str:
        """Tell this offer from another, so that what is taken up is what was shown."""
        return fingerprint([self.comparison.judged.best])[:12]


@dataclass(frozen=True)
class Suggestions:
    compared: Compared
    found: tuple[Suggestion, ...]

    @property
    def open(self) -> tuple[Suggestion, ...]:
        return tuple(each for each in self.found if not each.refusal)

    def of(self, key: str) -> Suggestion | None:
        return next((each for each in self.found if each.comparison.group.key == key), None)


def suggestions_for(campaign: Campaign) -> Suggestions:
    """Compare the past as seen from the terms being written, and try each better offer in them; nothing is kept."""
    told = planned_terms(campaign)
    compared = compare_offers(told)
    if not told or campaign.state == Campaign.State.ENDED:
        return Suggestions(compared, ())
    whole, terms = compared.of(EVERYBODY), read_terms(told)
    better = [each for each in compared.comparisons if each.judged.outcome == BETTER]
    return Suggestions(compared, tuple(_suggestion(campaign, terms, each) for each in better if not _is_echo(each, whole)))


def _is_echo(one: Comparison, whole: Comparison | None) -> bool:
    """What is suggested for everybody need not be said again for a part of them."""
    return bool(whole and one is not whole and one.present == whole.present and one.judged == whole.judged)


def _suggestion(campaign: Campaign, terms: Terms, comparison: Comparison) -> Suggestion:
    offer, group = comparison.best.offer, comparison.group
    after = with_offer(terms, group, offer.lines)
    if offer.milestones:
        return Suggestion(comparison, after, _("It came together with milestones, which have to be written by hand."))
    return Suggestion(comparison, after, _refusal(campaign, terms, after, group.about))


def _refusal(campaign: Campaign, before: Terms, after: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    """Say why these terms would be refused when saved or started; empty where nothing new stands in the way."""
    try:
        read = read_terms(after)
        refuse_unknown_rewards(read)
    except DomainError as refusal:
        return refusal.sentence(_)
    known = {found.code for found in stops_of_terms(campaign, before)}
    new = [found for found in stops_of_terms(campaign, read) if found.code not in known]
    return new[0].sentence if new else _too_dear(campaign, read, about)


def _too_dear(campaign: Campaign, terms: Terms, about: Mapping[str, Any]) -> str:
    budget, cost = campaign.budget, cost_of_one(terms, about)
    if budget is None or budget.currency != terms.currency or cost <= budget.left_minor:
        return ""
    language = "zh-hans" if (get_language() or "").startswith("zh") else "en"
    facts = {name: money(minor, terms.currency, language) for name, minor in (("cost", cost), ("left", budget.left_minor))}
    return _("One friend would cost %(cost)s, and the budget has %(left)s left.") % facts


def adopt_suggestion(campaign_id: UUID, group: str, mark: str) -> Campaign:
    """Put a suggested offer into the terms being written, for its group. It is looked for again, and checked like any."""
    campaign = Campaign.objects.select_related("budget").get(id=campaign_id)
    found = suggestions_for(campaign).of(group)
    if found is None or found.refusal or found.mark != mark:
        raise NotSuggested
    return save_draft_terms(campaign_id, found.terms)
