from decimal import Decimal

import pytest

from rewards.rules import cost_of_part, percent_off, value_off


@pytest.mark.parametrize(("whole", "part", "cost"), [(100, 100, 900), (100, 40, 360), (3, 1, 300), (7, 2, 258), (100, 0, 0)])
def test_a_part_costs_its_share_rounded_up(whole, part, cost):
    assert cost_of_part(cost_minor=900, whole=whole, part=part) == cost


def test_a_percentage_is_rounded_half_up_and_capped():
    assert percent_off(order_minor=1050, percent=Decimal("10"), cap_minor=None) == 105
    assert percent_off(order_minor=1005, percent=Decimal("10"), cap_minor=5000) == 101
    assert percent_off(order_minor=90_000, percent=Decimal("10"), cap_minor=5000) == 5000


def test_an_order_never_falls_below_zero():
    assert value_off(order_minor=300, value_minor=500) == 300
