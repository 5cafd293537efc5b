"""Say in plain words what a campaign promises, and why an order earned or did not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy, pgettext

from referrals import check_texts
from referrals.milestone_words import say_conditions, say_event, say_further, say_rewards
from referrals.models import Decision
from referrals.names import Names, coupons, names_in
from referrals.reward_words import say_effect
from referrals.rules import read_terms
from referrals.rules.terms import ONLY_MILESTONES, Terms
from referrals.templates import LANGUAGES
from referrals.wording import day, money, number
from rewards.models import WaitingReward
from tenancy import door
from tenancy.calendar import own_zone


@dataclass(frozen=True)
class Line:
    """One line of an explanation; `passed` is None where there was nothing to pass."""

    text: str
    passed: bool | None = None

    def __str__(self) -> str:
        return {True: "✓ ", False: "✗ ", None: ""}[self.passed] + self.text


@dataclass(frozen=True)
class Explanation:
    title: str
    lines: list[Line]
    next_step: str = ""
    next_date: datetime | None = None


def sentence(terms: Terms, language: str | None) -> str:
    """Write the terms as one or two sentences a customer understands at once."""
    language = _known(language)
    with translation.override(language):
        names = names_in(terms.all_rewards)
        own = [] if terms.event == ONLY_MILESTONES else [_promise(terms, names, language), say_conditions(terms, language)]
        told = [*own, *say_further(terms, names, language), *_limits(terms, language)]
        return reduce(_followed_by, [text for text in told if text])


def explain(decision: Decision, language: str | None, audience: str = "staff") -> Explanation:
    """Tell why: every check with a mark, what it meant in points and money, what comes next and when.

    To a customer nothing is said about budgets, other people's amounts or signs of abuse.
    """
    language = _known(language)
    with translation.override(language):
        checks = [Line(text, check["passed"]) for check, text in _checks(decision, language, audience) if text]
        effects = [Line(text) for text in _effects(decision, language)]
        step, moment = _next(decision, language, audience)
        return Explanation(_title(decision, language), checks + effects, step, moment)


def explain_all(decision: Decision, audience: str = "staff") -> dict[str, Explanation]:
    """Explain in every language we speak."""
    return {language: explain(decision, language, audience) for language in LANGUAGES}


def _followed_by(first: str, second: str) -> str:
    return pgettext("two sentences", "%(first)s %(second)s") % {"first": first, "second": second}


def _known(language: str | None) -> str:
    return language if language in LANGUAGES else "en"


# --- terms -----------------------------------------------------------------------------------------


def _promise(terms: Terms, names: Names, language: str) -> str:
    rewards = say_rewards(terms.rewards, names, language)
    facts = {"condition": _condition(terms, language), "rewards": rewards, "days": _days(terms.hold.days)}
    if terms.hold.days:
        return _("When %(condition)s and not returned within %(days)s, %(rewards)s.") % facts
    return _("When %(condition)s, %(rewards)s.") % facts


def _condition(terms: Terms, language: str) -> str:
    facts = {"minimum": money(terms.minimum.minor, terms.currency, language)}
    if terms.event == "first_paid_order":
        if terms.minimum.minor:
            return _("a friend's first order of %(minimum)s or more is paid") % facts
        return _("a friend's first order is paid")
    if terms.minimum.minor:
        return _("an order of a friend of %(minimum)s or more is paid") % facts
    return _("an order of a friend is paid")


_LIMITS = {
    "per_referrer_30_days": ngettext_lazy(
        "At most %(count)s reward for one referrer in 30 days.",
        "At most %(count)s rewards for one referrer in 30 days.",
        "n",
    ),
    "per_referrer": ngettext_lazy(
        "At most %(count)s reward for one referrer in all.", "At most %(count)s rewards for one referrer in all.", "n"
    ),
    "per_campaign": ngettext_lazy(
        "At most %(count)s reward in the whole campaign.", "At most %(count)s rewards in the whole campaign.", "n"
    ),
    "per_referrer_day": ngettext_lazy(
        "At most %(count)s reward for one referrer on one day.",
        "At most %(count)s rewards for one referrer on one day.",
        "n",
    ),
    "per_campaign_day": ngettext_lazy(
        "At most %(count)s reward in the campaign on one day.", "At most %(count)s rewards in the campaign on one day.", "n"
    ),
    "per_campaign_30_days": ngettext_lazy(
        "At most %(count)s reward in the campaign in 30 days.", "At most %(count)s rewards in the campaign in 30 days.", "n"
    ),
}
_COSTS = {
    "per_referrer_day_cost": gettext_lazy("Rewards worth at most %(amount)s for one referrer on one day."),
    "per_referrer_30_days_cost": gettext_lazy("Rewards worth at most %(amount)s for one referrer in 30 days."),
    "per_referrer_cost": gettext_lazy("Rewards worth at most %(amount)s for one referrer in all."),
    "per_campaign_day_cost": gettext_lazy("Rewards worth at most %(amount)s in the campaign on one day."),
    "per_campaign_30_days_cost": gettext_lazy("Rewards worth at most %(amount)s in the campaign in 30 days."),
    "per_campaign_cost": gettext_lazy("Rewards worth at most %(amount)s in the whole campaign."),
}


def _limits(terms: Terms, language: str) -> list[str]:
    limits = [(text, getattr(terms.limits, name)) for name, text in _LIMITS.items()]
    counts = [text % {"n": limit.count, "count": number(limit.count, language)} for text, limit in limits if limit]
    costs = [(text, getattr(terms.limits, name)) for name, text in _COSTS.items()]
    return counts + [str(text) % {"amount": money(most.minor, most.currency, language)} for text, most in costs if most]


def _days(days: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


# --- decisions -------------------------------------------------------------------------------------


def _title(decision: Decision, language: str) -> str:
    if decision.milestone:
        return _milestone_title(decision, language)
    return {
        "earned": _("This order earned a reward"),
        "declined": _("This order earned no reward"),
        "reduced": _("The reward for this order was reduced"),
        "withdrawn": _("The reward for this order was taken back"),
    }[decision.outcome]


def _milestone_title(decision: Decision, language: str) -> str:
    milestone = read_terms(decision.rule_version.terms).milestone(decision.milestone)
    title = milestone.title.json()[language] if milestone and milestone.title else ""
    facts = {"what": title or (say_event(milestone, language) if milestone else decision.milestone)}
    return {
        "earned": _("Reached, with a reward: %(what)s"),
        "declined": _("Not reached, or without a reward: %(what)s"),
        "reduced": _("Reward reduced: %(what)s"),
        "withdrawn": _("Reward taken back: %(what)s"),
    }[decision.outcome] % facts


def _checks(decision: Decision, language: str, audience: str) -> Iterable[tuple[dict[str, Any], str]]:
    currency = _currency(decision)
    for check in decision.checks:
        yield check, check_texts.say(check, currency=currency, language=language, audience=audience)


def _currency(decision: Decision) -> str:
    """Name the currency the checks speak of: that of the terms, without terms that of the order."""
    if decision.rule_version_id:
        return read_terms(decision.rule_version.terms).currency
    return decision.facts["order"]["currency"]


_ROLES = {
    "referrer": gettext_lazy("The referrer"),
    "referee": gettext_lazy("The friend"),
    "salesperson": gettext_lazy("The friend's salesperson"),
    "second_level": gettext_lazy("Whoever brought the referrer"),
}


def _effects(decision: Decision, language: str) -> Iterable[str]:
    kinds = coupons(effect["coupon"] for effect in decision.effects if effect.get("coupon"))
    for effect in decision.effects:
        facts = {
            "who": str(_ROLES.get(effect["role"], effect["role"])),
            "what": say_effect(effect, effect["amount"], kinds, language),
        }
        if "again" in effect:
            facts["again"] = say_effect(effect, effect["again"], kinds, language)
            yield _("%(who)s gets %(again)s again.") % facts
            continue
        if "taken" not in effect:
            yield _("%(who)s gets %(what)s.") % facts
            continue
        facts["taken"] = say_effect(effect, effect["taken"], kinds, language)
        if effect["amount"]:
            yield _("%(who)s keeps %(what)s; %(taken)s went back.") % facts
        else:
            yield _("%(who)s gives back %(taken)s.") % facts


def _waits(decision: Decision) -> bool:
    """Say whether its rewards still wait for money."""
    if not any(check["check"] == "budget_waits" for check in decision.checks):
        return False
    return WaitingReward.objects.filter(id__in=[effect["reward_id"] for effect in decision.effects]).exists()


def _next(decision: Decision, language: str, audience: str) -> tuple[str, datetime | None]:
    if decision.outcome in ("declined", "withdrawn"):
        failed = (check for check in decision.checks if not check["passed"])
        return next((step for check in failed if (step := check_texts.advise(check, audience))), ""), None
    if _waits(decision):
        return check_texts.advise({"check": "budget_waits", "actual": None}, audience), None
    dates = [datetime.fromisoformat(effect["release_at"]) for effect in decision.effects if effect["amount"]]
    if not dates or max(dates) <= door.moment():
        return "", None
    facts = {"date": day(max(dates), language, own_zone().key)}
    if decision.milestone:
        return _("The reward can be used from %(date)s, unless what it is given for falls away before.") % facts, max(dates)
    return _("The reward can be used from %(date)s, unless the order is returned before.") % facts, max(dates)
