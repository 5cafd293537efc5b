"""Amounts in a campaign's texts beside those of its terms."""

from decimal import Decimal

import pytest

from referrals.queries.findings import WARN
from referrals.queries.readiness import readiness
from referrals.rules import read_terms
from referrals.rules.told_amounts import Amount, Worth, amounts_in, amounts_of
from referrals.templates import TEMPLATES, default_terms


def points(value) -> Amount:
    return Amount("points", Decimal(value))


def money(value) -> Amount:
    return Amount("money", Decimal(value))


def percent(value) -> Amount:
    return Amount("percent", Decimal(value))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("首单满 ¥150，您得 100 积分和一张 ¥30 优惠券", {money(150), points(100), money(30)}),
        ("满１，０００元减５０元", {money(1000), money(50)}),
        ("推荐人得1.5万积分，最高 2 万元", {points(15000), money(20000)}),
        ("护肤 8.5 折，返现 5％", {percent(15), percent(5)}),
        ("Spend £12.50 and get 1 point, or 10% off", {money("12.5"), points(1), percent(10)}),
        ("7 天内未退款，3 个工作日到账，2026 年", set()),
    ],
)
def test_amounts_are_read_as_people_write_them(text, expected):
    assert {amount for amount, _words in amounts_in(text)} == expected


def test_the_words_are_told_as_they_stand_there():
    assert [words for _amount, words in amounts_in("现在得 888 积分")] == ["888 积分"]


def test_terms_hold_their_rewards_their_minimum_their_coupons_and_what_points_are_worth():
    terms = read_terms(default_terms(TEMPLATES["friend_coupon"], "CNY"))
    known = amounts_of(terms, {"WELCOME": Worth(2000, None, 8000, Decimal(0))})
    assert {points(200), money(100), money(20), money(80), money(10)} <= known
    assert points(20) not in known  # what one yuan is worth is no reward


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_template_names_an_amount_that_its_terms_do_not_hold(make_campaign, at_acme, template):
    campaign = make_campaign(is_running=False, template=template)
    with at_acme():
        assert found(campaign) == []


def test_a_text_that_promises_more_than_the_terms_is_warned_of(make_campaign, at_acme):
    campaign = make_campaign(is_running=False, texts={"zh-hans": {"offer": "好友得 888 积分，您得 200 积分。"}})
    with at_acme():
        [only] = found(campaign)
        assert (only.level, only.step, only.place, only.facts["words"]) == (WARN, "texts", "zh-hans/offer", "888 积分")


def found(campaign) -> list:
    [checked] = [each for each in readiness(campaign) if each.key == "amounts"]
    return list(checked.findings)
