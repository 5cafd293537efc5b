from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from foundation.calendar import WorkingCalendar

LONDON, SHANGHAI = ZoneInfo("Europe/London"), ZoneInfo("Asia/Shanghai")


def end(moment, *, days, zone="Europe/London", holidays=()):
    return WorkingCalendar.of(zone, holidays).end_of(moment, days=days)


@pytest.mark.parametrize(
    ("day", "days", "last"),
    [
        (20, 0, 20),  # a Friday: the day itself
        (21, 0, 23),  # a Saturday: nobody works before Monday
        (20, 1, 23),
        (20, 3, 25),
        (21, 3, 25),  # Saturday and Sunday count for nothing
        (16, 5, 23),
    ],
)
def test_weekends_are_passed_over(day, days, last):
    assert end(datetime(2026, 11, day, 9, tzinfo=LONDON), days=days) == datetime(2026, 11, last, 23, 59, 59, tzinfo=LONDON)


def test_holidays_are_passed_over():
    friday_before_christmas = datetime(2026, 12, 24, 9, tzinfo=LONDON)
    assert end(friday_before_christmas, days=1, holidays=["2026-12-25", "2026-12-28"]) == datetime(
        2026, 12, 29, 23, 59, 59, tzinfo=LONDON
    )


def test_the_day_is_that_of_the_place():
    """Ten in the evening in London is the next morning in Shanghai: a Friday there, a Thursday here."""
    moment = datetime(2026, 11, 19, 22, tzinfo=UTC)
    assert end(moment, days=1) == datetime(2026, 11, 20, 23, 59, 59, tzinfo=LONDON)
    assert end(moment, days=1, zone="Asia/Shanghai") == datetime(2026, 11, 23, 23, 59, 59, tzinfo=SHANGHAI)


def test_the_last_second_is_summer_and_winter_the_last_second():
    assert end(datetime(2026, 10, 23, 12, tzinfo=LONDON), days=1).utcoffset().total_seconds() == 0  # the clocks went back
