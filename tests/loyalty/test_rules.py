from decimal import Decimal

import pytest

from foundation.money import Money
from loyalty.rules import Rung, following, points_for, progress, reached

ORDINARY = Rung("ordinary", 0, 0, 365)
GOLD = Rung("gold", 1, 50_000, 365)
PLATINUM = Rung("platinum", 2, 200_000, 365)
RUNGS = [PLATINUM, ORDINARY, GOLD]


@pytest.fixture(autouse=True)
def books_are_whole():
    """No database here."""


@pytest.mark.parametrize(
    ("kept", "currency", "rate", "multiplier", "points"),
    [
        (10_000, "GBP", "1", "1", 100),
        (10_099, "GBP", "1", "1", 100),
        (99, "GBP", "1", "1", 0),
        (1_999, "GBP", "1", "1.5", 29),  # rounded down once: 19.99 × 1.5 = 29.985
        (1_000, "JPY", "0.01", "2", 20),
        (0, "GBP", "1", "2", 0),
        (-500, "GBP", "1", "2", 0),
        (12_345, "KWD", "10", "1", 123),
    ],
)
def test_points_are_for_whole_units_kept_rounded_down_once(kept, currency, rate, multiplier, points):
    assert points_for(Money(kept, currency), rate=Decimal(rate), multiplier=Decimal(multiplier)) == points


@pytest.mark.parametrize(
    ("spend", "tier"),
    [(0, ORDINARY), (49_999, ORDINARY), (50_000, GOLD), (199_999, GOLD), (200_000, PLATINUM), (-1, ORDINARY)],
)
def test_a_threshold_is_reached_by_its_very_amount(spend, tier):
    assert reached(RUNGS, {365: spend}) == tier


def test_each_tier_looks_at_its_own_window():
    quarter = Rung("gold", 1, 50_000, 90)
    assert reached([ORDINARY, quarter], {365: 900_000, 90: 49_999}) == ORDINARY


def test_the_first_tier_is_not_skipped_and_the_last_has_no_next():
    assert [following(RUNGS, rank) for rank in (0, 1, 2)] == [GOLD, PLATINUM, None]


@pytest.mark.parametrize(
    ("spend", "way"), [(0, (50_000, 0)), (12_499, (37_501, 24)), (50_000, (0, 100)), (90_000, (0, 100))]
)
def test_the_way_to_the_next_tier(spend, way):
    assert progress(spend, 50_000) == way
