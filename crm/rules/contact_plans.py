"""When a customer is contacted, when not, and how often at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

A_WEEK = timedelta(days=7)
AT_HOUR = time(10)  # contacts are due in the morning, on the organisation's clock


@dataclass(frozen=True)
class Standing:
    """What is so with a customer now."""

    is_lost: bool = False
    is_unsubscribed: bool = False
    has_refund: bool = False
    has_ordered_again: bool = False


@dataclass(frozen=True)
class Stops:
    """Which of it ends a plan."""

    unsubscribed: bool = True
    lost: bool = True
    refund: bool = True
    ordered: bool = False


def reason_to_stop(stops: Stops, standing: Standing) -> str:
    """Name what ends the plan for this customer, or nothing."""
    reasons = {
        "lost": stops.lost and standing.is_lost,
        "unsubscribed": stops.unsubscribed and standing.is_unsubscribed,
        "refund": stops.refund and standing.has_refund,
        "ordered": stops.ordered and standing.has_ordered_again,
    }
    return next((name for name, holds in reasons.items() if holds), "")


def day_of(started_at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Give the moment so many days later, in the morning."""
    day = started_at.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, AT_HOUR, zone)


def postponed(due_at: datetime, others: Sequence[datetime], at_most: int) -> datetime:
    """Move a contact on until at most `at_most` fall into any seven days; `others` are those already made or planned."""
    moment = due_at
    while len(near := sorted(other for other in others if abs(other - moment) < A_WEEK)) >= at_most:
        moment = near[-at_most] + A_WEEK
    return moment


def birthday_in(year: int, born: date) -> date:
    """Give the birthday of a year; who was born on 29 February has it on the 28th where there is none."""
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
