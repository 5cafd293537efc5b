"""Budgets as bars, sentences and charts: what is promised, settled and spent of a limit, and where it is heading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, ngettext

from dashboard.templatetags.dashboard import number, percent, plain_day
from referrals.models import Campaign
from rewards.models import Budget, BudgetDay
from rewards.queries.budget_outlook import Outlook, days_of, fan, outlooks
from rewards.rules.forecast import FanDay
from tenancy.calendar import own_zone, today

SHOWN = timedelta(days=90)  # of the past, in a chart
AHEAD = (14, 60)  # days of the future in a chart, at least and at most
_TIGHT = 0.85


@dataclass(frozen=True)
class Bar:
    """Parts in per cent of what there is, for widths; amounts of the present period, in the budget's currency."""

    budget: Budget
    reserved: float
    committed: float
    spent: float
    reserved_minor: int
    committed_minor: int
    spent_minor: int
    used_minor: int
    available_minor: int
    left_minor: int
    share: float  # used of the limit, above 1 where it is over
    outlook: str = ""

    @property
    def is_tight(self) -> bool:
        return self.share >= _TIGHT


def bar_of(budget: Budget, outlook: Outlook | None = None) -> Bar:
    """Draw a budget; of a monthly one what this month used, the newest first: what is only reserved."""
    used = max(budget.used_minor - budget.earlier_minor, 0)
    reserved = min(budget.reserved_minor, used)
    committed = min(budget.committed_minor, used - reserved)
    parts = reserved, committed, used - reserved - committed
    available = max(used + budget.left_minor - budget.overrun_minor, 0)
    widths = (round(100 * part / max(used, available, 1), 2) for part in parts)
    return Bar(
        budget, *widths, *parts, used_minor=used, available_minor=available, left_minor=budget.left_minor,
        share=round(used / (available or 1), 4), outlook=sentence(budget, outlook) if outlook else "",
    )  # fmt: skip


def bars(budgets: Sequence[Budget]) -> list[Bar]:
    """Draw budgets with what becomes of them, in a handful of statements."""
    found = outlooks(budgets, campaign_ends([budget.id for budget in budgets]))
    return [bar_of(budget, found[budget.id]) for budget in budgets]


def campaign_ends(budget_ids: Sequence[UUID]) -> Mapping[UUID, date]:
    """Name the day after which nobody draws on a budget: the last end of its campaigns, if all of them have one."""
    ends: dict[UUID, list] = {}
    for budget_id, ends_at in Campaign.objects.filter(budget_id__in=budget_ids).values_list("budget_id", "ends_at"):
        ends.setdefault(budget_id, []).append(ends_at)
    return {one: _last_day(max(all_of)) for one, all_of in ends.items() if all(all_of)}


def _last_day(ends_at: datetime) -> date:
    return (ends_at - timedelta(microseconds=1)).astimezone(own_zone()).date()


# --- the sentence -----------------------------------------------------------------------------------


def sentence(budget: Budget, outlook: Outlook) -> str:
    """Say in a sentence when a budget runs out."""
    if outlook.ends_on and outlook.ends_on < today():
        return gettext("It ended on %(day)s.") % {"day": plain_day(outlook.ends_on)}
    if not outlook.left_minor:
        return gettext("It is used up.")
    if outlook.forecast is None:
        return gettext("No forecast yet: nothing was promised in the last four weeks.")
    said = _lasts(outlook) or _runs_out(outlook)
    return f"{said} {_basis(outlook)}"


def _lasts(outlook: Outlook) -> str:
    told = outlook.forecast
    if told.lasts:
        return gettext("It does not run out before its end on %(day)s.") % {"day": plain_day(told.ends_on)}
    if told.ends_on and told.middle and told.before_end < 0.9:
        facts = {"day": plain_day(told.ends_on), "share": percent(told.before_end), "middle": plain_day(told.middle)}
        if told.middle > told.ends_on:
            return gettext("It may run out before its end on %(day)s: the chance is %(share)s.") % facts
        return gettext("It probably runs out before its end on %(day)s, around %(middle)s: the chance is %(share)s.") % facts
    return ""


