"""What WeChat would block, over a corpus of good and bad texts; and campaigns built so that sharing pays."""

from pathlib import Path

import pytest

from referrals import ready_words
from referrals.rules.wechat import CODES, Giving, lint_structure, lint_text, lint_texts
from referrals.templates import TEMPLATES

ROWS = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "data" / "wechat_texts.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
BAD = [row for row in ROWS if row[0] != "safe"]
SAFE = [text for code, text in ROWS if code == "safe"]


def test_the_corpus_is_large_and_knows_every_rule():
    assert len(BAD) >= 60 and len(SAFE) >= 40
    assert {code for code, _text in BAD} == set(CODES)


@pytest.mark.parametrize(("code", "text"), BAD)
def test_inducing_texts_are_found(code, text):
    found = lint_text(text)
    assert code in {each.code for each in found}
    assert all(text[each.start : each.end] == each.words != "" for each in found)


@pytest.mark.parametrize("text", SAFE)
def test_safe_texts_are_left_alone(text):
    assert lint_text(text) == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_template_of_ours_induces(template):
    pattern = TEMPLATES[template]
    assert lint_texts({**pattern.texts, "script": pattern.script}) == []


def test_what_is_offered_instead_is_safe_itself():
    offered = [text for by_language in ready_words.INSTEAD.values() for text in by_language.values()]
    assert [lint_text(text) for text in offered if lint_text(text)] == []


def test_a_finding_says_where_and_which_words():
    text = "欢迎光临。分 享 即 得 20 元，先到先得。"
    (found,) = lint_texts({"zh-hans": {"offer": text}})
    assert (found.code, found.place, found.words) == ("share_for_reward", "zh-hans/offer", "分 享 即 得 20 元")


def test_every_rule_has_a_reason_and_a_rewording():
    for code in CODES:
        assert "%(words)s" in str(ready_words.FOUND[code])
        assert set(ready_words.INSTEAD[code]) == {"zh-hans", "en"}


@pytest.mark.parametrize(
    ("giving", "code"),
    [
        (Giving("referrer", "share"), "share_structure"),
        (Giving("referrer", "clicked"), "share_structure"),
        (Giving("referrer", "help"), "help_structure"),
        (Giving("referee", "vote"), "help_structure"),
        (Giving("referee", "confirmed", shares=3), "joining_needs_shares"),
        (Giving("referee", "confirmed"), None),
        (Giving("referrer", "first_paid_order"), None),
        (Giving("referrer", "deal_won"), None),
    ],
)
def test_rewards_for_sharing_itself_are_found(giving, code):
    assert [each.code for each in lint_structure([giving])] == ([code] if code else [])
