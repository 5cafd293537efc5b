# ruff: noqa: E501 (a row of the table stands on one line)
"""The law guard over a table of configurations: what must not start, and what somebody has to know."""

from decimal import Decimal

import pytest

from referrals.rules import read_terms
from referrals.rules.law import Setup, judge_law
from referrals.rules.promised import Promise, promised
from referrals.templates import TEMPLATES, default_terms

POINTS = Promise("referrer")
CASH = Promise("referrer", cash_minor=2_000)
FRIEND = Promise("referee", path="rewards/1")
SECOND = Promise("second_level", path="rewards/2", level=2, cash_minor=500)
READ = Setup(levels=2, is_note_acknowledged=True, rewards_in_30_days=10)
SMALL = Setup(rewards_in_30_days=10)


def share(percent: str, level: int = 1, **told) -> Promise:
    to = "referrer" if level == 1 else "second_level"
    return Promise(to, percent=Decimal(percent), level=level, path=f"rewards/{level}", cash_minor=1_000, **told)


TABLE = [
    # what is promised, how it is set up, refused for, noted
    ("points for a purchase", [POINTS, FRIEND], Setup(), set(), set()),
    ("cash within the threshold", [CASH], SMALL, set(), set()),
    ("cash beyond the threshold", [CASH], Setup(rewards_in_30_days=41), set(), {"tax_per_payment"}),
    ("cash without any limit", [CASH], Setup(), set(), {"tax_per_payment"}),
    ("cash limited in all", [CASH], Setup(rewards_in_all=5), set(), set()),
    ("cash without an end", [CASH], Setup(has_end=False, rewards_in_30_days=5), {"end_missing"}, set()),
    ("points without an end", [POINTS], Setup(has_end=False), set(), set()),
    ("no small print", [POINTS], Setup(has_rules_text=False), {"rules_text_missing"}, set()),
    ("two levels, note unread", [POINTS, SECOND], Setup(rewards_in_30_days=10), {"legal_note_unread"}, set()),
    ("two levels, note read", [CASH, SECOND], READ, set(), set()),
    ("two levels declared only", [POINTS], Setup(levels=2), {"legal_note_unread"}, set()),
    ("three levels", [POINTS], Setup(levels=3, is_note_acknowledged=True), {"too_many_levels"}, set()),
    ("a promise on level four", [Promise("second_level", level=4)], READ, {"too_many_levels"}, set()),
    ("second level 5 % under 10 %", [share("10"), share("5", 2)], READ, set(), set()),
    ("second level of 12 %", [share("20"), share("12", 2)], READ, {"second_level_too_high"}, set()),
    ("second level above the first", [share("3"), share("5", 2)], READ, {"second_level_above_first"}, set()),
    ("points for a sign-up in China", [Promise("referrer", "confirmed", needs_sale=False)], Setup(), {"pay_for_heads"}, set()),
    (
        "points for a sign-up in Britain", [Promise("referrer", "confirmed", needs_sale=False)],
        Setup(country="GB", currency="GBP"), set(), {"pay_for_heads"},
    ),
    (
        "a second level for sign-ups, anywhere", [Promise("second_level", "confirmed", level=2, needs_sale=False)],
        Setup(country="GB", currency="GBP", is_note_acknowledged=True), {"pay_for_heads"}, set(),
    ),
    ("a badge for a sign-up", [Promise("referrer", "confirmed", is_valued=False, needs_sale=False)], Setup(), set(), set()),
    ("a welcome for the friend", [Promise("referee", "confirmed", needs_sale=False)], Setup(), set(), set()),
    ("an entry fee", [POINTS], Setup(join_fee_minor=9_900), {"join_fee"}, set()),
    (
        "words of a pyramid", [POINTS], Setup(texts={"zh-hans": {"offer": "发展下线，三级分销，躺赚"}}), {"pyramid_words"}, set(),
    ),
    ("a fee in the words", [POINTS], Setup(texts={"zh-hans": {"terms": "缴纳 99 元成为推广员"}}), {"pyramid_words"}, set()),
    ("recruiting in English", [POINTS], Setup(texts={"en": {"offer": "Build your downline."}}), {"pyramid_words"}, set()),
    ("cash to a company's people", [CASH], Setup(is_business=True, rewards_in_30_days=5), set(), {"business_bribery"}),
    (
        "cash in Britain, £200 a month", [CASH], Setup(country="GB", currency="GBP", rewards_in_30_days=10),
        set(), {"tax_per_year"},
    ),
    (
        "cash in Britain, £60 a month", [CASH], Setup(country="GB", currency="GBP", rewards_in_30_days=3), set(), set(),
    ),
    ("cash in a country unknown", [CASH], Setup(country="BR", currency="BRL"), set(), {"tax_unknown"}),
    ("cash in another currency", [CASH], Setup(country="CN", currency="USD"), set(), {"tax_unknown"}),
    (
        "the dearest option of a choice counts",
        [Promise("referrer", path="rewards/0", cash_minor=9_000), Promise("referrer", path="rewards/0", cash_minor=8_000)],
        SMALL, set(), {"tax_per_payment"},
    ),
    (
        "of two schemes one counts",
        [Promise("referrer", path="rewards/0", cash_minor=5_000), Promise("referrer", path="schemes/0/rewards/0", cash_minor=5_000)],
        SMALL, set(), set(),
    ),
    (
        "milestones add up",
        [Promise("referrer", path="rewards/0", cash_minor=5_000), Promise("referrer", path="milestones/0/rewards/0", cash_minor=5_000)],
        SMALL, set(), {"tax_per_payment"},
    ),
]  # fmt: skip


def test_the_table_is_long_enough():
    assert len(TABLE) >= 25


@pytest.mark.parametrize(
    ("promises", "setup", "refused", "noted"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_law_says(promises, setup, refused, noted):
    verdicts = judge_law(promises, setup)
    assert {each.code for each in verdicts if each.is_refused} == refused
    assert {each.code for each in verdicts if not each.is_refused} == noted


def test_a_tax_note_says_the_figure_and_its_source():
    (verdict,) = judge_law([CASH], Setup())
    assert (verdict.facts["minor"], verdict.facts["currency"]) == (80_000, "CNY")
    assert "2018 年第 61 号" in verdict.facts["source"]


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("currency", ["CNY", "GBP"])
def test_every_template_is_lawful(template, currency):
    terms = read_terms(default_terms(TEMPLATES[template], currency))
    country = {"CNY": "CN", "GBP": "GB"}[currency]
    verdicts = judge_law(promised(terms), Setup(country=country, currency=currency, texts=TEMPLATES[template].texts))
    assert [each.code for each in verdicts if each.is_refused] == []


def test_milestones_and_levels_are_read_out_of_terms():
    base = default_terms(TEMPLATES["friend_coupon"], "CNY")
    won = {
        "key": "won", "trigger": "deal_won",
        "rewards": [{"to": "second_level", "kind": "cash_percent", "percent": {"percent": "5"}, "cap": {"minor": 9, "currency": "CNY"}}],
    }  # fmt: skip
    joined = {
        "key": "joined",
        "trigger": "confirmed",
        "rewards": [{"to": "referee", "kind": "points", "amount": {"points": 50}}],
    }
    found = promised(read_terms({**base, "milestones": [won, joined]}))
    assert [(each.to, each.level, each.needs_sale, each.path) for each in found[-2:]] == [
        ("second_level", 2, True, "milestones/0/rewards/0"),
        ("referee", 1, False, "milestones/1/rewards/0"),
    ]
