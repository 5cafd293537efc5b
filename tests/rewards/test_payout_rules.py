"""How much a person gets, what a provider's word means, accounts, paydays: no database."""

from datetime import date
from uuid import uuid4

import pytest

from rewards.rules.payouts import (
    Claim,
    Word,
    end_of,
    judge,
    mask_account,
    next_payday,
    normalise_account,
    split_cut,
    why_left_out,
)


@pytest.mark.parametrize(
    ("gross", "available", "has_account", "amount", "why"),
    [
        (2500, 2500, True, 2500, ""),
        (2500, 900, True, 900, ""),  # a debt was repaid with the rest
        (2500, 9000, True, 2500, ""),  # other money in the account is not paid out
        (2500, 0, True, 0, "owes"),
        (499, 499, True, 499, "too_little"),
        (500, 500, False, 500, "no_account"),
        (499, 499, False, 499, "too_little"),
    ],
)
def test_what_a_person_gets(gross, available, has_account, amount, why):
    claim = Claim(uuid4(), gross, available, has_account)
    assert (claim.amount_minor, why_left_out(claim, minimum_minor=500)) == (amount, why)


@pytest.mark.parametrize(("taken", "in_line", "parts"), [(40, 100, (40, 0)), (100, 100, (100, 0)), (100, 30, (30, 70))])
def test_a_refund_is_taken_from_the_line_first(taken, in_line, parts):
    assert split_cut(taken, in_line=in_line) == parts


STATES = ["draft", "reserved", "sending", "accepted", "uncertain", "paid", "failed", "withdrawn"]
MEANINGS = {
    "accepted": ["repeated", "repeated", "note_accepted", "repeated", "note_accepted", "repeated", "repeated", "repeated"],
    "paid": [
        "never_sent", "never_sent", "book_paid", "book_paid", "book_paid", "repeated", "paid_after_failed", "never_sent",
    ],
    "failed": ["repeated", "repeated", "book_failed", "book_failed", "book_failed", "came_back", "repeated", "repeated"],
    "unknown": ["repeated", "repeated", "repeated", "doubt", "send_again", "repeated", "repeated", "repeated"],
}  # fmt: skip


@pytest.mark.parametrize("status", MEANINGS)
def test_what_a_word_means(status):
    word = Word(reference="r", status=status, amount_minor=100, currency="GBP")
    assert [judge(word, state=state, amount_minor=100, currency="GBP") for state in STATES] == MEANINGS[status]


@pytest.mark.parametrize("facts", [{"amount_minor": 99}, {"amount_minor": 101}, {"amount_minor": 100, "currency": "EUR"}])
def test_another_amount_is_never_booked_by_itself(facts):
    word = Word(reference="r", status="paid", **facts)
    assert judge(word, state="accepted", amount_minor=100, currency="GBP") == "amount_differs"
    assert judge(word, state="paid", amount_minor=100, currency="GBP") == "amount_differs"


def test_a_provider_need_not_name_the_amount():
    assert judge(Word(reference="r", status="paid"), state="accepted", amount_minor=100, currency="GBP") == "book_paid"


def test_a_reference_that_is_not_ours():
    assert judge(Word(reference="r", status="paid", amount_minor=1), state=None) == "unknown_line"


@pytest.mark.parametrize(
    ("states", "end"),
    [
        (["paid", "accepted"], ""), (["paid", "uncertain"], ""), (["reserved"], ""), (["paid", "paid"], "completed"),
        (["paid", "failed"], "with_failures"), (["withdrawn"], "completed"), (["failed"], "with_failures"),
    ],
)  # fmt: skip
def test_how_a_batch_ends(states, end):
    assert end_of(states) == end


@pytest.mark.parametrize(
    ("method", "typed", "kept", "shown"),
    [
        ("bank", " 6222 0212-3456 7890 123 ", "6222021234567890123", "•••• 0123"),
        ("bank", "gb33 bukb 2020 1555 5555 55", "GB33BUKB20201555555555", "•••• 5555"),
        ("alipay", "13800138000", "13800138000", "•••• 8000"),
        ("alipay", " Ann@Example.com", "ann@example.com", "a***@example.com"),
        ("wechat", "wxid_ann-01", "wxid_ann-01", "•••• n-01"),
        ("wechat", "+86 138 0013 8000", "8613800138000", "•••• 8000"),
        ("email", "ann@example.com", "ann@example.com", "a***@example.com"),
    ],
)
def test_accounts_in_the_form_in_which_they_are_compared(method, typed, kept, shown):
    assert normalise_account(method, typed) == kept
    assert mask_account(kept) == shown


@pytest.mark.parametrize(
    ("method", "typed"),
    [
        ("bank", "12345"), ("bank", "GB33BUKB20201555555556"), ("bank", "=1+1234567"), ("bank", "ABCDEFGH"),
        ("alipay", "1"), ("alipay", "=cmd|' /C calc'!A0"), ("wechat", "-wx12345"), ("email", "ann"),
        ("email", "13800138000"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_account(method, typed):
    with pytest.raises(ValueError):
        normalise_account(method, typed)


@pytest.mark.parametrize(
    ("today", "payday", "next_one"),
    [
        (date(2026, 11, 20), 25, date(2026, 11, 25)), (date(2026, 11, 25), 25, date(2026, 11, 25)),
        (date(2026, 11, 26), 25, date(2026, 12, 25)), (date(2026, 12, 26), 25, date(2027, 1, 25)),
        (date(2026, 1, 31), 28, date(2026, 2, 28)),
    ],
)  # fmt: skip
def test_the_next_payday(today, payday, next_one):
    assert next_payday(today, payday) == next_one
