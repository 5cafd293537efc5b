"""Milestones, schemes and conditions in the sentences of the terms."""

from collections.abc import Iterator
from functools import reduce

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from crm.models import DealStage, Pipeline
from referrals.condition_words import say_tree
from referrals.names import Names
from referrals.reward_words import say_line
from referrals.rules.milestones import Milestone
from referrals.rules.reward_lines import RewardLine
from referrals.rules.terms import Terms
from referrals.wording import money, number
from tenancy import door


def say_further(terms: Terms, names: Names, language: str) -> Iterator[str]:
    """Say a sentence for each scheme and each milestone, in the language that is active."""
    for scheme in terms.schemes:
        facts = {"condition": say_tree(scheme.when, language), "rewards": say_rewards(scheme.rewards, names, language)}
        yield _("Instead, where this holds (%(condition)s): %(rewards)s.") % facts
    for milestone in terms.milestones:
        yield _milestone(milestone, terms, names, language)


def say_rewards(lines: tuple[RewardLine, ...], names: Names, language: str) -> str:
    """Say who gets what."""
    patterns = (
        ("referrer", _("the referrer gets %(what)s")),
        ("referee", _("the friend gets %(what)s")),
        ("salesperson", _("the friend's salesperson gets %(what)s")),
        ("second_level", _("whoever brought the referrer gets %(what)s")),
    )
    sides = []
    for role, pattern in patterns:
        what = [say_line(line, names, language) for line in lines if line.to == role]
        if what:
            sides.append(pattern % {"what": pgettext("joins what one person gets", " and ").join(what)})
    return pgettext("joins what both sides get", ", and ").join(sides)


def say_conditions(terms: Terms, language: str) -> str:
    """Say what else has to hold of an order; empty where nothing has to."""
    return _("Only where this holds: %(condition)s.") % {"condition": say_tree(terms.conditions, language)} if (
        terms.conditions
    ) else ""  # fmt: skip


def _milestone(milestone: Milestone, terms: Terms, names: Names, language: str) -> str:
    days = (milestone.hold or terms.hold).days
    facts = {
        "condition": say_event(milestone, language), "rewards": say_rewards(milestone.rewards, names, language),
        "days": ngettext("%(count)s day", "%(count)s days", days) % {"count": number(days, language)},
    }  # fmt: skip
    if days:
        told = _("When %(condition)s, %(rewards)s, to be used after %(days)s.") % facts
    else:
        told = _("When %(condition)s, %(rewards)s.") % facts
    return _followed_by(told, _further(milestone, language))


def _further(milestone: Milestone, language: str) -> str:
    """Say what else a milestone asks for."""
    told = []
    if milestone.pipeline:
        told.append(_("Only in the sales process “%(name)s”.") % {"name": _named(Pipeline, milestone.pipeline, language)})
    if milestone.within:
        days = milestone.within.days
        text = ngettext("At most %(count)s day after the sign-up.", "At most %(count)s days after the sign-up.", days)
        told.append(text % {"count": number(days, language)})
    if milestone.conditions:
        told.append(_("Only where this holds: %(condition)s.") % {"condition": say_tree(milestone.conditions, language)})
    return reduce(_followed_by, told) if told else ""


def _followed_by(first: str, second: str = "") -> str:
    return pgettext("two sentences", "%(first)s %(second)s") % {"first": first, "second": second} if second else first


def say_event(milestone: Milestone, language: str) -> str:
    """Say what reaches a milestone, as the second half of "When …"."""
    facts = dict.fromkeys(("minimum", "count", "amount", "score", "after", "within", "stage"), "")
    facts |= _figures(milestone, language)
    has_minimum = bool(milestone.minimum.minor)
    match milestone.trigger:
        case "confirmed":
            return _("a friend signs up")
        case "first_paid_order":
            if has_minimum:
                return _("a friend's first order of %(minimum)s or more is paid") % facts
            return _("a friend's first order is paid")
        case "paid_order":
            if has_minimum:
                return _("an order of a friend of %(minimum)s or more is paid") % facts
            return _("an order of a friend is paid")
        case "nth_order":
            if has_minimum:
                return _("a friend's order number %(count)s, of %(minimum)s or more, is paid") % facts
            return _("a friend's order number %(count)s is paid") % facts
        case "amount_reached":
            return _("a friend's orders come to %(amount)s together") % facts
        case "deal_stage":
            return _("a friend's deal comes to the stage “%(stage)s”") % facts
        case "deal_won":
            if has_minimum:
                return _("a friend's deal of %(minimum)s or more is won") % facts
            return _("a friend's deal is won")
        case "money_received":
            if has_minimum:
                return _("money comes for a friend's deal that was won, from %(minimum)s on, in proportion to it") % facts
            return _("money comes for a friend's deal that was won, in proportion to it")
        case "nth_referral":
            if milestone.repeats:
                return _("another %(count)s friends of a referrer have bought") % facts
            return _("%(count)s friends of a referrer have bought") % facts
        case "satisfaction":
            return _("a friend gives a score of %(score)s or more in a survey") % facts
    return (
        _("a friend is still buying %(after)s days after the first purchase, the last time within %(within)s days") % facts
    )


def _figures(milestone: Milestone, language: str) -> dict[str, str]:
    told = {"minimum": money(milestone.minimum.minor, milestone.minimum.currency, language)}
    if milestone.count:
        told["count"] = number(milestone.count.count, language)
    if milestone.amount:
        told["amount"] = money(milestone.amount.minor, milestone.amount.currency, language)
    if milestone.score:
        told["score"] = number(milestone.score.score, language)
    if milestone.after and milestone.bought_within:
        told |= {"after": number(milestone.after.days, language), "within": number(milestone.bought_within.days, language)}
    if milestone.stage:
        told["stage"] = _stage(milestone.stage, language)
    return told


def _stage(stage_id: str, language: str) -> str:
    """Name a stage as the organisation calls it; one that is gone has no name any more."""
    return _named(DealStage, stage_id, language)


def _named(model: type, id: str, language: str) -> str:
    if not door.inside():
        return "…"
    name = model.objects.filter(id=id).values_list("name", flat=True).first() or {}
    return name.get(language) or next(iter(name.values()), "") or "…"
