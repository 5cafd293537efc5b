"""Ranks, ageing, conversion: no database."""

from crm.rules.deals import GAP, ageing, line_amount, missing_fields, rank_between, reached, whole_days


def test_a_rank_lies_between_its_neighbours():
    assert rank_between(None, None) == 0
    assert rank_between(None, 5) == 5 - GAP
    assert rank_between(5, None) == 5 + GAP
    assert rank_between(4, 8) == 6
    assert rank_between(4, 5) is None


def test_a_deal_ages_from_three_quarters_and_is_rotten_beyond_its_limit():
    assert [ageing(days, 8) for days in (5, 6, 8, 9)] == ["fresh", "ageing", "ageing", "rotten"]
    assert ageing(900, None) == "fresh"


def test_who_got_far_has_been_at_each_step_before():
    assert reached([0, 2, 2, 3], 4) == [4, 3, 3, 1]


def test_discounts_are_rounded_half_up_and_days_down():
    assert line_amount(3, 333, 50) == 499
    assert whole_days(86_400 + 86_399) == 1


def test_nothing_counts_as_missing():
    required = ["amount", "owner", "custom:seats"]
    assert missing_fields(required, {"amount": 0, "owner": "x"}, {"seats": 3}) == ["amount"]