def _runs_out(outlook: Outlook) -> str:
    told = outlook.forecast
    if told.first is None or told.middle is None:
        return gettext("It lasts for years.")
    facts = {"first": plain_day(told.first), "middle": plain_day(told.middle)}
    if told.last is None:
        return gettext("It runs out after %(first)s, most likely around %(middle)s.") % facts
    facts["last"] = plain_day(told.last)
    if told.first == told.last:
        return gettext("It runs out on %(middle)s.") % facts
    return gettext("It runs out between %(first)s and %(last)s, most likely around %(middle)s.") % facts


def _basis(outlook: Outlook) -> str:
    text = ngettext(
        "Right in four cases of five, if it goes on as on the last day.",
        "Right in four cases of five, if it goes on as in the last %(days)s days.",
        outlook.days,
    )
    return text % {"days": number(outlook.days)}


# --- the chart --------------------------------------------------------------------------------------


def chart_of(budget: Budget, outlook: Outlook) -> dict[str, Any] | None:
    """Draw the figures day by day, the limit, and a fan of what is to come; nothing before there are two days."""
    past = [*days_of(budget.id, since=today() - SHOWN)]
    past = [row for row in past if row.day < today()] + [_now(budget)]
    if len(past) < 2:
        return None
    future = _day_by_day(budget, fan(budget, outlook, days=_days_ahead(outlook)))
    days = [row.day for row in past] + [row.day for row in future]
    none, gone = [None] * len(future), [None] * (len(past) - 1)
    limit = [row.limit_minor for row in past] + [past[-1].limit_minor] * len(future)
    figures = {name: [getattr(row, f"{name}_minor") for row in past] for name in ("spent", "committed", "reserved")}
    used = budget.used_minor
    ahead = {name: [*gone, used, *(round(getattr(row, name)) for row in future)] for name in ("low", "middle", "high")}
    return {
        "labels": [_label(day) for day in days], "unit": "money", "is_open": True, "currency": budget.currency,
        "series": [
            {"name": gettext("Spent"), "role": "spent", "data": figures["spent"] + none},
            {"name": gettext("Committed"), "role": "committed", "data": figures["committed"] + none},
            {"name": gettext("Reserved"), "role": "reserved", "data": figures["reserved"] + none},
            {"name": gettext("Limit"), "role": "limit", "data": limit},
            {"name": gettext("Forecast"), "role": "middle", "data": ahead["middle"]},
            {"name": gettext("Forecast, at least"), "role": "low", "data": ahead["low"]},
            {"name": gettext("Forecast, at most"), "role": "high", "data": ahead["high"]},
        ],
    }  # fmt: skip


def _day_by_day(budget: Budget, stops: Sequence[FanDay]) -> list[FanDay]:
    """Fill in the days between the stops of a fan, in straight lines."""
    used = float(budget.used_minor)
    before, days = FanDay(today(), used, used, used), []
    for stop in stops:
        days += [_between(before, stop, ahead) for ahead in range(1, (stop.day - before.day).days + 1)]
        before = stop
    return days


def _between(first: FanDay, second: FanDay, ahead: int) -> FanDay:
    share, names = ahead / (second.day - first.day).days, ("low", "middle", "high")
    values = (getattr(first, name) * (1 - share) + getattr(second, name) * share for name in names)
    return FanDay(first.day + timedelta(days=ahead), *values)


def _now(budget: Budget) -> BudgetDay:
    return BudgetDay(
        day=today(), limit_minor=budget.limit_minor + budget.earlier_minor, reserved_minor=budget.reserved_minor,
        committed_minor=budget.committed_minor, spent_minor=budget.spent_minor, promised_minor=0,
    )  # fmt: skip


def _days_ahead(outlook: Outlook) -> int:
    """Look as far as the late end of the forecast, within bounds."""
    least, most = AHEAD
    if outlook.forecast is None:
        return 0
    last = outlook.forecast.last or outlook.forecast.middle
    until = (last - today()).days + 3 if last else most
    if outlook.ends_on:
        until = min(until, (outlook.ends_on - today()).days + 1)
    return min(max(until, least), most)


def _label(day: date) -> str:
    return f"{day.month}-{day.day:02}"
