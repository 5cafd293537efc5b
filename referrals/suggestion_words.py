"""What earlier offers brought, in sentences: what was offered, what did better and by how much, why nothing is said."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from loyalty.queries import reward_names
from referrals.milestone_words import say_rewards
from referrals.names import Names, names_in
from referrals.queries.suggestions import Compared, Comparison, Tried
from referrals.rules.offering import EVERYBODY, TIER, Offer
from referrals.rules.shares import ENOUGH
from referrals.rules.suggesting import BETTER, DEARER, ENOUGH_REFERRERS, KEEP, ONE_OFFER, TOO_FEW, UNSURE, Tally
from referrals.wording import money, number, paid

_TITLES = {
    BETTER: gettext_lazy("Something else worked better"),
    KEEP: gettext_lazy("What you offer worked best"),
    DEARER: gettext_lazy("More friends, but dearer"),
    UNSURE: gettext_lazy("Too little to say"),
    ONE_OFFER: gettext_lazy("Nothing to compare with"),
    TOO_FEW: gettext_lazy("Too little to say"),
}
_LACKING = {
    "openings": gettext_lazy("fewer than %(enough)s opened invitations"),
    "referrers": gettext_lazy("fewer than %(referrers)s referrers"),
    "one_referrer": gettext_lazy("more than half came through one referrer"),
}


class Teller:
    """Says what was compared, in the language that is active."""

    def __init__(self, compared: Compared, currency: str):
        self.currency, self.language = currency, "zh-hans" if (get_language() or "").startswith("zh") else "en"
        self.days = compared.days
        offers = [each.offer for comparison in compared.comparisons for each in comparison.tried]
        self.names: Names = names_in([line for offer in offers for line in offer.lines])
        self.tiers: Mapping[tuple[str, str], Any] = reward_names()

    def group(self, comparison: Comparison) -> str:
        """Name whose invitations are compared."""
        kind, name = comparison.group.kind, comparison.name
        if kind == EVERYBODY:
            return pgettext("referrers", "Everybody")
        if kind == TIER:
            tier = self.tiers.get(("tier", name), {}).get(self.language) or name
            return _("Tier %(name)s") % {"name": tier}
        return _("Segment %(name)s") % {"name": name}

    def offer(self, offer: Offer) -> str:
        told = say_rewards(offer.lines, self.names, self.language)
        return _("%(rewards)s; milestones besides") % {"rewards": told} if offer.milestones else told

    def title(self, comparison: Comparison) -> str:
        return str(_TITLES[comparison.judged.outcome])

    def lacking(self, tally: Tally) -> str:
        """Say why nothing can be said about an offer; empty where something can."""
        facts = {"enough": number(ENOUGH, self.language), "referrers": number(ENOUGH_REFERRERS, self.language)}
        return str(_LACKING[tally.lacks]) % facts if tally.lacks else ""

    def reasons(self, comparison: Comparison) -> list[str]:
        """Say what was found, with its numbers, as sentences."""
        outcome, best, than = comparison.judged.outcome, comparison.best, comparison.than
        if best and than:
            told = [self._more(best, than), self._cost(best.tally, than.tally), self._left(best.tally, than.tally)]
            return [text for text in (*told, self._minimums(best, than)) if text]
        if outcome == UNSURE:
            return [_("The differences are no larger than chance: the ranges overlap, or groups contradict each other.")]
        if outcome == ONE_OFFER:
            return [_("Only one offer was made so far. Offer something else for a while, and there will be an answer.")]
        facts = {"enough": number(ENOUGH, self.language), "referrers": number(ENOUGH_REFERRERS, self.language)}
        return [
            _("Two offers are compared once each had %(enough)s opened invitations from %(referrers)s referrers or more.")
            % facts
        ]

    def _more(self, best: Tried, than: Tried) -> str:
        facts = {
            "best": self.offer(best.offer), "than": self.offer(than.offer), **self._counted("", best.tally),
            **self._counted("other_", than.tally),
        }  # fmt: skip
        if not than.tally.bought:
            return (
                _(
                    "Where %(best)s, %(bought)s of %(openings)s friends who opened an invitation bought; where "
                    "%(than)s, none of %(other_openings)s did."
                )
                % facts
            )
        times = round(best.tally.rate.share / than.tally.rate.share, 1)
        facts["times"] = f"{times:.1f}"
        return (
            _(
                "Where %(best)s, %(bought)s of %(openings)s friends who opened an invitation bought: %(times)s times as "
                "many as where %(than)s (%(other_bought)s of %(other_openings)s)."
            )
            % facts
        )

    def _counted(self, prefix: str, tally: Tally) -> dict[str, str]:
        counts = {f"{prefix}bought": tally.bought, f"{prefix}openings": tally.openings}
        return {name: number(count, self.language) for name, count in counts.items()}

    def _cost(self, best: Tally, than: Tally) -> str:
        if best.cost_each_minor is None or than.cost_each_minor is None:
            return ""
        facts = {"cost": self.money(best.cost_each_minor), "other": self.money(than.cost_each_minor)}
        if facts["cost"] == facts["other"]:
            return _("A new customer cost %(cost)s either way.") % facts
        return _("A new customer cost %(cost)s instead of %(other)s.") % facts

    def _left(self, best: Tally, than: Tally) -> str:
        facts = {"left": self._each(best), "other": self._each(than)}
        return _("After refunds and rewards, each opened invitation left %(left)s instead of %(other)s.") % facts

    def _each(self, tally: Tally) -> str:
        return self.money(round((tally.kept_minor - tally.cost_minor) / tally.openings))

    def _minimums(self, best: Tried, than: Tried) -> str:
        """Warn where the order that was asked for differed too."""
        if best.minimums == than.minimums:
            return ""
        facts = {"best": self._amounts(best.minimums), "than": self._amounts(than.minimums)}
        return _("The order it took differed too: %(best)s against %(than)s. That may be part of it.") % facts

    def _amounts(self, amounts: frozenset[int]) -> str:
        return pgettext("joins amounts", ", ").join(money(each, self.currency, self.language) for each in sorted(amounts))

    def money(self, minor: int) -> str:
        """Write what customers paid or got, where the reader may see it."""
        return paid(minor, self.currency, self.language)
