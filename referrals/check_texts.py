"""The checks of a decision in plain words, for staff and for customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.condition_words import say_condition
from referrals.wording import paid


@dataclass(frozen=True)
class Texts:
    """What is said when a check passed and when it failed; customers hear their own wording where there is one."""

    passed: str
    failed: str
    customer_passed: str | None = None
    customer_failed: str | None = None
    step: str = ""  # what can be done, for staff
    customer_step: str = ""
    is_money: bool = False

    def choose(self, passed: bool, audience: str) -> str:
        ours, theirs = (self.passed, self.customer_passed) if passed else (self.failed, self.customer_failed)
        return theirs if audience == "customer" and theirs is not None else ours


def _cost_of(text: str, customer_failed: str) -> Texts:
    """Say of a limit by money how far it is used; customers do not hear what rewards cost."""
    return Texts(text, text, "", customer_failed, is_money=True)


_STATUS = {"placed": _("not paid yet"), "paid": _("paid"), "cancelled": _("cancelled")}
_DEAL = {"open": pgettext_lazy("state of a deal", "open"), "won": pgettext_lazy("state of a deal", "won"),
         "lost": pgettext_lazy("state of a deal", "lost")}  # fmt: skip

TEXTS = {
    "has_customer": Texts(
        _("The order belongs to a customer we know."),
        _("The order names no customer, so nobody can have been referred."),
        step=_("Send the customer along with the next order, and it can count."),
    ),
    "came_by_referral": Texts(
        _("The customer came through a referral."),
        _("The customer did not come through a referral."),
    ),
    "order_paid": Texts(
        _("The order is paid."),
        _("The order is %(actual)s."),
        step=_("It is looked at again as soon as it is paid."),
        customer_step=_("It is looked at again as soon as it is paid."),
    ),
    "currency_covered": Texts(
        _("The order is in %(actual)s, the campaign's currency."),
        _("The order is in %(actual)s; the campaign covers orders in %(expected)s."),
    ),
    "minimum_reached": Texts(
        _("%(actual)s of the order was paid and kept; the minimum is %(expected)s."),
        _("%(actual)s of the order was paid and kept; the minimum is %(expected)s."),
        _("The order reaches the minimum of %(expected)s."),
        _("The order does not reach the minimum of %(expected)s, or it was returned."),
        is_money=True,
    ),
    "first_order": Texts(
        _("It is the friend's first order."),
        _("It is the friend's order number %(actual)s; only the first one counts."),
        customer_failed=_("It is not the friend's first order; only that one counts."),
    ),
    "orders_count": Texts(
        "",
        _("In this campaign orders earn nothing by themselves; its milestones do."),
        customer_failed=_("In this campaign it is not the single order that counts."),
    ),
    "milestone_known": Texts("", _("The terms have no such milestone.")),
    "milestone_currency": Texts(
        _("The money is in %(actual)s, the campaign's currency."),
        _("The money is in %(actual)s; the campaign covers %(expected)s."),
    ),
    "milestone_minimum": Texts(
        _("It comes to %(actual)s; the minimum is %(expected)s."),
        _("It comes to %(actual)s; the minimum is %(expected)s."),
        _("It reaches the minimum of %(expected)s."),
        _("It does not reach the minimum of %(expected)s."),
        is_money=True,
    ),
    "reached_confirmed": Texts(_("The friend signed up."), _("The friend did not sign up.")),
    "reached_first_paid_order": Texts(
        _("It is the friend's first order."), _("It is not the friend's first order any more.")
    ),
    "reached_paid_order": Texts(_("The friend paid an order."), _("Nothing of the order was kept.")),
    "reached_nth_order": Texts(
        _("It is the friend's order number %(actual)s."),
        _("It is not the friend's order number %(expected)s any more."),
    ),
    "reached_amount_reached": Texts(
        _("The friend's orders came to %(actual)s; the goal is %(expected)s."),
        _("The friend's orders do not come to %(expected)s any more."),
        _("The friend's orders reached %(expected)s together."),
        _("The friend's orders do not reach %(expected)s together."),
        is_money=True,
    ),
    "reached_deal_stage": Texts(
        _("The friend's deal came to the stage that counts."),
        _("The friend's deal has not come to the stage that counts, or was lost."),
        _("Your friend's purchase has come as far as it has to."),
        _("Your friend's purchase has not come as far as it has to."),
        step=_("It is looked at again as soon as the deal moves."),
        customer_step=_("It is looked at again as soon as something moves."),
    ),
    "reached_deal_won": Texts(
        _("The friend's deal is won."),
        _("The friend's deal is %(actual)s; it counts once it is won."),
        _("Your friend's contract is signed."),
        _("Your friend's contract is not signed."),
        step=_("It is looked at again as soon as the deal moves."),
        customer_step=_("It is looked at again as soon as something moves."),
    ),
    "reached_money_received": Texts(
        _("Money came for a deal that is won."),
        _("The money does not count: it was given back, or the deal is not won."),
        _("Your friend paid."),
        _("The payment does not count: it was given back, or the contract is not signed."),
        step=_("It is looked at again as soon as the deal moves or money comes."),
        customer_step=_("It is looked at again as soon as something moves."),
    ),
    "reached_nth_referral": Texts(
        _("It is the referrer's friend number %(actual)s who bought; every %(expected)s count."),
        _("The friend is not number %(expected)s among those who bought any more."),
        _("That many of the friends have bought: %(actual)s."),
        _("Not enough friends have bought: %(expected)s are asked for."),
    ),
    "reached_satisfaction": Texts(
        _("The friend's score is %(actual)s; at least %(expected)s counts."),
        _("The friend's score is %(actual)s; at least %(expected)s counts."),
        _("Your friend is satisfied."),
        _("Your friend's answer does not count."),
    ),
    "reached_still_active": Texts(
        _("The friend last bought %(actual)s days before the day it is asked about; up to %(expected)s count."),
        _("The friend bought nothing within the last %(expected)s days."),
        _("Your friend is still buying."),
        _("Your friend has not bought lately."),
    ),
    "reached_after_touch": Texts(
        _("It happened after the friend followed the link."),
        _("It happened before the friend followed the link."),
    ),
    "milestone_window": Texts(
        _("Days from signing up: %(actual)s. Up to %(expected)s are allowed."),
        _("Days from signing up: %(actual)s. Up to %(expected)s are allowed."),
        _("It happened within %(expected)s days of the sign-up."),
        _("It happened too long after the sign-up. Days allowed: %(expected)s."),
    ),
    "condition": Texts(
        _("As asked for: %(expected)s. Found: %(actual)s."),
        _("Asked for: %(expected)s. Found: %(actual)s."),
        "",
        _("It does not meet the conditions of the campaign."),
    ),
    "scheme": Texts(_("Rewarded by the scheme “%(actual)s”."), _("No scheme fits, so the usual rewards apply."), "", ""),
    "no_salesperson": Texts(
        _("Nobody is the friend's salesperson with a customer record of their own, so nothing is given for that."), "", ""
    ),
    "no_second_level": Texts(_("Nobody brought the referrer, so nothing is given for the second level."), "", ""),
    "friend_is_new": Texts(
        _("The friend had not bought before."),
        _("The friend had bought before the invitation."),
    ),
    "referral_open": Texts(_("The referral is open."), _("The referral had been closed.")),
    "no_fraud": Texts(
        _("No abuse was found."),
        _("The review found abuse."),
        "",
        _("The referral does not meet the terms of the campaign."),
        customer_step=_("If you think this is wrong, please write to us."),
    ),
    "click_window": Texts(
        _("Days from following the link to signing up: %(actual)s. Up to %(expected)s are allowed."),
        _("Days from following the link to signing up: %(actual)s. Up to %(expected)s are allowed."),
    ),
    "after_touch": Texts(
        _("The order was paid after the friend followed the link."),
        _("The order was paid before the friend followed the link."),
    ),
    "order_window": Texts(
        _("Days from signing up to paying: %(actual)s. Up to %(expected)s are allowed."),
        _("Days from signing up to paying: %(actual)s. Up to %(expected)s are allowed."),
        _("The order was paid within %(expected)s days of the sign-up."),
        _("The order was paid too long after the sign-up. Days allowed: %(expected)s."),
    ),
    "limit_30_days": Texts(
        _("It is the referrer's reward number %(actual)s within 30 days; at most %(expected)s are given."),
        _("It would be the referrer's reward number %(actual)s within 30 days; at most %(expected)s are given."),
        step=_("Orders of other friends can earn again once 30 days have passed."),
        customer_step=_("Orders of other friends can earn again once 30 days have passed."),
    ),
    "limit_referrer": Texts(
        _("It is the referrer's reward number %(actual)s in this campaign; at most %(expected)s are given."),
        _("It would be the referrer's reward number %(actual)s in this campaign; at most %(expected)s are given."),
    ),
    "limit_campaign": Texts(
        _("It is reward number %(actual)s of the campaign; at most %(expected)s are given."),
        _("It would be reward number %(actual)s of the campaign; at most %(expected)s are given."),
        "",
        _("The campaign has given all its rewards."),
    ),
    "limit_day": Texts(
        _("It is the referrer's reward number %(actual)s on this day; at most %(expected)s are given."),
        _("It would be the referrer's reward number %(actual)s on this day; at most %(expected)s are given."),
    ),
    "limit_campaign_day": Texts(
        _("It is the campaign's reward number %(actual)s on this day; at most %(expected)s are given."),
        _("It would be the campaign's reward number %(actual)s on this day; at most %(expected)s are given."),
        "",
        _("The campaign had given all its rewards of that day."),
    ),
    "limit_campaign_30_days": Texts(
        _("It is the campaign's reward number %(actual)s within 30 days; at most %(expected)s are given."),
        _("It would be the campaign's reward number %(actual)s within 30 days; at most %(expected)s are given."),
        "",
        _("The campaign had given all its rewards of these 30 days."),
    ),
    "limit_day_cost": _cost_of(
        _("With it, what the referrer got on this day costs %(actual)s; at most %(expected)s is given."),
        _("You have got all that is given for one day."),
    ),
    "limit_30_days_cost": _cost_of(
        _("With it, what the referrer got within 30 days costs %(actual)s; at most %(expected)s is given."),
        _("You have got all that is given for 30 days."),
    ),
    "limit_referrer_cost": _cost_of(
        _("With it, what the referrer got in this campaign costs %(actual)s; at most %(expected)s is given."),
        _("You have got all that this campaign gives to one person."),
    ),
    "limit_campaign_day_cost": _cost_of(
        _("With it, what the campaign gave on this day costs %(actual)s; at most %(expected)s is given."),
        _("The campaign had given all its rewards of that day."),
    ),
    "limit_campaign_30_days_cost": _cost_of(
        _("With it, what the campaign gave within 30 days costs %(actual)s; at most %(expected)s is given."),
        _("The campaign had given all its rewards of these 30 days."),
    ),
    "limit_campaign_cost": _cost_of(
        _("With it, what the campaign gave costs %(actual)s in all; at most %(expected)s is given."),
        _("The campaign has given all its rewards."),
    ),
    "budget": Texts(
        _("The budget covers the reward."),
        _("The reward costs %(expected)s, but only %(actual)s is left in the budget."),
        "",
        _("The campaign has given all its rewards."),
        step=_("Raise the campaign's budget, then have the order judged again."),
        is_money=True,
    ),
    "budget_kept": Texts(
        _("Only %(actual)s was left in the budget, but the reward was promised while there was room: it is kept."),
        "",
        "",
        is_money=True,
    ),
    "budget_lowered": Texts(
        _("The reward costs %(expected)s; the budget gives what was left of it: %(actual)s."),
        "",
        _("The campaign's rewards are nearly used up: it gives what was left."),
        is_money=True,
    ),
    "budget_waits": Texts(
        _("The reward costs %(expected)s, but only %(actual)s was left in the budget: it waits until there is room."),
        "",
        _("The campaign's rewards are used up for now: the reward waits its turn."),
        step=_("Raise the campaign's budget: what waits longest goes on first."),
        customer_step=_("It goes on by itself as soon as its turn comes."),
        is_money=True,
    ),
    "budget_approval": Texts(
        _("The reward costs %(expected)s, but only %(actual)s was left in the budget: it needs approval to go over."),
        "",
        _("We look at the reward before we release it."),
        is_money=True,
    ),
}


def say(check: Mapping[str, Any], *, currency: str, language: str, audience: str) -> str:
    """Put a check into words, in the language that is active; empty where this reader is told nothing."""
    texts = TEXTS[check["check"]]
    is_positive = check["passed"] and not (check["check"] == "scheme" and not check["actual"])
    chosen = texts.choose(is_positive, audience)
    return str(chosen) % _facts(check, texts, currency, language) if chosen else ""


def _facts(check: Mapping[str, Any], texts: Texts, currency: str, language: str) -> dict[str, str]:
    values = {"expected": check["expected"], "actual": check["actual"]}
    if texts.is_money:
        return {name: paid(value, currency, language) for name, value in values.items()}
    if check["check"] == "condition":
        return say_condition(values["expected"], values["actual"], language)
    if check["check"] == "reached_deal_won":
        return {name: str(_DEAL.get(value, value)) for name, value in values.items()}
    if check["check"] == "order_paid":
        return {name: str(_STATUS[value]) for name, value in values.items()}
    return {name: str(value) for name, value in values.items()}


def advise(check: Mapping[str, Any], audience: str) -> str:
    """Say what can be done about a check that failed."""
    if check["check"] == "order_paid" and check["actual"] == "cancelled":
        return ""
    texts = TEXTS[check["check"]]
    step = texts.customer_step if audience == "customer" else texts.step
    return str(step)
