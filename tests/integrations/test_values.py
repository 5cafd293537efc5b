"""Cells as people write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from integrations import values
from integrations.values import Habits, Unreadable

CHINA = Habits("CN", "CNY", "Asia/Shanghai")
BRITAIN = Habits("GB", "GBP", "Europe/London")
AMERICA = Habits("US", "USD", "America/New_York")


@pytest.mark.parametrize(
    ("text", "habits", "expected"),
    [
        ("2026-11-20", BRITAIN, (2026, 11, 20, 0, 0)), ("2026/11/20 08:05", BRITAIN, (2026, 11, 20, 8, 5)),
        ("20/11/2026", BRITAIN, (2026, 11, 20, 0, 0)), ("03/04/2026", BRITAIN, (2026, 4, 3, 0, 0)),
        ("03/04/2026", AMERICA, (2026, 3, 4, 0, 0)), ("20.11.26", BRITAIN, (2026, 11, 20, 0, 0)),
        ("2026年11月20日 8:05", CHINA, (2026, 11, 20, 8, 5)), ("２０２６年１１月２０日", CHINA, (2026, 11, 20, 0, 0)),
        ("20 Nov 2026", BRITAIN, (2026, 11, 20, 0, 0)), ("20261120", CHINA, (2026, 11, 20, 0, 0)),
    ],
)  # fmt: skip
def test_dates(text, habits, expected):
    assert values.read_moment(text, habits) == datetime(*expected, tzinfo=ZoneInfo(habits.time_zone))


def test_a_zone_in_the_text_counts():
    assert values.read_moment("2026-11-20T08:00:00Z", CHINA).hour == 8
    assert values.read_moment("2026-11-20T08:00:00Z", CHINA).utcoffset().total_seconds() == 0


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "31/02/2026", "1/2", "99999"])
def test_what_is_no_date(text):
    with pytest.raises(Unreadable) as refused:
        values.read_moment(text, BRITAIN)
    assert refused.value.code == "bad_date"


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1,234.50", "GBP", 123450), ("¥99", "CNY", 9900), ("￥1,000.5", "CNY", 100050), ("99元", "CNY", 9900),
        ("1.234,50", "EUR", 123450), ("12,5", "EUR", 1250), ("£ 3", "GBP", 300), ("(5.00)", "GBP", -500),
        ("1500", "JPY", 1500), ("0", "GBP", 0), ("-2.50", "GBP", -250),
    ],
)  # fmt: skip
def test_amounts(text, currency, minor):
    assert values.read_minor(text, currency) == minor


@pytest.mark.parametrize("text", ["free", "1.005", "1,23,4", "NaN", "Infinity", "1e9", "--3", "12.5.1"])
def test_what_is_no_amount(text):
    with pytest.raises(Unreadable) as refused:
        values.read_minor(text, "GBP")
    assert refused.value.code == "bad_amount"


def test_phones_are_read_by_country_and_spreadsheet_damage_is_named():
    assert values.read_phone("138 0013 8000", CHINA) == "138 0013 8000"
    assert values.read_phone("13800138000.0", CHINA) == "13800138000"
    with pytest.raises(Unreadable) as refused:
        values.read_phone("1.38E+10", CHINA)
    assert refused.value.code == "phone_rounded"
    with pytest.raises(Unreadable):
        values.read_phone("123", BRITAIN)
