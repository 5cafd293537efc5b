"""Payouts over the API: drafted, approved by another person's key, sent, results, differences; accounts masked."""

import pytest

from foundation.ids import new_code
from rewards.models import PayoutLine
from rewards.operations import payouts
from rewards.operations.payouts.results import take_words
from rewards.rules.payouts import Word
from tenancy import door, keys
from tests.rewards.cash import give_account, give_cash

IBAN = "GB33BUKB20201555555555"
pytestmark = pytest.mark.usefixtures("books_are_whole")


@pytest.fixture
def as_key_of(acme):
    """Make a key of a member of staff: as_key_of(gus)."""

    def make(member, *scopes):
        with door.organisation(acme.id):
            _, secret = keys.issue(
                name="k", scopes=list(scopes or ("payouts:read", "payouts:write")), created_by=member.user
            )
        return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}

    return make


@pytest.fixture
def call(client):
    def send(method, path, key, body=None, **headers):
        headers = {"HTTP_IDEMPOTENCY_KEY": new_code(20)} | headers if method == "post" else headers
        more = {"data": body or {}, "content_type": "application/json"} if method == "post" else {}
        answer = getattr(client, method)(f"/api/v1/{path}", **more, **key, **headers)
        return answer.status_code, answer.json() if answer.content else None

    return send


@pytest.fixture
def rich(acme, ann, bea):
    with door.organisation(acme.id):
        give_cash(ann, 1500)
        give_account(ann, IBAN)
        give_cash(bea, 900)


def test_a_payout_over_the_api(acme, rich, ann, bea, gus, staff_of, as_key_of, call):
    maker, checker = as_key_of(gus), as_key_of(staff_of(acme, "finance"))
    status, made = call("post", "payouts", maker, {"currency": "GBP", "note": "November"})
    assert (status, made["state"], made["people"], made["total_minor"]) == (201, "draft", 1, 1500)
    assert made["left_out"] == [{"customer_id": str(bea.id), "amount_minor": 900, "reason": "no_account"}]
    path = f"payouts/{made['id']}"
    assert call("post", f"{path}/submit", maker)[1]["state"] == "waiting"
    status, refused = call("post", f"{path}/approve", maker)
    assert (status, refused["code"]) == (409, "another_person_needed")
    assert call("post", f"{path}/approve", checker)[1]["state"] == "approved"
    assert call("post", f"{path}/send", maker)[1]["state"] == "sent"
    [line] = call("get", f"{path}/lines", maker)[1]["data"]
    assert (line["account"], line["holder"], line["state"]) == ("•••• 5555", "Ann S.", "accepted")
    status, file = call("post", f"{path}/file", maker, {"purpose": "upload"})
    assert file["name"].startswith("payout-") and IBAN in file["content"]
    text = f"reference,status\n{line['reference']},paid\nXX1,paid\n"
    assert call("post", f"{path}/result-file", maker, {"content": text})[1] == {
        "rows": 2, "paid": 1, "failed": 0, "repeated": 0, "differences": 1, "not_understood": 0, "bad_rows": [],
    }  # fmt: skip
    done = call("get", path, maker)[1]
    assert (done["state"], done["paid_minor"]) == ("completed", 1500)
    assert [step["state"] for step in done["steps"]] == ["draft", "waiting", "approved", "sending", "sent", "completed"]
    [difference] = call("get", "payout-differences", maker)[1]["data"]
    settle = f"payout-differences/{difference['id']}/settle"
    assert call("post", settle, maker, {"remedy": "noted", "note": "not ours"})[1]["remedy"] == "noted"


def test_a_repeated_draft_is_the_first_one(rich, gus, as_key_of, call):
    key = as_key_of(gus)
    first = call("post", "payouts", key, {"currency": "GBP"}, HTTP_IDEMPOTENCY_KEY="k1")
    assert call("post", "payouts", key, {"currency": "GBP"}, HTTP_IDEMPOTENCY_KEY="k1") == first
    assert len(call("get", "payouts", key)[1]["data"]) == 1
    assert call("get", "payouts?state=sent", key)[1]["data"] == []


def test_nothing_to_pay_is_a_problem(acme, gus, as_key_of, call):
    status, told = call("post", "payouts", as_key_of(gus), {"currency": "GBP"})
    assert (status, told["code"]) == (409, "nothing_to_pay")


def test_cancelling_and_doubts(acme, rich, gus, as_key_of, call):
    key = as_key_of(gus)
    made = call("post", "payouts", key, {"currency": "GBP"})[1]
    assert call("post", f"payouts/{made['id']}/cancel", key, {"reason": "wrong month"})[1]["state"] == "cancelled"
    with door.organisation(acme.id):
        line = PayoutLine.objects.get()
    status, told = call("post", f"payouts/{made['id']}/lines/{line.id}/settle", key, {"is_paid": True, "note": "n"})
    assert (status, told["code"]) == (409, "payout_remedy_impossible")


def test_the_tax_list_is_in_the_answer(acme, rich, ann, gus, as_key_of, call):
    with door.organisation(acme.id):
        payouts.change_payout_settings(tax_threshold_minor=1000, tax_note="Ask the tax adviser.")
    made = call("post", "payouts", as_key_of(gus), {"currency": "GBP"})[1]
    assert made["tax_note"] == "Ask the tax adviser."
    assert made["over_tax_threshold"] == [{"customer_id": str(ann.id), "amount_minor": 1500, "year_minor": 1500}]


def test_accounts_are_set_and_never_given_in_full(ann, bea, gus, as_key_of, call):
    key = as_key_of(gus)
    path = f"customers/{ann.id}/payout-account"
    assert call("get", path, key)[0] == 404
    body = {"method": "bank", "holder": "Ann Smith", "account": IBAN}
    status, told = call("post", path, key, body)
    assert (status, told["account"], told["is_shared"]) == (200, "•••• 5555", False)
    assert call("post", f"customers/{bea.id}/payout-account", key, body)[1]["is_shared"] is True
    assert IBAN not in str(call("get", path, key))
    status, told = call("post", path, key, body | {"account": "1"})
    assert (status, told["errors"][0]["pointer"]) == (422, "/account")
    assert call("delete", path, key)[0] == 204
    assert call("get", path, key)[0] == 404


def test_reading_is_not_writing(acme, rich, gus, as_key_of, call):
    reader = as_key_of(gus, "payouts:read")
    assert call("get", "payouts", reader)[0] == 200
    assert call("post", "payouts", reader, {"currency": "GBP"})[0] == 403


def test_events_go_out_by_webhook_too():
    from integrations.queries import EVENT_KINDS

    assert {"payout.paid", "payout.failed"} <= set(EVENT_KINDS)


def test_differences_of_another_organisation_do_not_exist(acme, globex, rich, gus, as_key_of, call, api_key):
    with door.organisation(acme.id):
        take_words([Word(reference="XX1", status="paid")], source="callback")
    stranger = api_key(organisation=globex)
    assert call("get", "payout-differences", stranger)[1]["data"] == []
    [found] = call("get", "payout-differences", as_key_of(gus))[1]["data"]
    assert call("post", f"payout-differences/{found['id']}/settle", stranger, {"remedy": "noted", "note": "n"})[0] == 404
