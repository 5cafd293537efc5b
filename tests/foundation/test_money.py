"""Arithmetic of amounts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.money import Money, at_rate, percent_of, split, to_minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.50", "GBP", 1250), ("1,234", "CNY", 123400), ("500", "JPY", 500), ("-3.10", "GBP", -310)],
)
def test_amounts_are_read_exactly(text, currency, minor):
    assert to_minor(text, currency) == minor


@pytest.mark.parametrize("text", ["12.505", "abc", "", "NaN", "Infinity"])
def test_nonsense_is_refused(text):
    with pytest.raises(ValueError):
        to_minor(text, "GBP")


def test_percent_rounds_half_up_and_rate_rounds_down():
    assert percent_of(250, Decimal("5")) == 13
    assert at_rate(1999, Decimal("0.01")) == 19


def test_major_units():
    assert Money(1250, "GBP").major == Decimal("12.50")
    assert Money(500, "JPY").major == Decimal("500")


@given(st.integers(0, 10**12), st.lists(st.integers(0, 1000), min_size=1, max_size=9).filter(any))
def test_parts_sum_to_the_whole_and_differ_from_their_share_by_less_than_one(total, weights):
    parts = split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)
