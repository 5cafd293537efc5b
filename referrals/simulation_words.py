"""What a simulation found, and what golden cases are about, in plain words."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from referrals.wording import paid

# Why an order earns nothing: checks in few words, as a heading of a list.
CHECKS = {
    "minimum_reached": _("too little was paid or kept"),
    "first_order": _("not the friend's first order"),
    "currency_covered": _("in another currency"),
    "order_paid": _("not paid, or cancelled"),
    "friend_is_new": _("the friend had bought before"),
    "referral_open": _("the referral is closed"),
    "no_fraud": _("confirmed abuse"),
    "click_window": _("signed up too late after the click"),
    "order_window": _("ordered too late after the sign-up"),
    "after_touch": _("ordered before the click"),
    "condition": _("a condition does not hold"),
    "orders_count": _("orders earn nothing by themselves"),
    "budget": _("no money in the budget"),
    "gives_nothing": _("counts, but gives nothing"),
    "milestone_unknown": _("the draft has no such milestone"),
    "milestone_window": _("reached too late"),
}
_LIMIT = _("a limit is used up")
_OTHER = _("not reached")

# Why the ledger may differ from what the rule says.
WHY = {
    "not_judged_yet": _("It has not been judged yet; that takes a moment after it is told."),
    "taken_back_by_hand": _("A person took the reward back, or declined it."),
    "another_option_chosen": _("The person chose another option."),
    "budget_changed": _("The budget was changed, or used by others, in between."),
    "limit_in_other_order": _("It became known in another order than limits are counted in here."),
    "terms_changed": _("Later terms turned out better for this friend."),
    "no_longer_there": _("What it was given for is not there any more."),
    "other": _("The facts changed after it was decided."),
}

GRADES = {
    "simple": _("Simple: anybody can retell it."),
    "moderate": _("Moderate: staff can explain it."),
    "hard": _("Hard: expect questions."),
}
PARTS = {
    "rewards": _("Rewards, options and steps"),
    "conditions": _("Conditions"),
    "limits": _("Limits"),
    "variants": _("Schemes and milestones (each counts twice)"),
    "refunds": _("Rewards shrink with refunds"),
}

EDGES = {
    "below_minimum": _("Just below the minimum"),
    "at_minimum": _("Just at the minimum"),
    "twice_minimum": _("Twice the minimum"),
    "refunded_below": _("Refunded to below the minimum"),
    "half_refunded": _("Half of it refunded"),
    "second_order": _("The friend's second order"),
    "window_last_day": _("On the last day"),
    "window_day_after": _("A day too late"),
    "counted_30_days_last": _("The last reward of 30 days"),
    "counted_30_days_after": _("One more than 30 days allow"),
    "counted_referrer_last": _("The last reward for a referrer"),
    "counted_referrer_after": _("One more than a referrer may get"),
}


def failed_words(check: str) -> str:
    """Say in few words which check failed."""
    return str(_LIMIT if check.startswith("limit") else CHECKS.get(check, _OTHER))


def why_words(why: str) -> str:
    return str(WHY.get(why, WHY["other"]))


def verdict(result: Mapping[str, Any], *, since: datetime, until: datetime, language: str) -> list[str]:
    """Say the result in sentences: cost, who gets more or less, until when the budget lasts."""
    now, draft, currency = result["now"]["cost_minor"], result["draft"]["cost_minor"], result["currency"]
    days = max(round((until - since) / timedelta(days=1)), 1)
    facts = {"now": paid(now, currency, language), "draft": paid(draft, currency, language), "n": days}
    if now == draft:
        cost = ngettext("This would have cost %(draft)s in the last %(n)d day, exactly what was given.",
                        "This would have cost %(draft)s in the last %(n)d days, exactly what was given.", days)  # fmt: skip
    else:
        cost = ngettext("This would have cost %(draft)s instead of %(now)s in the last %(n)d day.",
                        "This would have cost %(draft)s instead of %(now)s in the last %(n)d days.", days)  # fmt: skip
    return [cost % facts, _referrers(result), *_budget(result, language)]


def _referrers(result: Mapping[str, Any]) -> str:
    more, less = result["winners_total"], result["losers_total"]
    if not more and not less:
        return gettext("No referrer gets more or less.")
    told = []
    if more:
        told.append(ngettext("%(n)d referrer gets more.", "%(n)d referrers get more.", more) % {"n": more})
    if less:
        told.append(ngettext("%(n)d referrer gets less.", "%(n)d referrers get less.", less) % {"n": less})
    return " ".join(told)


def _budget(result: Mapping[str, Any], language: str):
    if "budget" not in result:
        return
    last = result["budget"]["draft"]
    if result["budget"]["left_minor"] <= 0:
        yield gettext("Nothing is left of the budget.")
    elif last is None:
        yield gettext("At this pace the budget would last for more than ten years.")
    else:
        yield gettext("At this pace the budget would last until %(day)s.") % {
            "day": _day(date.fromisoformat(last), language)
        }


def _day(day: date, language: str) -> str:
    if language.startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day:%B %Y}"


_ROLES = {
    "referrer": _("Referrer"),
    "referee": _("Friend"),
    "salesperson": _("Salesperson"),
    "second_level": _("Who brought the referrer"),
}


def role_name(role: str) -> str:
    return str(_ROLES.get(role, role))
