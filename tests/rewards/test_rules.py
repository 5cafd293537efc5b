import pytest

from rewards.rules import cost_of_part


@pytest.mark.parametrize(("whole", "part", "cost"), [(100, 100, 900), (100, 40, 360), (3, 1, 300), (7, 2, 258), (100, 0, 0)])
def test_a_part_costs_its_share_rounded_up(whole, part, cost):
    assert cost_of_part(cost_minor=900, whole=whole, part=part) == cost
