"""Words and marks of deals."""

from datetime import date, datetime, timedelta

import babel.dates
from django import template
from django.utils import timezone
from django.utils.translation import gettext

from crm.models import Deal, LossReason
from crm.rules.deals import ageing, days_between
from dashboard.templatetags.dashboard import _here, _local, _skeleton, _time_tag, in_language, money
from tenancy import door

register = template.Library()


@register.filter
def lasting(seconds: int | None) -> str:
    """90000|lasting -> 1 day"""
    if seconds is None:
        return ""
    unit = "day" if seconds >= 86_400 else "hour" if seconds >= 3_600 else "minute"
    span = timedelta(seconds=max(seconds, 60))
    return babel.dates.format_timedelta(span, granularity=unit, threshold=100_000, locale=_here())


@register.filter
def short_day(day: date | datetime):
    """20 Nov, with the year when it is another one."""
    return _time_tag(day, _skeleton(_local(day), False))


@register.filter
def days_long(days: int) -> str:
    return babel.dates.format_timedelta(timedelta(days=days), granularity="day", threshold=100_000, locale=_here())


@register.filter
def reason_words(reason: LossReason | None) -> str:
    """Price: above their budget"""
    if reason is None:
        return ""
    name = in_language(reason.name)
    return f"{in_language(reason.parent.name)} · {name}" if reason.parent else name


@register.filter
def sums(pairs) -> str:
    """(("GBP", 1200), ("EUR", 300))|sums -> £12.00 · €3.00"""
    return " · ".join(money(minor, currency) for currency, minor in pairs)


def dress(deal: Deal) -> Deal:
    """Add what a card shows: days in the stage, how it keeps, whether a next step is missing or late."""
    now, today = door.moment(), timezone.localdate(door.moment())
    deal.days = days_between(deal.stage_since, now)
    is_open = deal.state == Deal.State.OPEN
    deal.age = ageing(deal.days, deal.stage.ageing_days) if is_open else "fresh"
    deal.is_step_missing = is_open and not deal.next_step
    deal.is_step_late = bool(is_open and deal.next_step_on and deal.next_step_on < today)
    deal.is_close_late = bool(is_open and deal.expected_close and deal.expected_close < today)
    deal.age_words = {
        "rotten": gettext("Too long in this stage"), "ageing": gettext("Soon too long in this stage"), "fresh": "",
    }[deal.age]  # fmt: skip
    return deal
