"""The provider's callback: open to all, believed only when signed, counted once, for one organisation."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from standardwebhooks import Webhook

from rewards.models import PayoutLine, PayoutReport, PayoutSettings
from rewards.operations import payouts
from rewards.providers.web import signed
from tenancy import door
from tests.rewards.bank import Bank
from tests.rewards.cash import approved, give_account, give_cash

pytestmark = pytest.mark.usefixtures("books_are_whole")


@pytest.fixture
def fay(acme, staff_of):
    return staff_of(acme, "finance")


@pytest.fixture
def bank(database):
    return Bank()


@pytest.fixture
def line(acme, at_acme, ann, gus, fay, bank):
    """A payment of 15.00 that the bank has accepted."""
    with bank.open() as address:
        with at_acme():
            payouts.change_payout_settings(provider="web", web_address=address)
            PayoutSettings.objects.update(web_secret=bank.secret)
            give_cash(ann, 1500)
            give_account(ann)
            batch = payouts.send_payout(approved(gus, fay).id)
        payouts.send_lines(acme.id, batch.id)
    with at_acme():
        return PayoutLine.objects.get()


def _meta(headers: dict) -> dict:
    """Write headers as the test client takes them."""
    return {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in headers.items() if name != "content-type"}


@pytest.fixture
def call(client, at_acme):
    """Post to acme's address as a provider does: call(headers, body)."""
    with at_acme():
        token = payouts.callback_token()

    def post(headers, body, token=token, **more):
        path = f"/api/v1/payout-callbacks/{token}"
        answer = client.post(path, data=body, content_type="application/json", **_meta(headers), **more)
        return answer.status_code, answer.json()

    return post


@pytest.fixture
def state(at_acme):
    def look() -> str:
        with at_acme():
            return PayoutLine.objects.get().state

    return look


def _say(bank, kind, **data) -> tuple[dict, bytes]:
    body = json.dumps({"type": kind, "data": data}).encode()
    return signed(bank.secret, body), body


def test_a_signed_callback_is_booked(line, bank, call, state, at_acme, ann, cash_of):
    assert call(*bank.callback(line.reference)) == (200, {"outcome": "book_paid"})
    assert state() == "paid"
    with at_acme():
        assert cash_of(ann)["paid"] == 1500
        report = PayoutReport.objects.get(source="callback")
        assert (report.status, report.amount_minor, report.line_id) == ("paid", 1500, line.id)


def test_a_failure_is_booked_too(line, bank, call, state, at_acme, ann, cash_of):
    said = _say(bank, "payment.failed", reference=line.reference, reason="account closed")
    assert call(*said) == (200, {"outcome": "book_failed"})
    with at_acme():
        assert cash_of(ann)["available"] == 1500


def test_the_same_message_again_counts_once(line, bank, call, at_acme):
    said = bank.callback(line.reference)
    call(*said)
    assert call(*said) == (200, {"outcome": "repeated"})
    with at_acme():
        assert PayoutReport.objects.filter(source="callback").count() == 1


def test_an_old_message_played_later_is_refused(line, bank, call, state):
    body = json.dumps({"type": "payment.paid", "data": {"reference": line.reference}}).encode()
    then = datetime.now(UTC) - timedelta(minutes=6)
    headers = {
        "webhook-id": "m1", "webhook-timestamp": str(int(then.timestamp())),
        "webhook-signature": Webhook(bank.secret).sign("m1", then, body.decode()),
    }  # fmt: skip
    assert call(headers, body)[0] == 401
    assert state() == "accepted"


@pytest.mark.parametrize("spoil", ["body", "signature", "id", "nothing"])
def test_what_is_not_signed_is_not_believed(spoil, line, bank, call, state):
    headers, body = bank.callback(line.reference)
    if spoil == "body":
        body = body.replace(b"1500", b"9500")
    elif spoil == "signature":
        headers["webhook-signature"] = "v1,AAAA"
    elif spoil == "id":
        headers["webhook-id"] = "another"
    else:
        headers = {}
    assert call(headers, body)[0] == 401
    assert state() == "accepted"


def test_another_secret_is_not_believed(line, call, state):
    stranger = Bank()
    assert call(*_say(stranger, "payment.paid", reference=line.reference))[0] == 401
    assert state() == "accepted"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("payment.eaten", {"reference": "x"}), ("payment.paid", {}), ("payment.paid", {"reference": 7}),
        ("payment.paid", {"reference": "x", "amount_minor": "many"}),
        ("payment.paid", {"reference": "x", "amount_minor": True}),
    ],
)  # fmt: skip
def test_what_is_signed_and_senseless_is_refused(kind, data, line, bank, call, at_acme):
    assert call(*_say(bank, kind, **data))[0] == 422
    with at_acme():
        assert not PayoutReport.objects.filter(source="callback").exists()


@pytest.mark.parametrize("body", [b"[]", b"7", b"null", b"\xff", b'{"type": ["x"], "data": {}}'])
def test_signed_nonsense_is_refused(body, line, bank, call):
    try:
        headers = signed(bank.secret, body)
    except UnicodeDecodeError:
        headers = {}
    assert call(headers, body)[0] in (401, 422)


def test_a_token_that_we_have_not_made_leads_nowhere(line, bank, call, acme):
    for token in (str(acme.id), f"{acme.id}:AAAA", "x"):
        assert call(*bank.callback(line.reference), token=token)[0] == 404


def test_another_organisations_token_does_not_reach_this_payment(line, bank, call, globex, state):
    with door.organisation(globex.id):
        token = payouts.callback_token()
        payouts.change_payout_settings(provider="web", web_address="https://pay.example.com")
        PayoutSettings.objects.update(web_secret=bank.secret)  # even with the same secret
    assert call(*bank.callback(line.reference), token=token)[1] == {"outcome": "unknown_line"}
    assert state() == "accepted"


def test_a_key_or_session_of_ours_opens_nothing_here(line, bank, call, api_key, state):
    assert call(*bank.callback(line.reference), **api_key())[0] == 404
    assert state() == "accepted"


def test_too_large_and_too_often(line, bank, call, monkeypatch):
    from rewards.api.payout_callbacks import CallbackThrottle

    assert call({}, b"x" * 20_001)[0] == 413
    cache.clear()
    monkeypatch.setattr(CallbackThrottle, "rate", "3/min")
    assert [call({}, b"{}")[0] for _ in range(4)] == [401, 401, 401, 429]


def test_an_answer_in_time_is_kept_when_the_callback_was_faster(acme, at_acme, ann, gus, fay, bank, client, state):
    """The bank calls back before it answers the request that asked it."""
    with bank.open() as address:
        with at_acme():
            payouts.change_payout_settings(provider="web", web_address=address)
            PayoutSettings.objects.update(web_secret=bank.secret)
            token = payouts.callback_token()
            give_cash(ann, 1500)
            give_account(ann)
            batch = payouts.send_payout(approved(gus, fay).id)

        def call_first(reference):
            headers, body = bank.callback(reference)
            path = f"/api/v1/payout-callbacks/{token}"
            assert client.post(path, data=body, content_type="application/json", **_meta(headers)).status_code == 200

        bank.on_payment = call_first
        payouts.send_lines(acme.id, batch.id)
    assert state() == "paid"
