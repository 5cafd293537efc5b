"""A member's payout account and how far each cash reward has come."""

import re
from datetime import timedelta

import pytest

from rewards.models import PayoutAccount, PayoutLine
from rewards.operations import payouts
from rewards.operations.payouts.results import take_words
from rewards.queries.payouts import account_of
from rewards.rules.payouts import Word
from tenancy import door
from tests.rewards.cash import approved, as_person, give_account, give_cash

IBAN = "GB33BUKB20201555555555"


@pytest.fixture
def fay(acme, staff_of):
    return staff_of(acme, "finance")


@pytest.fixture
def page(acme, ann, member):
    """Read a page of ann's: page("rewards")."""
    client = member("ann@example.com")

    def read(name: str) -> str:
        return re.sub(r"\s+", " ", client.get(f"/o/{acme.slug}/member/{name}").content.decode())

    return read


def _fill_in(client, acme, **changes):
    form = {"method": "bank", "holder": "Ann Smith", "account": IBAN, "bank": "Acorn"} | changes
    return client.post(f"/o/{acme.slug}/member/payout", form)


def test_a_member_enters_an_account_without_any_script(acme, here, ann, member):
    client = member("ann@example.com")
    answer = _fill_in(client, acme)
    assert (answer.status_code, answer["Location"]) == (302, f"/o/{acme.slug}/member/payout?saved=1")
    with here():
        account = account_of(ann.id)
        assert (account.entered_by_kind, account.entered_by_id) == ("customer", ann.id)
        assert account.details["account"] == IBAN
    shown = client.get(f"/o/{acme.slug}/member/payout").content.decode()
    assert "•••• 5555" in shown and IBAN not in shown and "BUKB" not in shown


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"account": "GB33BUKB20201555555556"}, "Please check every digit."),
        ({"account": ""}, "Enter the account."),
        ({"holder": "=1+1"}, "as the bank writes it."),
        ({"method": "cheque"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_at_the_field(changes, complaint, acme, here, ann, member):
    answer = _fill_in(member("ann@example.com"), acme, **changes)
    assert answer.status_code == 422
    assert complaint in answer.content.decode()
    with here():
        assert PayoutAccount.objects.count() == 0


def test_a_member_removes_it(acme, here, ann, member):
    client = member("ann@example.com")
    _fill_in(client, acme)
    client.post(f"/o/{acme.slug}/member/payout/forget")
    with here():
        assert account_of(ann.id) is None


def test_strangers_are_led_to_sign_in(acme, phone):
    for path in ("payout", "payout/forget"):
        answer = phone().post(f"/o/{acme.slug}/member/{path}", {})
        assert answer.status_code == 302 and "/member/login" in answer["Location"]


def test_one_member_cannot_see_anothers(acme, here, ann, bea, member):
    with here():
        give_account(ann)
    assert "5555" not in member("bea@example.com").get(f"/o/{acme.slug}/member/payout").content.decode()


def test_cash_without_an_account_asks_for_one(here, ann, page):
    with here():
        give_cash(ann, 1500)
    rewards = page("rewards")
    assert '£15</strong> <span class="quiet">is waiting: tell us where to send it.</span>' in rewards
    assert "Tell us where to send the money" in rewards and "/member/payout" in rewards


def test_how_far_the_money_has_come(acme, here, ann, gus, fay, page):
    with here():
        give_cash(ann, 1500)
        give_account(ann)
    assert "Will be paid with our next payout" in page("rewards")
    with here():
        payouts.change_payout_settings(payday=28)
    assert re.search(r"Will be paid out around 28 \w+ \d{4}", page("rewards"))
    with here():
        batch = approved(gus, fay)
    assert "In our next payout, which is being prepared" in page("rewards")
    with here():
        as_person(gus)
        payouts.send_payout(batch.id)
    assert re.search(r"On its way to •••• 5555, there by \d+ \w+ \d{4}", page("rewards"))
    with here():
        take_words([Word(reference=PayoutLine.objects.get().reference, status="paid")], source="file")
    assert re.search(r"Paid on \d+ \w+ \d{4} to •••• 5555", page("rewards"))


def test_a_failed_payment_asks_to_check_the_account(acme, here, ann, gus, fay, page):
    with here():
        give_cash(ann, 1500)
        give_account(ann)
        payouts.send_payout(approved(gus, fay).id)
        take_words([Word(reference=PayoutLine.objects.get().reference, status="failed")], source="file")
    assert "The payment to •••• 5555 did not go through. Please check the account" in page("rewards")
    with here():
        give_account(ann, "GB82WEST12345698765432")
    assert "Will be paid with our next payout" in page("rewards")


def test_the_story_of_a_reward_names_each_stop(acme, here, ann, gus, fay, page):
    with here():
        reward = give_cash(ann, 1500)
        give_account(ann)
        payouts.send_payout(approved(gus, fay).id)
        take_words([Word(reference=PayoutLine.objects.get().reference, status="paid")], source="file")
    told = page(f"rewards/{reward.id}")
    assert told.index("On its way to your account: £15") < told.index("Paid out: £15")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_opens_in_both_languages(language, acme, here, ann, member):
    client = member("ann@example.com")
    for _ in range(2):
        answer = client.get(f"/o/{acme.slug}/member/payout", {"lang": language})
        assert (answer.status_code, answer["Content-Language"]) == (200, language)
        with here():
            give_account(ann)


def test_the_wait_follows_working_days(acme, here, ann, gus, fay, page):
    with here():
        give_cash(ann, 1500)
        give_account(ann)
        payouts.change_payout_settings(arrival_days=1)
        payouts.send_payout(approved(gus, fay).id)
        friday = door.moment() + timedelta(days=(4 - door.moment().weekday()) % 7)
        PayoutLine.objects.update(attempted_at=friday)
    monday = friday + timedelta(days=3)
    assert f"there by {monday.day} {monday:%B}" in page("rewards")
