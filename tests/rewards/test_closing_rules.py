"""Months and roll-forwards as arithmetic; no database."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from rewards.rules.months import end_of, month_of, months_between, next_month, read_month, start_of
from rewards.rules.roll_forward import Flow, Held, cost_of, roll, text_of, trial

SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")


def test_a_month_begins_by_the_organisations_clock():
    midnight = datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert month_of(midnight, SHANGHAI) == date(2026, 11, 1)
    assert month_of(midnight, LONDON) == date(2026, 10, 1)
    assert start_of(date(2026, 11, 1), SHANGHAI) == midnight
    assert end_of(date(2026, 10, 31), SHANGHAI) == midnight


def test_a_month_of_summer_time_is_an_hour_longer():
    begins, ends = start_of(date(2026, 10, 1), LONDON), start_of(date(2026, 11, 1), LONDON)
    assert (ends.astimezone(UTC) - begins.astimezone(UTC)).total_seconds() == (31 * 24 + 1) * 3600


def test_months_follow_each_other():
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)
    assert months_between(date(2026, 11, 1), date(2027, 2, 1)) == [
        date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1),
    ]  # fmt: skip
    assert months_between(date(2026, 11, 1), date(2026, 10, 1)) == []


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-10-01", "October"])
def test_only_a_month_is_read_as_one(text):
    with pytest.raises(ValueError):
        read_month(text)


def flow(kind, source, target, *, before=0, within=0):
    return Flow("POINT", kind, source, target, before, within, arrows=1 if within else 0)


def rolled(*flows, value="1"):
    return roll(flows, kind="points", value_minor=Decimal(value))


def test_every_movement_is_in_its_line_and_they_add_up():
    figures = rolled(
        flow("earning", "programme", "available", before=500, within=200),
        flow("accrual", "programme", "pending", before=100, within=40),
        flow("settlement", "pending", "available", within=60),
        flow("redemption", "available", "redeemed", before=50, within=120),
        flow("expiry", "available", "expired", within=30),
        flow("reversal", "pending", "programme", within=10),
    )
    assert figures.opening == Held(pending=100, available=450)
    assert figures.lines == {
        "earning": Held(available=200), "accrual": Held(pending=40), "settlement": Held(pending=-60, available=60),
        "redemption": Held(available=-120), "expiry": Held(available=-30), "reversal": Held(pending=-10),
    }  # fmt: skip
    assert figures.closing == Held(pending=70, available=560)
    assert figures.closing.total == figures.opening.total + 200 + 40 - 120 - 30 - 10


def test_an_adjustment_is_told_apart_by_its_direction():
    figures = rolled(
        flow("adjustment", "programme", "available", within=30),
        flow("adjustment", "programme", "arrears", within=5),
        flow("adjustment", "available", "programme", within=12),
    )
    assert figures.lines == {"adjustment_up": Held(available=30, arrears=5), "adjustment_down": Held(available=-12)}


def test_what_is_spent_and_taken_back_is_owed():
    figures = rolled(
        flow("reversal", "available", "programme", within=20), flow("reversal", "arrears", "programme", within=80)
    )
    assert figures.lines == {"reversal": Held(available=-20, arrears=-80)}
    assert figures.closing.total == -100


def test_a_payout_leaves_the_books_when_it_is_paid():
    figures = rolled(
        flow("payout", "available", "paying", before=90, within=10), flow("payout", "paying", "paid", within=70)
    )
    assert (figures.opening.total, figures.closing.total) == (0, -70)
    assert figures.closing == Held(available=-100, paying=30)


def test_a_trial_balance_sums_to_nothing():
    earned = flow("earning", "programme", "available", before=5, within=7)
    found = trial([earned, flow("redemption", "available", "redeemed", within=4)])
    assert (found["programme"], found["available"], found["redeemed"]) == (-12, 8, 4)
    assert sum(found.values()) == 0


def test_an_amount_is_valued_half_up():
    assert cost_of(5, kind="points", value_minor=Decimal("0.5")) == 3
    assert cost_of(-5, kind="points", value_minor=Decimal("0.5")) == -3
    assert cost_of(5, kind="points", value_minor=None) is None
    assert cost_of(1250, kind="money", value_minor=None) == 1250


def test_a_value_reads_the_same_wherever_it_came_from():
    assert [text_of(Decimal(value)) for value in ("1.0000", "100", "0.50")] == ["1", "100", "0.5"]
    assert text_of(None) is None


def test_figures_of_a_month_are_plain_json():
    plain = rolled(flow("earning", "programme", "available", before=1, within=2), value="0.5").plain()
    assert plain["lines"] == [{"line": "earning", "pending": 0, "available": 2, "paying": 0, "arrears": 0, "total": 2}]
    assert (plain["opening"]["total"], plain["closing"]["total"]) == (1, 3)
    assert (plain["cost_minor"], plain["value_minor"]) == (2, "0.5")
