"""Working days: when something that is promised within so many of them has to be there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SATURDAY = 5
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingCalendar:
    """Mondays to Fridays in a time zone, without holidays."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()

    @classmethod
    def of(cls, zone: str, holidays: Collection[str] = ()) -> "WorkingCalendar":
        return cls(ZoneInfo(zone), frozenset(date.fromisoformat(day) for day in holidays))

    def is_working(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in self.holidays

    def end_of(self, moment: datetime, *, days: int) -> datetime:
        """Give the last second of the `days`-th working day after that of `moment`.

        0 is the day itself; where nobody works on it, the next on which somebody does.
        """
        day = moment.astimezone(self.zone).date()
        last = self._after(day, days) if days else self._next_working(day)
        return datetime.combine(last, time(23, 59, 59), self.zone)

    def _after(self, day: date, days: int) -> date:
        for _ in range(days):
            day = self._next_working(day + _A_DAY)
        return day

    def _next_working(self, day: date) -> date:
        while not self.is_working(day):
            day += _A_DAY
        return day
