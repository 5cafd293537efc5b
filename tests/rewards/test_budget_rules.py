"""Budgets in numbers: figures, steps, what becomes of orders at the end, what was used, the turn of a month."""

import pytest

from rewards.rules.budgets import (
    Ask,
    Figures,
    Funding,
    Part,
    Purse,
    grants,
    level,
    lowered,
    moved,
    passed,
    spent_and_returned,
    turned,
)

STEPS = (50, 80, 95, 100)


def test_a_budget_covers_what_it_has_and_not_a_penny_more():
    assert moved(Figures(1000, reserved=900), reserved=100) == Figures(1000, reserved=1000)
    assert moved(Figures(1000, reserved=900), reserved=101) is None


def test_what_was_promised_goes_over_the_limit_and_is_seen():
    over = moved(Figures(1000, reserved=900), reserved=300, kept=300)
    assert over == Figures(1000, reserved=1200, overrun=200)
    assert moved(over, reserved=1) is None


def test_what_goes_back_takes_the_overrun_away_first():
    over = Figures(1000, reserved=1200, overrun=200)
    assert moved(over, reserved=-150) == Figures(1000, reserved=1050, overrun=50)
    assert moved(over, reserved=-300) == Figures(1000, reserved=900, overrun=0)


def test_approval_reaches_as_far_as_it_was_allowed_to():
    assert moved(Figures(1000, reserved=950), reserved=150, approved=150, most_over=100).overrun == 100
    assert moved(Figures(1000, reserved=950), reserved=151, approved=151, most_over=100) is None
    assert moved(Figures(1000, reserved=1100, overrun=100), reserved=1, approved=1, most_over=100) is None


def test_settling_and_spending_need_no_room():
    full = Figures(1000, reserved=1000)
    assert moved(full, reserved=-400, committed=400) == Figures(1000, reserved=600, committed=400)


@pytest.mark.parametrize(("used", "expected"), [(0, 0), (499, 0), (500, 50), (799, 50), (949, 80), (950, 95), (1000, 100)])
def test_a_level_is_the_highest_step_reached(used, expected):
    assert level(Figures(1000, committed=used), STEPS) == expected


def test_a_level_is_of_the_present_period():
    assert level(Figures(1000, spent=5600, earlier=5000), STEPS) == 50


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(0, 50, (50, "up")), (0, 95, (95, "up")), (95, 50, (80, "down")), (50, 0, (50, "down")), (80, 80, None)],
)
def test_the_furthest_step_is_told(before, after, expected):
    assert passed(before, after, STEPS) == expected


# --- orders that meet the end ----------------------------------------------------------------------------


def ask(cost, *, is_promised=False):
    return Ask((Part(cost, cost),), is_promised)


def fundings(asks, left, **ending):
    return [str(grant.funding) for grant in grants(asks, Purse(left, **ending))]


def test_stop_gives_the_rest_to_those_it_covers():
    assert fundings([ask(60), ask(60), ask(40)], 100) == ["covered", "refused", "covered"]


def test_a_promise_is_kept_whatever_the_policy():
    for policy in ("stop", "lower", "queue", "approve"):
        assert fundings([ask(80, is_promised=True), ask(80, is_promised=True)], 100, policy=policy) == ["covered", "kept"]


def test_who_waits_is_not_passed():
    assert fundings([ask(60), ask(60), ask(40)], 100, policy="queue") == ["covered", "waiting", "waiting"]
    assert fundings([ask(10), ask(10, is_promised=True)], 100, policy="queue", is_queue_begun=True) == ["waiting", "covered"]


def test_approval_ends_where_its_share_ends():
    assert fundings([ask(90), ask(60), ask(60), ask(10)], 100, policy="approve", over_minor=60) == [
        "covered", "approval", "refused", "approval",
    ]  # fmt: skip


def test_an_order_is_lowered_to_what_is_left_and_then_nothing_is_left():
    first, second = grants([ask(80), ask(80)], Purse(130, "lower", least_percent=50))
    assert (first.funding, second.funding, second.parts) == (Funding.COVERED, Funding.LOWERED, (Part(50, 50),))
    assert fundings([ask(80), ask(80), ask(1)], 130, policy="lower") == ["covered", "lowered", "refused"]


def test_below_its_least_share_an_order_is_refused():
    assert fundings([ask(80)], 39, policy="lower", least_percent=50) == ["refused"]


def test_a_coupon_is_not_divided():
    parts = (Part(200, 100), Part(1, 50, is_divisible=False))
    assert lowered(parts, 110, 50) == (Part(120, 60), Part(1, 50, is_divisible=False))
    assert lowered(parts, 99, 50) is None
    assert lowered(parts, 49, 0) is None


def test_parts_are_cut_by_one_share_and_never_cost_more_than_is_left():
    for left in range(60, 120):
        cut = lowered((Part(7, 33), Part(300, 44), Part(45, 45)), left, 0)
        if cut:
            assert sum(part.cost_minor for part in cut) <= left


# --- what was used -----------------------------------------------------------------------------------------


def test_a_reward_is_spent_in_proportion_and_nothing_is_left_over():
    figures = [spent_and_returned(cost_minor=7, kept=100, used=used, expired=0)[0] for used in range(101)]
    assert (figures[0], figures[14], figures[15], figures[99], figures[100]) == (0, 0, 1, 6, 7)
    assert figures == sorted(figures)


def test_what_expires_comes_back_and_the_two_make_the_whole():
    assert spent_and_returned(cost_minor=7, kept=100, used=60, expired=40) == (4, 3)
    assert spent_and_returned(cost_minor=100, kept=100, used=30, expired=20) == (30, 20)


def test_more_use_than_was_kept_is_all_of_it():
    assert spent_and_returned(cost_minor=20, kept=20, used=60, expired=40) == (20, 0)
    assert spent_and_returned(cost_minor=0, kept=0, used=60, expired=0) == (0, 0)


# --- periods -----------------------------------------------------------------------------------------------


def test_a_new_month_has_the_whole_limit_again():
    after = turned(Figures(1000, reserved=300, spent=200), months=1, carries_over=False)
    assert (after.earlier, after.left, after.used_in_period) == (500, 1000, 0)


def test_what_was_left_carries_over():
    after = turned(Figures(1000, reserved=300, spent=200), months=1, carries_over=True)
    assert (after.earlier, after.left) == (1000, 1500)
    assert turned(Figures(1000, spent=200), months=3, carries_over=True).left == 3800


def test_an_overrun_ends_with_its_month_unless_the_budget_carries_over():
    over = Figures(1000, spent=1200, overrun=200)
    assert turned(over, months=1, carries_over=False) == Figures(1000, spent=1200, earlier=1200, overrun=0)
    carried = turned(over, months=1, carries_over=True)
    assert (carried.left, carried.overrun) == (800, 0)


def test_what_is_left_in_the_lots_is_neither_used_nor_gone():
    """Ninety used, a debt of them repaid by other points: forty are there again."""
    assert spent_and_returned(cost_minor=200, kept=100, used=90, expired=0, left=40) == (120, 0)
    assert spent_and_returned(cost_minor=200, kept=60, used=30, expired=30, left=90) == (0, 0)
