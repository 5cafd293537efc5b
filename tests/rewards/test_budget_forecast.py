"""The forecast of the day a budget runs out: against textbook values, and against days that were drawn."""

import random
from datetime import date, timedelta

import pytest

from rewards.rules.forecast import Pace, beta_cdf, beta_quantile, chance_within, fan, forecast, pace_of, wait

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("x", "a", "b", "expected"),
    [
        (0.5, 2, 3, 0.6875),  # 1 - (1-x)^4 - 4x(1-x)^3
        (0.2, 5, 1, 0.2**5),
        (0.3, 1, 4, 1 - 0.7**4),
        (0.5, 40, 40, 0.5),
        (0.0, 2, 3, 0.0),
        (1.0, 2, 3, 1.0),
    ],
)
def test_the_beta_distribution_is_that_of_the_textbook(x, a, b, expected):
    assert beta_cdf(x, a, b) == pytest.approx(expected, abs=1e-12)


def test_a_quantile_is_the_inverse():
    for share in (0.1, 0.5, 0.9):
        assert beta_cdf(beta_quantile(share, 12.5, 80.5), 12.5, 80.5) == pytest.approx(share, abs=1e-9)


def test_many_pieces_at_a_known_rate_take_the_time_they_take():
    pace = Pace(pieces=1_000_000, size=1.0, days=1000)  # 1000 pieces a day, known well
    assert wait(pace, 20_000, 0.5) == pytest.approx(20, abs=0.1)


def test_the_wait_for_one_piece_is_that_of_pareto():
    """Gamma(1, rate) over rates of Gamma(a, b) is Lomax: P(wait <= t) = 1 - (b / (b + t))^a."""
    pace = Pace(pieces=3.5, size=1.0, days=28)
    assert chance_within(pace, 1, 7) == pytest.approx(1 - (28 / 35) ** 3.5, abs=1e-12)
    assert wait(pace, 1, 1 - (28 / 35) ** 3.5) == pytest.approx(7, abs=1e-6)


def test_days_that_vary_more_make_wider_forecasts():
    even, bunched = pace_of([500] * 28), pace_of(([0] * 6 + [3500]) * 4)
    assert even.per_day == pytest.approx(500, rel=0.01)
    narrow, wide = (forecast(pace, left_minor=10_000, today=TODAY) for pace in (even, bunched))
    assert wide.last - wide.first > 4 * (narrow.last - narrow.first)


def test_without_promises_there_is_nothing_to_forecast_from():
    assert pace_of([0] * 28) is None
    assert pace_of([]) is None


def test_an_empty_budget_runs_out_today():
    told = forecast(pace_of([500] * 28), left_minor=0, today=TODAY)
    assert (told.first, told.middle, told.last) == (TODAY, TODAY, TODAY)


def test_it_says_whether_the_end_comes_first():
    pace = pace_of([400, 600] * 14)
    soon, late = TODAY + timedelta(days=10), TODAY + timedelta(days=40)
    lasting = forecast(pace, left_minor=10_000, today=TODAY, ends_on=soon)
    assert lasting.lasts
    assert lasting.before_end < 0.001
    ending = forecast(pace, left_minor=10_000, today=TODAY, ends_on=late)
    assert not ending.lasts
    assert ending.before_end > 0.999


def test_what_lies_years_ahead_is_not_told():
    assert forecast(pace_of([0] * 27 + [1]), left_minor=10**9, today=TODAY).first is None


def test_the_fan_begins_at_what_is_used_and_opens():
    days = fan(pace_of([400, 600] * 14), used_minor=1000, today=TODAY, days=30)
    assert (days[0].day, days[-1].day) == (TODAY + timedelta(days=2), TODAY + timedelta(days=30))
    assert all(one.low < one.middle < one.high for one in days)
    assert days[-1].middle == pytest.approx(1000 + 30 * 500, rel=0.02)
    assert days[-1].high - days[-1].low > days[0].high - days[0].low


def _drawn_days(dice, rate, costs):
    while True:
        total, time = 0, dice.expovariate(rate)
        while time < 1:
            total, time = total + dice.choice(costs), time + dice.expovariate(rate)
        yield total


@pytest.mark.parametrize(("rate", "costs"), [(3, (500,)), (3, (100, 500, 2000)), (0.7, (500,)), (8, (200, 1000))])
def test_the_interval_holds_in_four_cases_of_five(rate, costs):
    """400 budgets whose days are drawn from a compound Poisson: how often did the day lie between the two told?"""
    dice, held, cases = random.Random(20261120), 0, 400
    for _ in range(cases):
        days = _drawn_days(dice, rate, costs)
        pace = pace_of([next(days) for _ in range(28)])
        left = round(rate * sum(costs) / len(costs) * 40)
        told = forecast(pace, left_minor=left, today=TODAY)
        day = TODAY
        while (left := left - next(days)) > 0:
            day += timedelta(days=1)
        held += told.first <= day <= (told.last or date.max)
    assert 0.76 <= held / cases <= 0.88
