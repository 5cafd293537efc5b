"""A member's coupons: what each is good for, until when, where not, and what became of it."""

import re
from datetime import timedelta

import pytest

from rewards import operations
from rewards.queries import Asked
from rewards.rules.coupons import Basket, Line
from tenancy import door


@pytest.fixture
def purse(here, ann, bea):
    """Ann holds a coupon for coffee, one at the till and one that ends first; bea holds one too."""
    with here():
        coffee = operations.make_coupon_kind(
            code="coffee", currency="GBP", name={"en": "Coffee week"}, effect="percent", percent=20, cap_minor=1000,
            minimum_minor=2000, categories=["coffee"], excluded_products=["GIFTCARD"], is_exclusive=True, per_person=2,
            conditions={"en": "Not in the airport shop."},
        )  # fmt: skip
        plain = operations.make_coupon_kind(
            code="plain", currency="GBP", name={"en": "Plain"}, effect="value", value_minor=300,
            ends_at=door.moment() + timedelta(days=3),
        )  # fmt: skip
        free, held, first = (operations.issue_coupon(one.id, customer_id=ann.id) for one in (coffee, coffee, plain))
        theirs = operations.issue_coupon(plain.id, customer_id=bea.id)
        basket = Basket((Line(3000, category="coffee"),), "GBP")
        operations.reserve(Asked(basket, (held.code,), source="shop", external_id="1"))
    return {"free": free, "held": held, "first": first, "theirs": theirs}


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_coupon_says_what_it_is_good_for_and_where_not(acme, purse, member):
    page = words(member("ann@example.com").get(f"/o/{acme.slug}/member/coupons"))
    assert "20% off on coffee bought for £20 or more." in page
    for condition in ("Takes off at most £10.", "Not on GIFTCARD.", "2 times for each customer.",
                      "Cannot be combined with other coupons.", "Not in the airport shop."):  # fmt: skip
        assert condition in page


def test_what_can_be_used_comes_first_and_what_lies_at_the_till_says_so(acme, purse, member):
    page = words(member("ann@example.com").get(f"/o/{acme.slug}/member/coupons"))
    assert "Being used at the till now" in page
    shown = {name: page.find(purse[name].code[:5]) for name in ("first", "free", "held", "theirs")}
    assert 0 < shown["first"] < shown["free"]
    assert shown["held"] == shown["theirs"] == -1


def test_a_coupon_whose_kind_has_ended_is_shown_as_expired(acme, purse, member, move_clock):
    move_clock(days=4)
    page = words(member("ann@example.com").get(f"/o/{acme.slug}/member/coupons"))
    assert purse["first"].code[:5] not in page and "Expired on" in page
