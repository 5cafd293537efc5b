"""What a campaign gives, in the words of a sentence: "200 points", "a gift (handmade mug)"."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from referrals.names import Names
from referrals.rules.quantities import Count, MinorAmount, Points
from referrals.rules.reward_lines import CashBrackets, CashSteps, PointsBrackets, PointsSteps, Stepped
from referrals.rules.terms import (
    BadgeGift,
    CashFixed,
    CashPercent,
    Choice,
    CouponGift,
    EventInvitation,
    Gift,
    PointsFixed,
    PointsRate,
    ProductTrial,
    RewardLine,
    ServiceUpgrade,
    TierUpgrade,
)
from referrals.wording import money, number, paid
from rewards.models import CouponKind


def say_line(line: RewardLine, names: Names, language: str) -> str:
    """Say what a line gives, in the language that is active."""
    match line:
        case Choice(_to, options):
            said = pgettext("joins what one chooses from", " or ").join(say_line(each, names, language) for each in options)
            return _("a choice of %(options)s") % {"options": said}
        case PointsFixed(_to, amount):
            return say_points(amount.points, language)
        case PointsRate(_to, rate, per):
            facts = {"points": say_points(rate.points, language), "amount": money(per.minor, per.currency, language)}
            return _("%(points)s for every %(amount)s spent") % facts
        case CashFixed(_to, amount):
            return _("%(amount)s in cash") % {"amount": money(amount.minor, amount.currency, language)}
        case CashPercent(_to, percent, cap):
            facts = {"percent": number(percent.percent, language), "cap": money(cap.minor, cap.currency, language)}
            return _("a cash reward of %(percent)s%% of the amount paid, at most %(cap)s") % facts
        case PointsSteps() | CashSteps() | PointsBrackets() | CashBrackets():
            return _steps(line, language)
        case CouponGift(_to, code):
            return say_coupon(names.coupons.get(code), language)
        case Gift():
            return say_pieces("gift", line.pieces.count, line.title.json()[language], {}, language)
        case ServiceUpgrade():
            return say_pieces("service_upgrade", 1, line.title.json()[language], {}, language)
        case TierUpgrade(_to, tier, days):
            return say_pieces("tier_upgrade", 1, names.of("tier", tier, language), {"days": days.days}, language)
        case BadgeGift(_to, badge):
            return say_pieces("badge", 1, names.of("badge", badge, language), {}, language)
        case EventInvitation():
            return say_pieces("event", 1, line.title.json()[language], {}, language)
        case ProductTrial():
            return say_pieces("trial", 1, line.title.json()[language], {"days": line.days.days}, language)


def _steps(line: Stepped, language: str) -> str:
    """Say what is given from which friend, or from which amount, on."""
    told = []
    for step in line.steps:
        amount = step.amount
        what = _points_or_cash(amount, language)
        if isinstance(step.start, Count):
            told.append(_("%(what)s from friend number %(count)s on")
                        % {"what": what, "count": number(step.start.count, language)})  # fmt: skip
        else:
            facts = {"what": what, "amount": money(step.start.minor, step.start.currency, language)}
            told.append(_("%(what)s from %(amount)s on") % facts)
    return pgettext("joins steps", ", ").join(told)


def _points_or_cash(amount: Points | MinorAmount, language: str) -> str:
    if isinstance(amount, Points):
        return say_points(amount.points, language)
    return _("%(amount)s in cash") % {"amount": money(amount.minor, amount.currency, language)}


def say_pieces(kind: str, pieces: int, title: str, details: Mapping[str, Any], language: str) -> str:
    """Say what is given in kind."""
    days = details.get("days", 0)
    facts = {"title": title, "count": number(pieces, language), "days": number(days, language)}
    if kind == "gift":
        return ngettext("a gift (%(title)s)", "%(count)s gifts (%(title)s)", pieces) % facts
    if kind == "service_upgrade":
        return _("an upgrade (%(title)s)") % facts
    if kind == "tier_upgrade":
        return ngettext("the tier %(title)s for %(days)s day", "the tier %(title)s for %(days)s days", days) % facts
    if kind == "badge":
        return _("the badge “%(title)s”") % facts
    if kind == "event":
        return _("an invitation to “%(title)s”") % facts
    return ngettext("a trial of %(title)s for %(days)s day", "a trial of %(title)s for %(days)s days", days) % facts


def say_points(points: int, language: str) -> str:
    return ngettext("%(count)s point", "%(count)s points", points) % {"count": number(points, language)}


def say_coupon(kind: CouponKind | None, language: str) -> str:
    if kind is None:
        return _("a coupon")
    if kind.effect == CouponKind.Effect.VALUE:
        return _("a coupon worth %(value)s") % {"value": money(kind.value_minor, kind.currency, language)}
    if kind.effect == CouponKind.Effect.PERCENT:
        return _("a coupon for %(percent)s%% off") % {"percent": number(kind.percent.normalize(), language)}
    return _("the coupon “%(name)s”") % {"name": kind.name.get(language) or kind.code}


def say_effect(effect: Mapping[str, Any], amount: int, coupons: Mapping[str, CouponKind], language: str) -> str:
    """Say `amount` of what a decision gave or took."""
    if effect["kind"] == "points":
        return say_points(amount, language)
    if effect["kind"] == "cash":
        return paid(amount, effect["unit"], language)
    if effect["unit"] == "PIECE":
        title = effect.get("title", {}).get(language, "")
        return say_pieces(effect["kind"], amount, title, effect.get("details", {}), language)
    return say_coupon(coupons.get(effect.get("coupon", "")), language)
