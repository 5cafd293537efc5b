"""Working hours: sums over nights, weekends, holidays, make-up days, half days, and clocks put forward."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from foundation.public_holidays import known_years, public_holidays
from foundation.working_time import NoWorkingTime, WorkingHours, read_spans, write_spans

LONDON, SHANGHAI = ZoneInfo("Europe/London"), ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
OFFICE = WorkingHours(LONDON)  # Mondays to Fridays, nine to six


def london(day: str, at: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (("2026-11-20", "10:00"), 4, ("2026-11-20", "14:00")),  # a Friday
        (("2026-11-20", "16:00"), 4, ("2026-11-23", "11:00")),  # over the weekend
        (("2026-11-20", "16:00"), 2, ("2026-11-20", "18:00")),  # to the last second of the day
        (("2026-11-21", "03:00"), 1, ("2026-11-23", "10:00")),  # on a Saturday
        (("2026-11-20", "07:00"), 0, ("2026-11-20", "09:00")),  # nothing: when it opens
        (("2026-11-20", "10:00"), 45, ("2026-11-27", "10:00")),  # a whole week
    ],
)
def test_working_hours_are_added(start, hours, end):
    assert OFFICE.add_working_hours(london(*start), hours * HOUR) == london(*end)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (("2026-11-20", "10:00"), ("2026-11-20", "14:30"), 4.5),
        (("2026-11-20", "17:00"), ("2026-11-23", "10:00"), 2),
        (("2026-11-21", "10:00"), ("2026-11-22", "10:00"), 0),
        (("2026-11-23", "10:00"), ("2026-11-20", "17:00"), -2),
    ],
)
def test_working_hours_are_measured(start, end, hours):
    assert OFFICE.working_hours_between(london(*start), london(*end)) == hours * HOUR


def test_holidays_are_skipped_half_days_are_half_and_make_up_days_are_worked():
    days = {date(2026, 12, 25): (), date(2026, 12, 24): ((540, 720),), date(2026, 12, 26): ((540, 1080),)}
    hours = WorkingHours(LONDON, days=days)
    assert hours.add_working_hours(london("2026-12-24", "10:00"), 4 * HOUR) == london("2026-12-26", "11:00")
    assert hours.working_hours_between(london("2026-12-24", "00:00"), london("2026-12-28", "00:00")) == 12 * HOUR


def test_a_shift_over_the_night_of_the_clock_change_is_as_long_as_it_really_is():
    nights = WorkingHours(LONDON, ((),) * 6 + (((0, 360),),))  # Sundays, midnight to six
    spring, autumn = ("2026-03-29", "00:00"), ("2026-10-25", "00:00")
    assert nights.working_hours_between(london(*spring), london("2026-03-29", "06:00")) == 5 * HOUR
    assert nights.working_hours_between(london(*autumn), london("2026-10-25", "06:00")) == 7 * HOUR
    assert nights.add_working_hours(london(*spring), 4 * HOUR) == datetime(2026, 3, 29, 4, tzinfo=UTC)  # five by the clock


def test_round_the_clock_is_round_the_clock():
    always = WorkingHours(SHANGHAI, (((0, 1440),),) * 7)
    start = datetime(2026, 11, 20, 12, 34, 56, tzinfo=UTC)
    assert always.add_working_hours(start, 100 * HOUR) == start + 100 * HOUR
    assert always.working_hours_between(start, start + 100 * HOUR) == 100 * HOUR


def test_a_calendar_without_hours_is_none():
    with pytest.raises(NoWorkingTime):
        WorkingHours(LONDON, ((),) * 7).add_working_hours(london("2026-11-20", "10:00"), HOUR)


def test_china_works_on_its_make_up_days():
    days = {each.day: ((540, 1080),) if each.is_working else () for each in public_holidays("CN", 2026)}
    china = WorkingHours(SHANGHAI, days=days)
    before = datetime(2026, 2, 14, 16, tzinfo=SHANGHAI)  # a Saturday on which people work, then nine days off
    assert china.add_working_hours(before, 3 * HOUR) == datetime(2026, 2, 24, 10, tzinfo=SHANGHAI)
    assert china.working_hours_between(before, datetime(2026, 3, 1, tzinfo=SHANGHAI)) == (2 + 5 * 9) * HOUR


def test_the_holidays_we_know():
    assert (known_years("CN"), known_years("GB"), known_years("FR")) == ([2026, 2027], [2026, 2027], [])
    assert len([each for each in public_holidays("CN", 2026) if not each.is_working]) == 33
    assert len([each for each in public_holidays("CN", 2026) if each.is_working]) == 6
    assert all(each.day.weekday() >= 5 for each in public_holidays("CN", 2026) if each.is_working)
    assert len(public_holidays("CN", 2027)) == 13  # the statutory days
    assert all(each.day.weekday() < 5 for year in (2026, 2027) for each in public_holidays("GB", year))
    assert public_holidays("FR", 2026) == []


def test_hours_are_read_as_people_write_them():
    assert read_spans("9-12, 13:30–18:00") == ((540, 720), (810, 1080))
    assert read_spans("9：00～24：00，") == ((540, 1440),)
    assert read_spans(" ") == ()
    assert write_spans(((540, 720), (810, 1080))) == "09:00-12:00, 13:30-18:00"
    for wrong in ("18-9", "9-13,12-18", "9", "9-25", "9:70-10", "x"):
        with pytest.raises(ValueError):
            read_spans(wrong)
