"""What a reminder does, to whom, and why somebody was not written to, in plain words."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from referrals.models import AskRules, Reminder, Ways
from referrals.promotion_words import WHY as _WHY
from referrals.rules.promotions import IN_WECHAT

_WHAT = {
    Ways.EMAIL: _("an e-mail"), Ways.SMS: _("a text"),
    Ways.EMAIL_OR_SMS: _("an e-mail (or a text, where e-mail does not reach them)"),
}  # fmt: skip
# Of many people: “12 have …”.
WHY = {reason: words for reason, words in _WHY.items() if reason not in IN_WECHAT} | {
    "open_card": _("have a card, so that a colleague asks first"),
    "undone": _("have given back what they bought"),
    "brought": _("have brought somebody meanwhile"),
    "enough": _("were written to as often as you allow"),
    "late": _("had their occasion too long ago"),
    "ended": _("were still waiting when the campaign ended"),
    "paused": _("wait because the campaign is paused"),
    "off": _("wait because the reminder is switched off"),
    "used_up": _("wait because the budget is used up"),
}
# Of one person.
WHY_ONE = {
    "": "", "no_address": _("no e-mail address"), "no_consent": _("has not agreed to offers by e-mail"),
    "no_phone": _("no phone number"), "no_contact": _("neither an e-mail address nor a phone number"),
    "country": _("a phone number of a country to which no texts go"),
    "no_gateway": _("no account for text messages is set up"),
    "no_text_consent": _("has not agreed to offers by text"),
    "no_way_agreed": _("has not agreed to offers in a way that reaches them"),
    "no_template": _("the vendor does not know the text: enter its code"),
    "source": _("is enrolled as a colleague, partner or community"),
    "suspected": _("a referral of theirs is being checked, or they are blocked"),
    "withdrawn": _("their link was withdrawn"), "open_case": _("a request of theirs is still open"),
    "open_card": _("has a card: a colleague asks first"), "said_no": _("said no when they were asked"),
    "told_lately": _("was written to a short while ago"), "asked_lately": _("was asked by a colleague a short while ago"),
    "asked_often": _("was asked often enough in the last three months"), "gone": _("is no customer of ours any more"),
    "not_in_target": _("is not in the target group"), "refused": _("may not refer in this campaign"),
    "no_channel": _("the address takes no e-mail"), "switched_off": _("has switched such messages off"),
    "undone": _("has given back what they bought"), "brought": _("has brought somebody meanwhile"),
    "enough": _("was written to as often as you allow"), "late": _("the occasion was too long ago"),
    "ended": _("the campaign ended first"), "paused": _("the campaign is paused"),
    "off": _("the reminder is switched off"), "used_up": _("the budget is used up"),
}  # fmt: skip


def why_words(reasons: Mapping[str, int]) -> list[tuple[int, str]]:
    """Give how many were held or left out for what, the most first."""
    found = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    return [(n, str(WHY.get(reason, reason))) for reason, n in found if n]


def sentence(reminder: Reminder) -> str:
    """Say what is sent to whom, and when."""
    return f"{_occasion(reminder)} {_times(reminder)}"


def _occasion(reminder: Reminder) -> str:
    kinds, days = Reminder.Kind, reminder.wait_days
    said = {
        kinds.BOUGHT: ngettext(
            "%(n)s day after a purchase that was not given back, the customer gets %(what)s with their own link.",
            "%(n)s days after a purchase that was not given back, the customer gets %(what)s with their own link.", days,
        ),
        kinds.PRAISED: ngettext(
            "%(n)s day after good marks (in a survey, for a solved request, at a visit), the customer gets %(what)s with "
            "their own link.",
            "%(n)s days after good marks (in a survey, for a solved request, at a visit), the customer gets %(what)s with "
            "their own link.", days,
        ),
        kinds.SILENT: ngettext(
            "Customers who took a link and have brought nobody within %(n)s day get %(what)s about it.",
            "Customers who took a link and have brought nobody within %(n)s days get %(what)s about it.", days,
        ),
        kinds.ENDING: ngettext(
            "%(n)s day before the campaign ends, customers whose link was opened without a friend buying get %(what)s.",
            "%(n)s days before the campaign ends, customers whose link was opened without a friend buying get %(what)s.",
            days,
        ),
    }[kinds(reminder.kind)]  # fmt: skip
    return said % {"n": days, "what": _WHAT[Ways(reminder.ways)]}


def _times(reminder: Reminder) -> str:
    times = 1 if reminder.kind == Reminder.Kind.ENDING else reminder.most
    return ngettext("Each at most once.", "Each at most %(n)s times.", times) % {"n": times}


def guard_sentence(rules: AskRules) -> str:
    """Say what holds for all of them."""
    return ngettext(
        "Only customers who may refer here and agreed to offers this way are written to, never between 21:00 and 8:00, and "
        "nobody who was asked or written to in the last %(n)s day in whatever way.",
        "Only customers who may refer here and agreed to offers this way are written to, never between 21:00 and 8:00, and "
        "nobody who was asked or written to in the last %(n)s days in whatever way.",
        rules.quiet_days,
    ) % {"n": rules.quiet_days}
