"""Verdicts, amounts and windows, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from referrals.rules import (
    Declined,
    Earned,
    Facts,
    OrderFacts,
    ReferralFacts,
    cost_minor,
    facts_json,
    fits_window,
    judge,
    places,
    read_facts,
    read_terms,
    rejudge,
)
from tests.referrals.test_terms import GOOD

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
REFERRAL = ReferralFacts("r", touched_at=NOON, confirmed_at=NOON + timedelta(hours=1))
ORDER = OrderFacts("a", "paid", "GBP", 5000, 5000, NOON + timedelta(days=1))
FACTS = Facts(order=ORDER, referral=REFERRAL)


def terms(**changes):
    return read_terms({**GOOD, **changes})


def with_order(**changes) -> Facts:
    return replace(FACTS, order=replace(ORDER, **changes))


def with_referral(**changes) -> Facts:
    return replace(FACTS, referral=replace(REFERRAL, **changes))


def amounts(verdict) -> list[int]:
    assert isinstance(verdict, Earned), verdict
    return [due.amount for due in verdict.dues]


def test_a_good_order_earns_and_every_check_is_listed():
    verdict = judge(FACTS, terms(limits={"per_referrer": {"count": 5}}))
    dues = [(due.role, due.unit, due.amount) for due in verdict.dues]
    assert dues == [("referrer", "POINT", 200), ("referee", "GBP", 375)]
    assert verdict.hold_until == ORDER.paid_at + timedelta(days=14)
    assert [check.check for check in verdict.checks] == [
        "has_customer", "came_by_referral", "order_paid", "currency_covered", "minimum_reached", "first_order",
        "friend_is_new", "referral_open", "no_fraud", "click_window", "after_touch", "order_window", "limit_referrer",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "failed"),
    [
        (with_order(status="placed", kept_minor=0), ("order_paid", "minimum_reached")),
        (with_order(status="cancelled", kept_minor=0), ("order_paid", "minimum_reached")),
        (with_order(currency="EUR"), ("currency_covered",)),
        (with_order(kept_minor=1999), ("minimum_reached",)),
        (with_order(paid_at=NOON - timedelta(seconds=1)), ("after_touch",)),
        (with_order(paid_at=NOON + timedelta(days=60, hours=1, seconds=1)), ("order_window",)),
        (with_referral(confirmed_at=NOON + timedelta(days=30, seconds=1)), ("click_window",)),
        (with_referral(is_closed=True), ("referral_open",)),
        (with_referral(is_fraud=True), ("no_fraud",)),
        (replace(FACTS, place=2), ("first_order",)),
        (replace(FACTS, bought_before=True), ("friend_is_new",)),
        (replace(FACTS, referral=None), ("came_by_referral",)),
        (replace(FACTS, referral=None, has_customer=False), ("has_customer", "came_by_referral")),
    ],
)
def test_each_reason_not_to_earn_is_named(facts, failed):
    verdict = judge(facts, terms())
    assert isinstance(verdict, Declined)
    assert verdict.failed == failed


def test_the_edges_belong_to_those_who_reach_them():
    assert isinstance(judge(with_order(kept_minor=2000), terms()), Earned)
    assert isinstance(judge(with_order(paid_at=NOON + timedelta(days=60, hours=1)), terms()), Earned)
    assert isinstance(judge(with_order(paid_at=NOON), terms()), Earned)


@pytest.mark.parametrize("name", ["30_days", "referrer", "campaign"])
def test_a_limit_that_is_reached_declines_a_new_order_and_spares_a_counted_one(name):
    limit = {"30_days": "per_referrer_30_days", "referrer": "per_referrer", "campaign": "per_campaign"}[name]
    limited = terms(limits={limit: {"count": 3}})
    assert isinstance(judge(replace(FACTS, **{f"counted_{name}": 2}), limited), Earned)
    full = replace(FACTS, **{f"counted_{name}": 3})
    assert judge(full, limited).failed == (f"limit_{name}",)
    assert isinstance(rejudge(full, limited), Earned)


def test_any_order_counts_when_the_terms_say_so():
    every = terms(success={"event": "paid_order"})
    assert isinstance(judge(replace(FACTS, place=7), every), Earned)


@pytest.mark.parametrize(
    ("kept", "expected"), [(5000, [200, 375]), (4999, [199, 375]), (2500, [100, 188]), (2000, [80, 150])]
)
def test_a_partial_refund_takes_its_part(kept, expected):
    assert amounts(rejudge(with_order(kept_minor=kept), terms())) == expected


def test_under_the_threshold_policy_a_fixed_reward_is_all_or_nothing():
    threshold = terms(refund_policy="threshold")
    assert amounts(rejudge(with_order(kept_minor=2000), threshold)) == [200, 150]
    assert isinstance(rejudge(with_order(kept_minor=1999), threshold), Declined)


@pytest.mark.parametrize(
    ("line", "kept", "amount"),
    [
        ({"kind": "points_rate", "rate": {"points": 3}, "per": {"minor": 100, "currency": "GBP"}}, 4999, 147),
        ({"kind": "points_rate", "rate": {"points": 3}, "per": {"minor": 100, "currency": "GBP"}}, 5000, 150),
        ({"kind": "cash", "amount": {"minor": 1000, "currency": "GBP"}}, 2500, 500),
        ({"kind": "cash_percent", "percent": {"percent": "50"}, "cap": {"minor": 900, "currency": "GBP"}}, 5000, 900),
        ({"kind": "cash_percent", "percent": {"percent": "0.01"}, "cap": {"minor": 900, "currency": "GBP"}}, 5000, 1),
        ({"kind": "coupon", "coupon": "FRIEND"}, 2000, 1),
    ],
)
def test_amounts_of_each_kind(line, kept, amount):
    verdict = rejudge(with_order(kept_minor=kept), terms(rewards=[{"to": "referee", **line}]))
    assert amounts(verdict) == [amount]


def test_a_reward_that_rounds_to_nothing_is_not_promised():
    tiny = terms(rewards=[{"to": "referrer", "kind": "points", "amount": {"points": 1}}])
    assert amounts(judge(with_order(kept_minor=4999), tiny)) == []


def test_fifty_percent_is_never_compared_with_five_hundred_pence():
    half = {**GOOD["rewards"][1], "percent": {"percent": "50"}, "cap": {"minor": 9999, "currency": "GBP"}}
    assert amounts(judge(FACTS, terms(rewards=[half]))) == [2500]


def test_points_cost_their_worth_rounded_up():
    due = judge(FACTS, terms()).dues[0]
    assert cost_minor(due, terms(), {}) == 200
    assert cost_minor(replace(due, amount=201), terms(points_per_currency_unit={"points": 300}), {}) == 67


def test_places_do_not_depend_on_the_order_of_telling():
    orders = [
        OrderFacts("before", "paid", "GBP", 100, 100, NOON - timedelta(days=1)),
        OrderFacts("returned", "paid", "GBP", 100, 0, NOON + timedelta(days=1)),
        OrderFacts("first", "paid", "GBP", 100, 60, NOON + timedelta(days=2)),
        OrderFacts("second", "paid", "GBP", 100, 100, NOON + timedelta(days=3)),
        OrderFacts("cancelled", "cancelled", "GBP", 100, 0, NOON + timedelta(days=1)),
        OrderFacts("open", "placed", "GBP", 100, 0, None),
    ]
    expected = {"before": 0, "returned": 0, "first": 1, "second": 2, "cancelled": 0, "open": 0}
    for told in permutations(orders):
        assert {k: number for k, (number, _) in places(told, NOON).items()} == expected
    assert all(bought for _, bought in places(orders, NOON).values())
    assert not any(bought for _, bought in places(orders[1:], NOON).values())


def test_the_fullest_window_around_a_moment_is_found():
    days = [NOON + timedelta(days=n) for n in (-31, -29, -10, 5, 20, 29.5, 31)]
    assert fits_window(days, NOON) == 3  # from noon on: 5, 20 and 29.5
    assert fits_window([], NOON) == 0
    assert fits_window([NOON, NOON], NOON) == 2
    assert fits_window([NOON + timedelta(days=30)], NOON) == 0


def test_a_window_that_lets_an_order_in_is_never_overfilled():
    """Whatever the order of telling, no 30 days hold more than the limit."""
    told = [NOON + timedelta(days=n) for n in (12, 0, 29, 35, 10, 31, 5, 40, 58)]
    counted = []
    for moment in told:
        if fits_window(counted, moment) < 2:
            counted.append(moment)
    for start in counted:
        assert sum(start <= moment < start + timedelta(days=30) for moment in counted) <= 2


def test_a_decision_can_be_made_again_from_its_stored_facts():
    for facts in (FACTS, with_order(status="placed", paid_at=None), replace(FACTS, referral=None)):
        stored = facts_json(facts)
        assert read_facts(stored) == facts
        assert judge(read_facts(stored), terms()) == judge(facts, terms())
