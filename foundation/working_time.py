"""Working time: hours that count, in a time zone, with holidays, make-up days and half days.

Lengths are real time: on the night a clock is put forward, a shift over it is an hour shorter.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

A_DAY = timedelta(days=1)
NOTHING = timedelta(0)
_LOOK_AHEAD = 1100  # days: three years without a working hour are no calendar
Spans = tuple[tuple[int, int], ...]  # minutes of the day, from and to (1440 is midnight)

MIDNIGHT = 24 * 60
OFFICE_HOURS: tuple[Spans, ...] = (*(((9 * 60, 18 * 60),),) * 5, (), ())  # Monday first


class NoWorkingTime(ValueError):
    """A calendar in which nobody ever works."""


@dataclass(frozen=True)
class WorkingHours:
    """A week's pattern (Monday first) and the days that differ from it; no spans: closed."""

    zone: ZoneInfo
    week: tuple[Spans, ...] = OFFICE_HOURS
    days: Mapping[date, Spans] = field(default_factory=dict)

    def spans_of(self, day: date) -> Spans:
        return self.days.get(day, self.week[day.weekday()])

    def is_open(self, moment: datetime) -> bool:
        day = moment.astimezone(self.zone).date()
        return any(start <= moment < end for start, end in self._shifts(day))

    def add_working_hours(self, moment: datetime, length: timedelta) -> datetime:
        """Say when `length` of working time after `moment` has gone by; no length: the next open moment."""
        left = length
        for start, end in self._shifts_from(moment):
            start = max(start, moment)
            if end - start >= left and (left or end > start):
                return start + left
            left -= end - start
        raise NoWorkingTime

    def working_hours_between(self, start: datetime, end: datetime) -> timedelta:
        """Measure the working time between two moments; negative when they are the other way round."""
        if end < start:
            return -self.working_hours_between(end, start)
        worked = NOTHING
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            worked += sum((max(NOTHING, min(b, end) - max(a, start)) for a, b in self._shifts(day)), NOTHING)
            day += A_DAY
        return worked

    def _shifts_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = moment.astimezone(self.zone).date()
        for n in range(_LOOK_AHEAD):
            for start, end in self._shifts(day + n * A_DAY):
                if end > moment:
                    yield start, end

    def _shifts(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for start, end in self.spans_of(day):
            yield self._moment(day, start), self._moment(day, end)

    def _moment(self, day: date, minutes: int) -> datetime:
        """Name a minute of a day in UTC, where sums are of real time."""
        at = time() if minutes == MIDNIGHT else time(minutes // 60, minutes % 60)
        local = datetime.combine(day + (A_DAY if minutes == MIDNIGHT else NOTHING), at, self.zone)
        return local.astimezone(UTC)


def read_spans(text: str) -> Spans:
    """Read hours as people write them: 9:00-12:00, 13:30–18:00; nothing is a closed day. Raises ValueError."""
    parts = text.replace("–", "-").replace("—", "-").replace("，", ",").replace("：", ":").replace("～", "-").split(",")
    spans = tuple(_span(part) for part in parts if part.strip())
    if any(after[0] < before[1] for before, after in itertools.pairwise(spans)):
        raise ValueError("hours overlap")
    return spans


def _span(text: str) -> tuple[int, int]:
    start, _, end = text.partition("-")
    span = _minutes(start), _minutes(end)
    if span[0] >= span[1]:
        raise ValueError("ends before it begins")
    return span


def _minutes(text: str) -> int:
    hours, _, minutes = text.strip().partition(":")
    value = int(hours) * 60 + int(minutes or 0)
    if not 0 <= int(minutes or 0) < 60 or not 0 <= value <= MIDNIGHT:
        raise ValueError("no time of day")
    return value


def write_spans(spans: Sequence[Sequence[int]]) -> str:
    """Write hours for people: 09:00-12:00, 13:30-18:00."""
    return ", ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans)
