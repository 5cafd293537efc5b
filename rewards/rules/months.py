"""Months as the books count them: by the organisation's clock, each beginning where the one before ends."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def month_of(moment: datetime, zone: ZoneInfo) -> date:
    """Name the month of a moment by its first day."""
    return moment.astimezone(zone).date().replace(day=1)


def read_month(text: str) -> date:
    """Read "2026-10"; anything else is a ValueError."""
    return datetime.strptime(text, "%Y-%m").date()


def next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def months_between(first: date, last: date) -> list[date]:
    """List the months from first to last, both included."""
    found = []
    while first <= last:
        found.append(first)
        first = next_month(first)
    return found


def start_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Tell the first moment after a day."""
    return start_of(day + timedelta(days=1), zone)
