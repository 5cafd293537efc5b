"""When units expire: so many months after they became available, at the end of a year, or never.

What expires lives through its last day in the organisation's time zone, so the day that customers are told is one on
which they can still use it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from rewards.errors.general import ExpiryContradicts, ExpiryOutOfBounds

MOST_MONTHS, MOST_YEARS = 120, 9


@dataclass(frozen=True)
class Expiry:
    """After so many months, or at the end of the year so many years on (0: this one); neither: never."""

    months: int | None = None
    years: int | None = None

    def __post_init__(self) -> None:
        if self.months is not None and self.years is not None:
            raise ExpiryContradicts
        if not (self.months is None or 1 <= self.months <= MOST_MONTHS):
            raise ExpiryOutOfBounds(field="expires_after_months")
        if not (self.years is None or 0 <= self.years <= MOST_YEARS):
            raise ExpiryOutOfBounds(field="expires_after_years")


def ends(expiry: Expiry, since: datetime, zone: ZoneInfo) -> datetime | None:
    """Say when units expire that became available at `since`: with the last moment of a day; None is never."""
    day = last_day(expiry, since.astimezone(zone).date())
    return end_of(day, zone) if day else None


def last_day(expiry: Expiry, day: date) -> date | None:
    """Name the last day on which units can be used; a month without that day ends on its last one."""
    if expiry.months is not None:
        return day + relativedelta(months=expiry.months)
    if expiry.years is not None:
        return date(day.year + expiry.years, 12, 31)
    return None


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Give the last moment of a day; where clocks go back at midnight and it comes twice, the later one."""
    local = datetime.combine(day, time.max, zone)
    return max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
