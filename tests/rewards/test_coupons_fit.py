"""Whether a coupon fits: each reason for which it does not, and its edge."""

from datetime import UTC, datetime, timedelta

import pytest

from foundation.ids import new_id
from rewards.errors.coupons import REFUSALS
from rewards.rules.coupons import Basket, Line, Offered, Payer, Terms, expiry_of, refusal_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SOON = NOW + timedelta(seconds=1)
ANN, BEA = new_id(), new_id()
BASKET = Basket((Line(2000, "BEANS", category="coffee"), Line(1000, "CUP", category="cups")), "GBP", 500)


def offered(state="issued", holder=None, expires_at=SOON, guest=False, mine=0, all_uses=0, shared=False, **terms):
    facts = {"kind": "k", "currency": "GBP", "value_minor": 500} | terms
    return Offered(
        "CODE", Terms(**facts), state, shared, holder_id=holder, expires_at=expires_at, is_guest=guest,
        used_by_customer=mine, used_by_all=all_uses,
    )  # fmt: skip


def reason(coupon, *, customer=ANN, existing=False, basket=BASKET):
    refusal = refusal_of(coupon, basket=basket, payer=Payer(customer, existing), moment=NOW)
    return refusal.reason if refusal else ""


@pytest.mark.parametrize(
    ("coupon", "expected"),
    [
        (Offered("CODE"), "coupon_unknown"),
        (offered("redeemed"), "coupon_used"),
        (offered("reserved"), "coupon_reserved"),
        (offered("void"), "coupon_withdrawn"),
        (offered("expired"), "coupon_expired"),
        (offered(expires_at=NOW), "coupon_expired"),
        (offered(ends_at=NOW), ""),  # what somebody holds keeps the day that it was given with
        (offered(ends_at=NOW, shared=True), "coupon_expired"),
        (offered(ends_at=SOON, shared=True, expires_at=NOW), ""),  # the window was made longer
        (offered(starts_at=SOON), "coupon_not_yet_valid"),
        (offered(starts_at=NOW), ""),
        (offered(currency="EUR"), "coupon_currency_differs"),
        (offered(is_withdrawn=True), "coupon_withdrawn"),
        (offered(is_withdrawn=True, holder=ANN), ""),  # what a customer holds stays good
        (offered(holder=ANN), ""),
        (offered(holder=BEA), "coupon_of_another"),
        (offered(audience="named"), "coupon_not_for_customer"),
        (offered(audience="named", guest=True), ""),
        (offered(audience="first"), ""),
        (offered(audience="existing"), "coupon_existing_customers_only"),
        (offered(per_person=2, mine=1), ""),
        (offered(per_person=2, mine=2), "coupon_person_limit_reached"),
        (offered(total=10, all_uses=9), ""),
        (offered(total=10, all_uses=10), "coupon_total_limit_reached"),
        (offered(minimum_minor=3000), ""),
        (offered(minimum_minor=3001), "order_too_small"),
        (offered(minimum_minor=2001, products=frozenset({"BEANS"})), "order_too_small"),
        (offered(products=frozenset({"TEA"})), "coupon_no_article_fits"),
        (offered(categories=frozenset({"cups"})), ""),
        (offered(excluded_categories=frozenset({"cups", "coffee"})), "coupon_no_article_fits"),
        (offered(products=frozenset({"CUP"}), excluded_products=frozenset({"CUP"})), "coupon_no_article_fits"),
    ],
)
def test_a_coupon_fits_or_says_why_not(coupon, expected):
    assert reason(coupon) == expected


@pytest.mark.parametrize(
    "terms", [{"per_person": 1}, {"audience": "named"}, {"audience": "first"}, {"audience": "existing"}]
)
def test_what_depends_on_the_person_needs_to_know_the_person(terms):
    assert reason(offered(**terms), customer=None) == "coupon_needs_member"


def test_a_first_order_is_no_second_one():
    assert reason(offered(audience="first"), existing=True) == "coupon_first_order_only"
    assert reason(offered(audience="existing"), existing=True) == ""


def test_the_refusal_carries_the_minimum_in_words_and_figures():
    refusal = refusal_of(offered(minimum_minor=3001), basket=BASKET, payer=Payer(), moment=NOW)
    assert refusal.facts == {"minimum": "30.01 GBP", "minimum_minor": 3001, "currency": "GBP"}
    assert refusal.error.sentence() == "This coupon needs an order of at least 30.01 GBP."


def test_every_reason_has_a_sentence_without_open_places():
    facts = {"currency": "GBP", "minimum": "1", "other": "X", "available": 1, "points": 1, "step": 1}
    assert all("%" not in refusal(**facts).sentence() for refusal in REFUSALS.values())


def test_a_coupon_ends_with_its_days_or_with_its_kind():
    assert expiry_of(issued_at=NOW, valid_days=60, ends_at=None) == NOW + timedelta(days=60)
    assert expiry_of(issued_at=NOW, valid_days=60, ends_at=NOW + timedelta(days=3)) == NOW + timedelta(days=3)
    assert expiry_of(issued_at=NOW, valid_days=60, ends_at=NOW) == NOW + timedelta(days=60)  # it was promised in time
