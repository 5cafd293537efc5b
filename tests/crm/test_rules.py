from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest

from crm import rules
from crm.errors import (
    IdMissing,
    InvalidAmount,
    InvalidCurrency,
    InvalidEmail,
    InvalidPhone,
    InvalidQuantity,
    RefundNotPositive,
)
from crm.reports import CustomerReference, OrderLineReport, OrderReport, RefundReport

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SOMEBODY = UUID(int=1)


def _order(**facts):
    return OrderReport(**{"source": "shop", "external_id": "1", "currency": "GBP", "total_minor": 100} | facts)


def _refund(**facts):
    told = {"source": "shop", "external_id": "r1", "order_external_id": "1", "currency": "GBP", "amount_minor": 100}
    return RefundReport(**told | facts)


def _recorded(report, customer_id=SOMEBODY):
    return SimpleNamespace(
        currency=report.currency, total_minor=report.total_minor, customer_id=customer_id, placed_at=NOON,
        input_hash=rules.order_hash(report, customer_id),
    )  # fmt: skip


def _waiting(id, amount_minor, currency="GBP", refunded_at=NOON):
    return SimpleNamespace(id=id, amount_minor=amount_minor, currency=currency, refunded_at=refunded_at)


@pytest.mark.parametrize(
    ("kind", "typed", "country", "normalised"),
    [
        ("phone", "07700 900123", "GB", "+447700900123"),
        ("phone", "138 0013 8000", "CN", "+8613800138000"),
        ("phone", "１３８００１３８０００", "CN", "+8613800138000"),
        ("phone", "+44 7700 900123", "CN", "+447700900123"),
        ("email", " Ann@Example.COM ", "GB", "ann@example.com"),
        ("wechat", "Ann_W", "CN", "ann_w"),
        ("external", " C-17 ", "GB", "C-17"),
    ],
)
def test_contacts_are_compared_in_one_form(kind, typed, country, normalised):
    assert rules.read_contact(kind, typed, country).normalised == normalised


@pytest.mark.parametrize(("kind", "typed", "error"), [("phone", "12", InvalidPhone), ("email", "ann@", InvalidEmail)])
def test_what_is_no_contact_is_refused(kind, typed, error):
    with pytest.raises(error):
        rules.read_contact(kind, typed, "GB")


def test_empty_contacts_are_no_contacts():
    assert rules.contacts_of(CustomerReference(phone=" ", email=""), "GB") == []


@pytest.mark.parametrize(
    ("typed", "prefixes"),
    [
        ("138", ["+138", "+86138"]),
        ("07700", ["+07700", "+867700"]),
        ("+44 77", ["+4477"]),
        ("004477", ["+4477"]),
        ("13", []),
        ("zhang138", []),
    ],
)
def test_digits_stand_for_the_ways_a_number_may_begin(typed, prefixes):
    assert rules.phone_prefixes(typed, 86) == prefixes


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"total_minor": -1}, InvalidAmount),
        ({"total_minor": 10**15 + 1}, InvalidAmount),
        ({"currency": "gbp"}, InvalidCurrency),
        ({"currency": "POUND"}, InvalidCurrency),
        ({"external_id": " "}, IdMissing),
        ({"source": ""}, IdMissing),
        ({"lines": [OrderLineReport(quantity=0)]}, InvalidQuantity),
        ({"lines": [OrderLineReport(amount_minor=-(10**16))]}, InvalidAmount),
    ],
)
def test_what_no_order_can_be_is_refused(facts, error):
    with pytest.raises(error):
        rules.check_order(_order(**facts))


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"amount_minor": 0}, RefundNotPositive),
        ({"amount_minor": -5}, RefundNotPositive),
        ({"currency": ""}, InvalidCurrency),
    ],
)
def test_what_no_refund_can_be_is_refused(facts, error):
    with pytest.raises(error):
        rules.check_refund(_refund(**facts))


@pytest.mark.parametrize(
    ("facts", "customer_id", "differs"),
    [
        ({}, SOMEBODY, []),
        ({"placed_at": NOON}, SOMEBODY, []),
        ({"status": "cancelled", "channel": "till"}, SOMEBODY, []),
        ({"total_minor": 101}, SOMEBODY, ["total"]),
        ({"currency": "EUR"}, SOMEBODY, ["currency"]),
        ({}, None, ["customer"]),
        ({"placed_at": NOON + timedelta(days=1)}, SOMEBODY, ["date"]),
        ({"lines": [OrderLineReport(sku="tea")]}, SOMEBODY, ["lines"]),
        ({"total_minor": 1, "currency": "EUR"}, SOMEBODY, ["currency", "total"]),
    ],
)
def test_an_order_told_again_may_not_contradict(facts, customer_id, differs):
    assert rules.order_differences(_order(**facts), customer_id=customer_id, recorded=_recorded(_order())) == differs


@pytest.mark.parametrize(
    ("before", "told", "moves"),
    [
        ("placed", "paid", True),
        ("placed", "cancelled", True),
        ("paid", "cancelled", True),
        ("paid", "paid", False),
        ("paid", "placed", False),
        ("cancelled", "paid", False),
    ],
)
def test_orders_move_forward_only(before, told, moves):
    assert rules.moves_on(before, told) is moves


@pytest.mark.parametrize(("status", "kept"), [("paid", 70), ("placed", 0), ("cancelled", 0)])
def test_only_paid_money_is_kept(status, kept):
    assert rules.kept(status=status, total_minor=100, refunded_minor=30) == kept


def test_waiting_refunds_count_oldest_first_until_nothing_is_left():
    order = SimpleNamespace(currency="GBP", placed_at=NOON)
    old, young, small = (
        _waiting(1, 60),
        _waiting(2, 60, refunded_at=NOON + timedelta(1)),
        _waiting(3, 40, refunded_at=NOON + timedelta(2)),
    )
    foreign, early = _waiting(4, 1, currency="EUR"), _waiting(5, 1, refunded_at=NOON - timedelta(1))
    fitting, problems = rules.fit_waiting(order, [young, small, old, foreign, early], 100)
    assert fitting == [old, small]
    assert {refund.id: error.code for refund, error in problems} == {
        2: "refund_too_large", 4: "refund_other_currency", 5: "refund_before_order",
    }  # fmt: skip


def test_repetitions_are_told_from_firsts():
    assert rules.first_and_repeated(["a", "b", "a", "a"]) == ([0, 1], [2, 3])
