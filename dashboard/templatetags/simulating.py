"""What pages about simulations show."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from dashboard.templatetags import dashboard
from referrals.simulation_words import role_name
from rewards.models import Reward

register = template.Library()
register.filter("plain_day", lambda moment: dashboard.plain_day(_moment(moment)))
register.filter("iso_day", dashboard.plain_short_day)
register.filter("side", role_name)


def _moment(told: datetime | str) -> datetime:
    return datetime.fromisoformat(told) if isinstance(told, str) else told


@register.filter
def told_day(text: str) -> str:
    """Show the day of a moment that a result holds as text."""
    return dashboard.plain_short_day(date.isoformat(_moment(text).date()))


@register.filter
def reward_kind(code: str) -> str:
    return str(_("Choice")) if code == "choice" else str(dict(Reward.Kind.choices).get(code, code))


@register.filter
def reward_amount(line: Mapping[str, Any], currency: str) -> str:
    """Say how much of it: 1,200 points, £12.00, 3."""
    if line["kind"] in ("cash", "choice"):
        return dashboard.money(line["amount"], line["unit"] or currency)
    return dashboard.points(line["amount"]) if line["kind"] == "points" else dashboard.number(line["amount"])
