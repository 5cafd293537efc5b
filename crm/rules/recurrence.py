"""When something that repeats is due again. Counted from its first time, so that the 31st stays the 31st."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAILY, WEEKLY, MONTHLY, YEARLY = "daily", "weekly", "monthly", "yearly"
_DAYS = {DAILY: 1, WEEKLY: 7}
_MONTHS = {MONTHLY: 1, YEARLY: 12}
_FARTHEST = 10_000  # repetitions looked at: 27 years of days


@dataclass(frozen=True)
class Recurrence:
    """Every `every` days, weeks, months or years, up to and with the day `until`."""

    unit: str
    every: int = 1
    until: date | None = None


def occurrence(first: datetime, recurrence: Recurrence, number: int, zone: ZoneInfo) -> datetime:
    """Give the `number`-th repetition (0 is the first time itself) at the same hour of the clock on the wall.

    A month without that day takes its last one; an hour that the clocks skip moves on by what they skip.
    """
    local = first.astimezone(zone)
    day = _shifted(local.date(), recurrence, number)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


def following(
    first: datetime, recurrence: Recurrence, number: int, now: datetime, zone: ZoneInfo
) -> tuple[int, datetime] | None:
    """Give number and time of the next repetition after `number` that is still to come; None when it is over."""
    for each in range(number + 1, number + _FARTHEST):
        moment = occurrence(first, recurrence, each, zone)
        if recurrence.until and moment.astimezone(zone).date() > recurrence.until:
            return None
        if moment > now:
            return each, moment
    return None


def _shifted(day: date, recurrence: Recurrence, number: int) -> date:
    steps = number * recurrence.every
    if recurrence.unit in _DAYS:
        return day + timedelta(days=steps * _DAYS[recurrence.unit])
    months = day.year * 12 + day.month - 1 + steps * _MONTHS[recurrence.unit]
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
