"""When units end: the pure rule. No database."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.errors.general import ExpiryContradicts, ExpiryOutOfBounds
from rewards.rules.expiry import Expiry, end_of, ends, last_day

SHANGHAI, LONDON, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
ZONES = [
    SHANGHAI, LONDON, NEW_YORK, ZoneInfo("UTC"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("Pacific/Chatham"),
    ZoneInfo("America/Sao_Paulo"), ZoneInfo("Africa/Cairo"), ZoneInfo("Pacific/Apia"), ZoneInfo("Asia/Beirut"),
]  # fmt: skip
moments = st.datetimes(datetime(2000, 1, 1), datetime(2060, 12, 31), timezones=st.just(UTC))
zones = st.sampled_from(ZONES)
months = st.integers(1, 120)


def local(moment, zone):
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S.%f")


@pytest.mark.parametrize(
    ("day", "expiry", "last"),
    [
        (date(2026, 11, 20), Expiry(months=12), date(2027, 11, 20)),
        (date(2026, 1, 31), Expiry(months=1), date(2026, 2, 28)),
        (date(2028, 1, 31), Expiry(months=1), date(2028, 2, 29)),
        (date(2028, 2, 29), Expiry(months=12), date(2029, 2, 28)),
        (date(2028, 2, 29), Expiry(months=48), date(2032, 2, 29)),
        (date(2026, 8, 31), Expiry(months=18), date(2028, 2, 29)),
        (date(2026, 12, 31), Expiry(months=2), date(2027, 2, 28)),
        (date(2026, 12, 31), Expiry(years=0), date(2026, 12, 31)),
        (date(2027, 1, 1), Expiry(years=0), date(2027, 12, 31)),
        (date(2026, 1, 1), Expiry(years=1), date(2027, 12, 31)),
        (date(2028, 2, 29), Expiry(years=1), date(2029, 12, 31)),
        (date(2026, 11, 20), Expiry(), None),
    ],
)
def test_the_last_day(day, expiry, last):
    assert last_day(expiry, day) == last


def test_a_lot_lives_through_its_last_day_where_the_organisation_is():
    since = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert ends(Expiry(months=12), since, LONDON) == datetime(2027, 11, 20, 23, 59, 59, 999999, tzinfo=UTC)
    assert ends(Expiry(months=12), since, SHANGHAI) == datetime(2027, 11, 20, 15, 59, 59, 999999, tzinfo=UTC)


def test_new_years_eve_is_the_organisations():
    """At 16:30 UTC on 31 December it is 2027 in Shanghai and still 2026 in New York."""
    since = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    assert local(ends(Expiry(years=0), since, SHANGHAI), SHANGHAI) == "2027-12-31 23:59:59.999999"
    assert local(ends(Expiry(years=0), since, NEW_YORK), NEW_YORK) == "2026-12-31 23:59:59.999999"


def test_summer_time_moves_the_clock_and_not_the_day():
    winter = datetime(2026, 12, 29, 12, 0, tzinfo=UTC)
    assert ends(Expiry(months=6), winter, LONDON) == datetime(2027, 6, 29, 22, 59, 59, 999999, tzinfo=UTC)


def test_an_evening_that_comes_twice_ends_when_it_is_over():
    """In São Paulo clocks went back from midnight to 23:00 on 17 February 2018."""
    zone = ZoneInfo("America/Sao_Paulo")
    assert end_of(date(2018, 2, 17), zone) == datetime(2018, 2, 18, 2, 59, 59, 999999, tzinfo=UTC)


@given(moments, months, zones)
def test_months_never_end_early_nor_late(since, count, zone):
    end = ends(Expiry(months=count), since, zone).astimezone(zone)
    first = since.astimezone(zone).date()
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    assert (end.year, end.month + 0) == (year, month + 1)
    assert end.day == min(first.day, monthrange(year, month + 1)[1])
    assert (end + timedelta(microseconds=1)).astimezone(UTC).astimezone(
        zone
    ).date() != end.date() or zone.key == "Pacific/Apia"


@given(moments, st.integers(0, 9), zones)
def test_years_end_with_december(since, count, zone):
    end = ends(Expiry(years=count), since, zone).astimezone(zone)
    assert (end.year, end.month, end.day) == (since.astimezone(zone).year + count, 12, 31)
    assert end > since


@given(moments, st.timedeltas(timedelta(0), timedelta(days=900)), months, zones)
def test_who_comes_later_never_expires_earlier(since, later, count, zone):
    for expiry in (Expiry(months=count), Expiry(years=1)):
        assert ends(expiry, since, zone) <= ends(expiry, since + later, zone)


def test_one_of_both_and_within_bounds():
    with pytest.raises(ExpiryContradicts):
        Expiry(months=12, years=1)
    for wrong in ({"months": 0}, {"months": 121}, {"years": -1}, {"years": 10}):
        with pytest.raises(ExpiryOutOfBounds):
            Expiry(**wrong)
