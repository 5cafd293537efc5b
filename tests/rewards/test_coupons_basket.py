"""The arithmetic of a basket: textbook cases with every step written out, and what must hold for any basket."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.rules.basket import PHASES, Points, PointsRate, calculate, points_off
from rewards.rules.coupons import Basket, Line, Offered, Payer, Terms

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BEANS = Line(1000, sku="BEANS", category="coffee")
GRINDER = Line(5001, sku="GRINDER", category="machines")
CUPS = Line(999, sku="CUP", category="cups", quantity=3)


def basket(*lines, shipping=0):
    return Basket(lines, "GBP", shipping)


def coupon(code, **terms):
    return Offered(code, Terms(kind=terms.pop("kind", code), currency="GBP", **terms))


def percent(code, share, **terms):
    return coupon(code, effect="percent", percent=Decimal(str(share)), **terms)


def counted(lines, *coupons, shipping=0, points=None):
    return calculate(basket(*lines, shipping=shipping), coupons, payer=Payer(), moment=NOW, points=points)


def shown(result):
    return [(step.phase, step.code, step.base_minor, step.amount_minor, step.left_minor) for step in result.steps]


def reasons(result):
    return {refusal.code: refusal.reason for refusal in result.refusals}


# --- textbook cases ------------------------------------------------------------------------------------------


def test_the_order_of_the_steps_is_fixed_and_every_step_is_shown():
    """£10 beans, £50.01 grinder, £9.99 cups, £5 shipping: every kind of step once."""
    result = counted(
        [BEANS, GRINDER, CUPS],
        coupon("SHIP", effect="shipping", cap_minor=300),
        coupon("FIVE", value_minor=500),
        percent("TEN", 10),
        coupon("CUPS", value_minor=50, scope="line", products=frozenset({"CUP"})),
        percent("BEANS", 25, scope="line", categories=frozenset({"coffee"})),
        coupon("GIFT", effect="gift", gift_sku="MUG", value_minor=800),
        shipping=500,
        points=Points(1000, available=1200, rate=PointsRate(100, 100)),
    )
    assert shown(result) == [
        ("gift", "GIFT", 0, 0, 7500),
        ("line_percent", "BEANS", 1000, 250, 7250),
        ("line_fixed", "CUPS", 999, 150, 7100),
        ("order_percent", "TEN", 6600, 660, 6440),
        ("order_fixed", "FIVE", 5940, 500, 5940),
        ("shipping", "SHIP", 500, 300, 5640),
        ("points", "", 5640, 1000, 4640),
    ]
    assert (result.discount_minor, result.points, result.points_minor, result.to_pay_minor) == (1860, 1000, 1000, 4640)
    assert result.gifts == ("MUG",)
    assert result.refusals == ()


def test_what_is_taken_off_the_order_is_divided_by_the_largest_remainder():
    """10% of £70.00 is £7.00: 100.0, 500.1 and 99.9 pence; the odd penny goes to the cups."""
    [step] = counted([BEANS, GRINDER, CUPS], percent("TEN", 10)).steps
    assert (step.amount_minor, step.parts) == (700, (100, 500, 100))


def test_percentages_are_rounded_half_up():
    assert counted([Line(1005)], percent("TEN", 10)).discount_minor == 101
    assert counted([Line(1004)], percent("TEN", 10)).discount_minor == 100


def test_two_of_three_lines_fit_and_the_third_is_left_alone():
    [step] = counted([BEANS, GRINDER, CUPS], percent("TEN", 10, excluded_categories=frozenset({"machines"}))).steps
    assert (step.base_minor, step.amount_minor, step.parts) == (1999, 200, (100, 0, 100))


def test_a_cap_on_lines_is_divided_as_well():
    [step] = counted([BEANS, GRINDER], percent("HALF", 50, scope="line", cap_minor=100)).steps
    assert (step.amount_minor, step.parts) == (100, (17, 83))


def test_an_amount_off_each_piece_counts_the_pieces_and_stops_at_nothing():
    assert counted([CUPS], coupon("C", value_minor=50, scope="line")).discount_minor == 150
    assert counted([CUPS], coupon("C", value_minor=400, scope="line")).to_pay_minor == 0


def test_an_amount_greater_than_the_order_takes_off_the_order():
    result = counted([BEANS], coupon("BIG", value_minor=5000), shipping=300)
    assert (result.discount_minor, result.to_pay_minor) == (1000, 300)


def test_shipping_is_taken_off_wholly_or_up_to_a_cap():
    assert counted([BEANS], coupon("S", effect="shipping"), shipping=495).discount_minor == 495
    assert counted([BEANS], coupon("S", effect="shipping", cap_minor=300), shipping=495).discount_minor == 300
    assert reasons(counted([BEANS], coupon("S", effect="shipping"))) == {"S": "coupon_no_shipping_fee"}


def test_a_gift_that_lies_in_the_basket_costs_nothing_for_one_piece():
    result = counted([BEANS, CUPS], coupon("G", effect="gift", gift_sku="CUP", value_minor=333))
    assert shown(result) == [("gift", "G", 333, 333, 1666)]
    assert result.gifts == ()
    assert result.steps[0].parts == (0, 333)


def test_a_gift_does_not_help_to_reach_its_own_minimum():
    gift = coupon("G", effect="gift", gift_sku="CUP", value_minor=333, minimum_minor=1900)
    assert reasons(counted([BEANS, CUPS], gift)) == {"G": "order_too_small"}


def test_the_minimum_is_asked_of_the_articles_before_any_coupon():
    result = counted([BEANS], percent("HALF", 50), coupon("FIVE", value_minor=500, minimum_minor=1000))
    assert result.to_pay_minor == 0


def test_an_empty_basket_may_still_be_given_a_gift():
    result = counted([], coupon("G", effect="gift", gift_sku="MUG"), coupon("V", value_minor=5))
    assert (result.gifts, reasons(result)) == (("MUG",), {"V": "coupon_no_article_fits"})


# --- which coupons stand together ----------------------------------------------------------------------------


def test_of_one_group_the_better_one_counts_and_the_other_is_told_why():
    result = counted([BEANS], coupon("A", value_minor=300, stack_group="welcome"), percent("B", 50, stack_group="welcome"))
    assert result.discounts == {"B": 500}
    [lost] = result.refusals
    assert (lost.code, lost.reason, lost.facts) == ("A", "coupon_group_taken", {"other": "B"})
    assert lost.error.sentence() == "Only one coupon of its group counts on an order, and B is the better one."


def test_two_coupons_of_one_kind_do_not_count_together():
    result = counted([BEANS], coupon("A1", kind="a", value_minor=300), coupon("A2", kind="a", value_minor=300))
    assert (result.discounts, reasons(result)) == ({"A1": 300}, {"A2": "coupon_group_taken"})


def test_an_exclusive_coupon_counts_alone_when_it_is_better_than_all_others():
    alone = coupon("ALONE", value_minor=700, is_exclusive=True)
    weaker = counted([BEANS], alone, coupon("A", value_minor=300), coupon("B", value_minor=300))
    assert weaker.discounts == {"ALONE": 700}
    assert reasons(weaker) == {"A": "coupon_other_stands_alone", "B": "coupon_other_stands_alone"}
    stronger = counted([BEANS], alone, coupon("A", value_minor=300), coupon("B", value_minor=500))
    assert (stronger.discounts, reasons(stronger)) == ({"A": 300, "B": 500}, {"ALONE": "coupon_stands_alone"})


def test_priority_decides_between_equals_only():
    first = coupon("B", value_minor=300, stack_group="g", priority=1)
    assert counted([BEANS], coupon("A", value_minor=300, stack_group="g"), first).discounts == {"B": 300}
    assert counted([BEANS], coupon("A", value_minor=301, stack_group="g"), first).discounts == {"A": 301}


def test_a_coupon_that_brings_nothing_is_not_used_up():
    result = counted([BEANS], coupon("ALL", value_minor=1000), coupon("MORE", value_minor=900))
    assert (result.discounts, reasons(result)) == ({"ALL": 1000}, {"MORE": "coupon_brings_nothing"})


def test_a_gift_does_not_make_the_order_dearer():
    gift = coupon("G", effect="gift", gift_sku="MUG", value_minor=9000, stack_group="g")
    assert counted([BEANS], gift, coupon("V", value_minor=1, stack_group="g")).discounts == {"V": 1}


# --- points --------------------------------------------------------------------------------------------------

RATE = PointsRate(100, 100)


@pytest.mark.parametrize(
    ("asked", "rate", "left", "used", "paid"),
    [
        (500, RATE, 1000, 500, 500),
        (5000, RATE, 1000, 1000, 1000),
        (5000, PointsRate(100, 100, 50), 1001, 500, 500),
        (250, PointsRate(1000, 300), 10_000, 250, 75),  # 100 points are 30 p
        (333, PointsRate(1000, 300), 10_000, 330, 99),  # 333 points are 99.9 p: 330 pay all that 333 would
        (10, PointsRate(1, 50), 120, 3, 120),  # a point is 50 p: three pay £1.20, and the rest of the third is lost
        (0, RATE, 1000, 0, 0),
    ],
)
def test_points_pay_at_most_what_is_to_pay(asked, rate, left, used, paid):
    assert points_off(asked, rate=rate, left_minor=left) == (used, paid)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (Points(10, available=9, rate=RATE), "points_too_few"),
        (Points(10, available=10), "points_not_taken"),
        (Points(10, available=10, rate=RATE, has_member=False), "points_need_member"),
        (Points(1001, available=2000, rate=RATE), "points_left_over"),
    ],
)
def test_points_that_do_not_all_count_are_told_why(points, reason):
    result = counted([BEANS], points=points)
    assert reasons(result) == {"": reason}
    assert result.points == (1000 if reason == "points_left_over" else 0)


# --- whatever the basket -------------------------------------------------------------------------------------

SKUS = ["A", "B", "C"]
CATEGORIES = ["x", "y"]
lines = st.lists(
    st.builds(
        Line, amount_minor=st.integers(0, 20_000), sku=st.sampled_from(SKUS), category=st.sampled_from(CATEGORIES),
        quantity=st.integers(1, 5),
    ),
    min_size=1, max_size=5,
)  # fmt: skip
some = st.frozensets(st.sampled_from(SKUS), max_size=2)
terms = st.builds(
    Terms, kind=st.sampled_from(["k1", "k2", "k3", "k4"]), currency=st.just("GBP"),
    effect=st.sampled_from(["value", "percent", "gift", "shipping"]), scope=st.sampled_from(["order", "line"]),
    value_minor=st.integers(1, 9000), percent=st.decimals("0.01", "100", places=2),
    cap_minor=st.none() | st.integers(1, 5000), gift_sku=st.sampled_from([*SKUS, "MUG"]),
    minimum_minor=st.sampled_from([0, 0, 3000]), products=some,
    excluded_categories=st.frozensets(st.sampled_from(CATEGORIES), max_size=1),
    stack_group=st.sampled_from(["", "", "g", "h"]), is_exclusive=st.sampled_from([False, False, False, True]),
    priority=st.integers(0, 3),
)  # fmt: skip
offers = st.lists(terms, max_size=4).map(lambda found: [Offered(f"C{place}", each) for place, each in enumerate(found)])
points = st.builds(
    Points, asked=st.integers(0, 5000), available=st.just(5000),
    rate=st.builds(PointsRate, points=st.integers(1, 1000), minor=st.integers(1, 1000), most_percent=st.integers(1, 100)),
)  # fmt: skip


def work(lines, offers, points=None, shipping=500):
    return calculate(Basket(tuple(lines), "GBP", shipping), offers, payer=Payer(), moment=NOW, points=points)


@given(lines, offers, points)
def test_it_adds_up_and_never_falls_below_zero(lines, offers, points):
    result = work(lines, offers, points)
    assert result.to_pay_minor >= 0
    left = result.basket.goods_minor + 500
    for step in result.steps:
        assert 0 <= step.amount_minor <= max(step.base_minor, 0)
        left -= step.amount_minor
        assert step.left_minor == left
        if step.parts:
            assert sum(step.parts) == step.amount_minor
    assert left == result.to_pay_minor
    taken = [sum(step.parts[place] for step in result.steps if step.parts) for place in range(len(lines))]
    assert all(0 <= off <= line.amount_minor for off, line in zip(taken, lines, strict=True))
    assert [PHASES.index(step.phase) for step in result.steps] == sorted(PHASES.index(step.phase) for step in result.steps)


@given(lines, offers, points)
def test_every_coupon_counts_or_is_told_why(lines, offers, points):
    result = work(lines, offers, points)
    refused = {refusal.code for refusal in result.refusals if refusal.code}
    assert set(result.discounts) | refused == {one.code for one in offers}
    assert not set(result.discounts) & refused
    assert all(refusal.error.sentence() for refusal in result.refusals)


@given(lines, offers, points)
def test_the_order_in_which_codes_are_given_does_not_matter(lines, offers, points):
    expected = work(lines, offers, points)
    for shuffled in list(permutations(offers))[:24]:
        assert work(lines, shuffled, points) == expected


@given(lines, offers, points, terms)
def test_one_more_coupon_never_makes_it_dearer(lines, offers, points, more):
    before = work(lines, offers, points)
    after = work(lines, [*offers, Offered("MORE", more)], points)
    assert after.to_pay_minor <= before.to_pay_minor


@given(lines, offers, st.randoms())
def test_the_order_of_the_lines_does_not_matter(lines, offers, random):
    shuffled = list(lines)
    random.shuffle(shuffled)
    one, other = work(lines, offers), work(shuffled, offers)
    assert (one.discounts, one.to_pay_minor) == (other.discounts, other.to_pay_minor)


@given(lines, offers)
def test_at_most_one_of_a_group_and_an_exclusive_one_alone(lines, offers):
    by_code = {one.code: one.terms for one in offers}
    used = [by_code[code] for code in work(lines, offers).discounts]
    assert len({each.group for each in used}) == len(used)
    assert len(used) == 1 or not any(each.is_exclusive for each in used)


@given(lines, terms)
def test_a_dearer_basket_never_costs_less(lines, one):
    """Where the minimum does not come into it: a pound more in the basket is no pound less to pay."""
    free = replace(one, minimum_minor=0)
    dearer = [replace(lines[0], amount_minor=lines[0].amount_minor + 100), *lines[1:]]
    offer = [Offered("C", free)]
    assert work(dearer, offer).to_pay_minor >= work(lines, offer).to_pay_minor
