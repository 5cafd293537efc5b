"""Who is left out of a promotion and what came of it, in plain words."""

from collections.abc import Mapping

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from referrals.models import Way
from referrals.operations.promotions import TextCost
from referrals.queries.promotions import Outcome, WayOutcome

WHY = {
    "no_address": _("have no e-mail address"),
    "no_consent": _("have not agreed to offers by e-mail"),
    "no_phone": _("have no phone number"),
    "no_contact": _("have neither an e-mail address nor a phone number"),
    "country": _("have a phone number of a country to which no texts go"),
    "no_gateway": _("could get a text only, and no account for text messages is set up"),
    "no_text_consent": _("have not agreed to offers by text"),
    "no_way_agreed": _("have not agreed to offers in a way that reaches them"),
    "no_template": _("would get a text whose code the vendor was not told"),
    "no_wechat": _("have not connected their WeChat, or do not follow any more"),
    "no_wechat_consent": _("follow, and have not agreed to offers in WeChat"),
    "month_used_up": _("were written to in WeChat four times this month, and WeChat allows no more"),
    "source": _("are enrolled as colleagues, partners or communities"),
    "suspected": _("have a referral that is being checked, or that was abuse"),
    "withdrawn": _("have a link that was withdrawn"),
    "open_case": _("have a request that is still open"),
    "said_no": _("said no when they were asked"),
    "told_lately": _("were told of a campaign a short while ago"),
    "asked_lately": _("were asked a short while ago"),
    "asked_often": _("were asked often enough in the last three months"),
    "gone": _("are no customers of ours any more"),
    "not_in_target": _("are no longer in the target group"),
    "refused": _("may not refer in this campaign"),
    "no_channel": _("have an address that takes no e-mail"),
    "switched_off": _("have switched such messages off"),
}


def why_words(left_out: Mapping[str, int]) -> list[tuple[int, str]]:
    """Give how many were left out for what, the most first."""
    return [
        (n, str(WHY.get(reason, reason)))
        for reason, n in sorted(left_out.items(), key=lambda each: (-each[1], each[0]))
        if n
    ]


def cost_words(cost: TextCost | None) -> str:
    """Say what texts cost, and how long they take; empty where none are sent."""
    if cost is None or not cost.people:
        return ""
    first = ngettext("%(n)s text, paid as %(paid)s.", "%(n)s texts, paid as %(paid)s.", cost.people)
    told = {"n": f"{cost.people:,}", "paid": f"{cost.paid:,}", "most": f"{cost.most_a_day:,}", "days": cost.days}
    if cost.days == 1:
        return first % told
    rest = gettext("At most %(most)s go a day, today %(room)s more, so it takes %(days)s days.")
    return f"{first % told} {rest % (told | {'room': f'{cost.room_today:,}'})}"


def by_way(came: Outcome) -> list[tuple[str, WayOutcome]]:
    """Give what came of each way; nothing where all were told by e-mail."""
    if set(came.ways) <= {Way.EMAIL}:
        return []
    return [(str(Way(way).label), figures) for way, figures in came.ways.items()]


def sentence(told: int, opened: int, friends: int, buyers: int) -> str:
    """Say what came of a promotion."""
    if not told:
        return gettext("Nobody was told yet.")
    first = ngettext("%(n)s customer was told.", "%(n)s customers were told.", told) % {"n": f"{told:,}"}
    if not opened and not friends:
        return gettext("%(first)s None of their links was opened so far.") % {"first": first}
    links = ngettext("The link of %(n)s of them was opened,", "The links of %(n)s of them were opened,", opened)
    came = ngettext("%(n)s friend signed up,", "%(n)s friends signed up,", friends)
    bought = ngettext("and %(n)s has bought.", "and %(n)s have bought.", buyers)
    return gettext("%(first)s %(links)s %(came)s %(bought)s") % {
        "first": first, "links": links % {"n": f"{opened:,}"}, "came": came % {"n": f"{friends:,}"},
        "bought": bought % {"n": f"{buyers:,}"},
    }  # fmt: skip
