"""Payouts on staff pages: preview, four eyes, progress, files in and out, differences, accounts."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from rewards.models import PayoutBatch, PayoutDifference, PayoutLine
from rewards.operations import payouts
from rewards.operations.payouts.results import take_words
from rewards.queries import verify_books
from rewards.queries.payouts import account_of
from rewards.rules.payouts import Word
from tenancy import door
from tenancy.models import AuditRecord
from tests.rewards.cash import approved, draft, give_account, give_cash

IBAN, OTHER = "GB33BUKB20201555555555", "GB82WEST12345698765432"


@pytest.fixture
def fay(acme, staff_of):
    return staff_of(acme, "finance")


@pytest.fixture
def inside(acme):
    """Enter acme now, as a request does."""
    return lambda: door.organisation(acme.id)


@pytest.fixture
def rich(inside, ann, bea):
    """Ann has 15.00 and an account, bea has 9.00 and none."""
    with inside():
        give_cash(ann, 1500)
        give_cash(bea, 900)
        give_account(ann, IBAN)


@pytest.fixture(autouse=True)
def whole(inside):
    yield
    with inside():
        assert verify_books().wrong == ()


def _text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def _at(name: str, *args) -> str:
    return reverse(f"dashboard:{name}", args=args)


def test_a_payout_from_preview_to_the_result_file(acme, inside, rich, gus, fay, as_staff):
    maker, checker = as_staff(gus), as_staff(fay)
    preview = _text(maker.get(_at("payout_new")))
    assert "1 person gets £15.00" in preview
    assert "Bea Jones No payout account £9.00" in preview
    form = {"currency": "GBP", "until": "2099-01-01", "minimum_minor": "5", "campaign_id": "", "note": "November"}
    made = maker.post(_at("payout_new"), form)
    with inside():
        batch = PayoutBatch.objects.get()
    assert made["Location"] == _at("payout", batch.id)
    maker.post(_at("payout_submit", batch.id))
    refused = maker.post(_at("payout_approve", batch.id), follow=True)
    assert "Somebody else has to approve this payout" in _text(refused)
    assert "Approve that 1 person is paid £15.00?" in checker.get(_at("payout", batch.id)).content.decode()
    checker.post(_at("payout_approve", batch.id))
    checker.post(_at("payout_send", batch.id))
    file = checker.post(_at("payout_file", batch.id), {"purpose": "upload at the bank"})
    assert file["Content-Disposition"] == f'attachment; filename="payout-{batch.code}.csv"'
    assert file["Cache-Control"] == "no-store"
    assert IBAN in file.content.decode()
    with inside():
        reference = PayoutLine.objects.get().reference
        assert AuditRecord.objects.get(action="payout.file_made").changes["purpose"] == "upload at the bank"
    upload = SimpleUploadedFile("results.csv", f"reference,status\n{reference},paid\n".encode())
    done = checker.post(_at("payout_results", batch.id), {"file": upload}, follow=True)
    assert "1 paid, 0 failed." in _text(done)
    with inside():
        assert PayoutBatch.objects.get().state == "completed"


def test_accounts_are_masked_on_every_page(rich, inside, gus, fay, as_staff, ann):
    with inside():
        batch = approved(gus, fay)
        payouts.send_payout(batch.id)
        take_words([Word(reference=PayoutLine.objects.get().reference, status="paid", amount_minor=1)], source="file")
    browser = as_staff(gus)
    pages = [
        _at("payouts"), _at("payout", batch.id), _at("payout_differences"), _at("payout_settings"), _at("payout_new"),
        _at("payout_account", ann.id), _at("customer", ann.id), _at("audit"),
    ]  # fmt: skip
    shown = {page: browser.get(page).content.decode() for page in pages}
    assert [page for page, text in shown.items() if IBAN in text or "BUKB" in text] == []
    assert "•••• 5555" in shown[_at("payout", batch.id)]


def test_the_file_needs_a_purpose(rich, inside, gus, fay, as_staff):
    with inside():
        batch = approved(gus, fay)
        payouts.send_payout(batch.id)
    answer = as_staff(gus).post(_at("payout_file", batch.id), {"purpose": ""})
    assert answer.status_code == 422
    assert IBAN not in answer.content.decode()
    with inside():
        assert not AuditRecord.objects.filter(action="payout.file_made").exists()


def test_who_may_only_read_has_no_buttons(rich, inside, acme, gus, staff_of, as_staff):
    with inside():
        batch = draft(gus)
    shown = as_staff(staff_of(acme, "auditor")).get(_at("payout", batch.id)).content.decode()
    assert _at("payout_submit", batch.id) not in shown and _at("payout_cancel", batch.id) not in shown


def test_a_bad_result_file_is_refused_at_the_field(rich, inside, gus, fay, as_staff):
    with inside():
        batch = approved(gus, fay)
        payouts.send_payout(batch.id)
    answer = as_staff(gus).post(_at("payout_results", batch.id), {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})
    assert answer.status_code == 422
    assert "It needs the columns “reference” and “status”." in answer.content.decode()


def test_progress_moves_and_ends_with_a_new_page(rich, inside, gus, fay, as_staff):
    with inside():
        payouts.change_payout_settings(provider="demo")
        batch = approved(gus, fay)
        payouts.send_payout(batch.id)
        organisation_id = batch.organisation_id
    browser = as_staff(gus)
    assert f"{_at('payout_progress', batch.id)}?state=sending" in browser.get(_at("payout", batch.id)).content.decode()
    moving = browser.get(_at("payout_progress", batch.id) + "?state=sending", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in moving and "0 of 1 settled" in _text(moving)
    payouts.send_lines(organisation_id, batch.id)
    assert browser.get(_at("payout_progress", batch.id) + "?state=sending")["HX-Refresh"] == "true"


def test_a_difference_is_settled_with_a_note(rich, inside, gus, fay, as_staff):
    with inside():
        payouts.send_payout(approved(gus, fay).id)
        take_words([Word(reference=PayoutLine.objects.get().reference, status="paid", amount_minor=1499)], source="file")
        found = PayoutDifference.objects.get()
    browser = as_staff(fay)
    shown = _text(browser.get(_at("payout_differences")))
    assert "Another amount" in shown and "£15.00" in shown and "£14.99" in shown
    settle = _at("payout_difference_settle", found.id)
    assert "Say how you found out" in _text(browser.post(settle, {"remedy": "book_paid", "note": ""}, follow=True))
    browser.post(settle, {"remedy": "book_paid", "note": "their fee"})
    with inside():
        assert PayoutLine.objects.get().state == "paid"
    assert "their fee" in _text(browser.get(_at("payout_differences")))


def test_a_doubt_is_asked_about_and_settled_by_hand(rich, inside, gus, fay, as_staff):
    with inside():
        payouts.send_payout(approved(gus, fay).id)
        PayoutLine.objects.update(state="uncertain", cause="timeout")
        line = PayoutLine.objects.get()
    browser = as_staff(gus)
    assert "The provider did not answer in time." in _text(browser.get(_at("payout_differences")))
    browser.post(_at("payout_line_settle", line.id), {"is_paid": "no", "note": "not on the statement"})
    with inside():
        assert PayoutLine.objects.get().state == "failed"


def test_silence_is_shown_after_days(rich, inside, gus, fay, as_staff):
    with inside():
        payouts.send_payout(approved(gus, fay).id)
        old = door.moment() - timedelta(days=4)
        PayoutLine.objects.update(attempted_at=old)
    assert "Sent, and not heard of for days" in _text(as_staff(gus).get(_at("payout_differences")))


def test_one_account_of_two_customers_is_a_warning_with_its_innocent_reading(rich, inside, ann, bea, gus, as_staff):
    with inside():
        give_account(bea, IBAN)
        batch = draft(gus)
    browser = as_staff(gus)
    assert _text(browser.get(_at("payout", batch.id))).count("Several customers have this account") == 2
    shown = _text(browser.get(_at("payout_account", ann.id)))
    assert "Bea Jones" in shown and "a couple or a family with one account" in shown


def test_staff_enter_and_remove_an_account(rich, inside, bea, gus, as_staff):
    browser, page = as_staff(gus), _at("payout_account", bea.id)
    form = {"method": "bank", "holder": "Bea Jones", "account": OTHER, "bank": ""}
    assert browser.post(page, form | {"account": "1"}).status_code == 422
    browser.post(page, form)
    with inside():
        assert account_of(bea.id).entered_by_id == gus.user_id
    browser.post(_at("payout_account_forget", bea.id))
    with inside():
        assert account_of(bea.id) is None


def test_settings_are_changed_and_the_secret_is_shown_once(inside, gus, as_staff):
    browser, page = as_staff(gus), _at("payout_settings")
    form = {
        "provider": "web", "web_address": "https://pay.example.com/v1", "minimum_minor": "5", "payday": "25",
        "arrival_days": "2", "tax_threshold_minor": "800", "tax_note": "Ask the tax adviser.",
    }  # fmt: skip
    browser.post(page, form)
    shown = browser.get(page).content.decode()
    assert 'value="5.00"' in shown and "https://pay.example.com/v1" in shown and "/api/v1/payout-callbacks/" in shown
    secret = re.search(r"whsec_[\w+/=]+", browser.post(_at("payout_secret")).content.decode())[0]
    assert secret not in browser.get(page).content.decode()


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"web_address": "http://10.0.0.1/"}, "This address cannot be used"),
        ({"payday": "31"}, "less than or equal to 28"),
        ({"provider": "nobody"}, "Select a valid choice"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes, complaint, inside, gus, as_staff):
    form = {"provider": "web", "web_address": "", "minimum_minor": "5", "payday": "", "arrival_days": "2"}
    answer = as_staff(gus).post(_at("payout_settings"), form | changes)
    assert answer.status_code == 422
    assert complaint in answer.content.decode()


def test_who_is_over_the_tax_threshold_is_named(rich, inside, ann, gus, fay, as_staff):
    with inside():
        payouts.change_payout_settings(tax_threshold_minor=2000, tax_note="Ask the tax adviser.")
        first = payouts.send_payout(approved(gus, fay).id)
        take_words([Word(reference=PayoutLine.objects.get().reference, status="paid")], source="file")
        give_cash(ann, 600)
        second = draft(gus)
    browser = as_staff(gus)
    assert "Nobody is paid more than £20.00 this year." in _text(browser.get(_at("payout", first.id)))
    shown = _text(browser.get(_at("payout", second.id)))
    assert "Ask the tax adviser." in shown and "1 person is paid more than £20.00 this year" in shown and "£21.00" in shown
    listed = b"".join(browser.get(_at("payout_tax_list", second.id)).streaming_content).decode()
    assert "Ann Smith" in listed and "21.00" in listed and "Ask the tax adviser." in listed


def test_the_list_shows_sums_and_what_waits(rich, inside, gus, as_staff):
    with inside():
        batch = draft(gus)
        payouts.submit_payout(batch.id)
    shown = _text(as_staff(gus).get(_at("payouts")))
    assert batch.code in shown and "Waiting for approval" in shown and "£15.00" in shown


def test_a_cancelled_payout_says_why(rich, inside, gus, as_staff):
    with inside():
        batch = draft(gus)
    browser = as_staff(gus)
    browser.post(_at("payout_cancel", batch.id), {"reason": "wrong month"})
    assert "wrong month" in _text(browser.get(_at("payout", batch.id)))
