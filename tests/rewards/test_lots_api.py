"""Lots, debts, returns, openings and the points policy over the API and on the statement."""

import pytest
from django.urls import reverse

from rewards import operations
from rewards.models import JournalEntry
from tenancy import door

pytestmark = pytest.mark.usefixtures("books_are_whole")
NOW = "2099-12-31T12:00:00Z"


def grant(customer, amount, key="a"):
    return operations.earn_points([operations.Grant(customer.id, amount, key, "order")])[0]


@pytest.fixture
def post(client, api_key):
    keys = {}

    def send(path, body, *scopes, key="k1"):
        held = keys.setdefault(scopes, api_key(*scopes))
        return client.post(f"/api/v1/{path}", body, "application/json", headers={"Idempotency-Key": key}, **held)

    return send


def test_lots_are_listed_by_their_end(client, api_key, at_acme, ann):
    with at_acme():
        operations.set_points_expiry(None)
        grant(ann, 5)
        operations.set_points_expiry(12)
        grant(ann, 7, "b")
    found = client.get(f"/api/v1/customers/{ann.id}/lots", **api_key("rewards:read")).json()["data"]
    ends = [(lot["remaining"], lot["expires_at"] and lot["expires_at"][:10]) for lot in found]
    assert ends == [(7, "2027-11-20"), (5, None)]


def test_a_redemption_goes_back_once(post, at_acme, ann, bea, has):
    with at_acme():
        grant(ann, 100)
        mug = operations.redeem_points(ann.id, amount=80, reason="mug", key="1")
    path, body = f"customers/{ann.id}/points/return", {"entry_id": str(mug.id), "amount": 30, "reason": "chipped"}
    first = post(path, body, "rewards:write")
    assert (first.status_code, first.json()["available"]) == (201, 50)
    assert post(path, body, "rewards:write").json() == first.json()
    refused = post(path, body | {"amount": 51}, "rewards:write", key="k2")
    assert (refused.status_code, refused.json()["code"]) == (409, "gives_back_too_much")
    assert post(f"customers/{bea.id}/points/return", body, "rewards:write", key="k3").status_code == 404
    assert post(path, body, "rewards:read", key="k4").status_code == 403
    with at_acme():
        assert has(ann) == (0, 50, 0)


def test_debts_are_told_and_forgiven(client, post, api_key, at_acme, ann, has):
    with at_acme():
        origin = grant(ann, 100)
        operations.redeem_points(ann.id, amount=100, reason="mug", key="1")
        operations.take_back_points([operations.TakeBack(ann.id, 60, "b", "refund", (origin,))])
    [why] = client.get(f"/api/v1/customers/{ann.id}/debts", **api_key("rewards:read")).json()["data"]
    assert (why["kind"], why["reason"], why["amount"], why["owed"]) == ("reversal", "refund", 60, 60)
    body = {"amount": 50, "reason": "a good customer"}
    assert post(f"customers/{ann.id}/debts/forgive", body, "rewards:write").status_code == 403
    assert post(f"customers/{ann.id}/debts/forgive", body, "ledger:write").json()["owed"] == 10
    assert post(f"customers/{ann.id}/debts/forgive", body, "ledger:write", key="k2").json()["code"] == "owes_less"
    with at_acme():
        assert has(ann) == (0, 0, 10)


def test_a_balance_is_taken_over(post, at_acme, ann, has):
    path = f"customers/{ann.id}/points/opening"
    body = {"amount": 300, "source": "oldcrm", "reference": "7", "expires_at": NOW}
    assert post(path, body, "ledger:write").json()["available"] == 300
    assert post(path, body, "ledger:write", key="k2").json()["available"] == 300
    conflict = post(path, body | {"amount": 301}, "ledger:write", key="k3")
    assert (conflict.status_code, conflict.json()["code"]) == (409, "ledger_key_reused")
    past = post(path, body | {"reference": "8", "expires_at": "2001-01-01T00:00:00Z"}, "ledger:write", key="k4")
    assert (past.status_code, past.json()["code"]) == (422, "expiry_passed")
    with at_acme():
        assert has(ann) == (0, 300, 0)


def test_the_points_policy_is_read_and_set(client, api_key, acme):
    path, keys = "/api/v1/points/policy", api_key("loyalty:read", "loyalty:write")
    assert client.get(path, **keys).json()["expires_after_months"] == 12
    body = {"expires_after_years": 1, "extends_on_activity": True, "shortfall": "owe", "owed_limit": 500}
    assert client.put(path, body, "application/json", **keys).json() == body | {"expires_after_months": None}
    for wrong, code in (
        ({"expires_after_years": 1, "expires_after_months": 1}, "expiry_contradicts"),
        ({"shortfall": "forgive", "owed_limit": 1}, "owed_limit_contradicts"),
    ):
        refused = client.put(path, wrong, "application/json", **keys)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert client.put(path, body, "application/json", **api_key("loyalty:read")).status_code == 403
    with door.organisation(acme.id):
        assert operations.policy_of(operations.ensure_units()["POINT"]).expires_after_years == 1


def test_on_the_statement_redemptions_go_back_and_debts_are_forgiven(at_acme, acme, ann, gus, signed_in, has):
    with at_acme():
        origin = grant(ann, 100)
        mug = operations.redeem_points(ann.id, amount=100, reason="mug", key="1")
        operations.take_back_points([operations.TakeBack(ann.id, 60, "b", "refund", (origin,))])
    browser = signed_in(gus)
    shown = browser.get(reverse("dashboard:statement", args=[ann.id])).content.decode()
    assert f"return_entry_id={mug.id}&amp;return_amount=100" in shown
    assert "What is owed, and why" in shown
    forgive = {"amount": "20", "reason": "a good customer", "key": "f1", "unit": "POINT"}
    assert browser.post(reverse("dashboard:debt_forgive", args=[ann.id]), forgive).status_code == 302
    too_much = {"entry_id": str(mug.id), "amount": "101", "reason": "broken", "key": "r1"}
    refused = browser.post(reverse("dashboard:points_return", args=[ann.id]), too_much)
    assert (refused.status_code, "More would be given back" in refused.content.decode()) == (422, True)
    back = too_much | {"amount": "90"}
    assert browser.post(reverse("dashboard:points_return", args=[ann.id]), back).status_code == 302
    assert browser.post(reverse("dashboard:points_return", args=[ann.id]), back).status_code == 302
    with at_acme():
        assert has(ann) == (0, 50, 0)
        assert JournalEntry.objects.filter(kind="return").count() == 1
