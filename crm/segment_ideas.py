"""Segments that most organisations want, to begin with."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Idea:
    """A segment ready to be kept. Name and description are translated where they are shown."""

    key: str
    name: Any
    description: Any
    icon: str
    conditions: dict[str, Any]


def _all(*leaves: dict) -> dict:
    return {"match": "all", "conditions": list(leaves)}


def _leaf(fact: str, op: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {"fact": fact, "op": op, **({} if value is None else {"value": value}), **more}


IDEAS = {
    idea.key: idea
    for idea in [
        Idea("sleeping", _("Sleeping customers"), _("Bought once, and nothing for 90 days: bring them back."), "zzz",
             _all(_leaf("last_order_at", "more_than_days_ago", 90))),
        Idea("birthday", _("Birthday this month"), _("Congratulate them, with a small gift."), "cake",
             _all(_leaf("birth_date", "anniversary_this_month"))),
        Idea("big_spenders", _("Big spenders"), _("The most money within a year: look after them in person."), "diamond",
             _all(_leaf("spent", "at_least", 100_000, within_days=365))),
        Idea("happy_referrers", _("Happy referrers"), _("Their friends bought: thank them, and ask again."),
             "heart-handshake", _all(_leaf("referrals_succeeded", "at_least", 1))),
        Idea("new_this_week", _("New this week"), _("Welcome them while they still remember you."), "sparkles",
             _all(_leaf("created_at", "in_last_days", 7))),
        Idea("no_consent", _("No consent to news"), _("Reachable by e-mail, but never said yes: ask them."), "mail-question",
             _all(_leaf("has_email", "is", True), _leaf("agreed_marketing", "is", False))),
        Idea("repeat_buyers", _("Repeat buyers who do not refer yet"), _("They like you: invite them to bring friends."),
             "repeat", _all(_leaf("order_count", "at_least", 2, within_days=180), _leaf("referrals_made", "is", 0))),
        Idea("never_bought", _("Never bought"), _("Known for a month, without an order: find out what is missing."),
             "shopping-bag-x", _all(_leaf("last_order_at", "is_empty"), _leaf("created_at", "more_than_days_ago", 30))),
        Idea("points_to_spend", _("Points waiting to be spent"), _("Remind them of what they can have for their points."),
             "coins", _all(_leaf("points", "at_least", 500))),
    ]
}  # fmt: skip
