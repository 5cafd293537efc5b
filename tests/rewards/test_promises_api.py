"""The ageing board, second persons, and handing over, over the API."""

from datetime import timedelta

import pytest

from rewards import operations
from rewards.models import Approval
from tenancy import door, keys

MUG = {"zh-hans": "马克杯", "en": "Mug"}


@pytest.fixture
def call(client, api_key):
    def send(method, path, body=None, key=None, idempotency="k1"):
        headers = {"HTTP_IDEMPOTENCY_KEY": idempotency, **(key or api_key())}
        return getattr(client, method)(f"/api/v1{path}", body, content_type="application/json", **headers)

    return send


@pytest.fixture
def key_of(acme):
    """A key that stands for a member of staff."""

    def make(member):
        with door.organisation(acme.id):
            _key, secret = keys.issue(name="phone", scopes=["approvals:write", "rewards:read"], created_by=member.user)
        return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}

    return make


def test_the_board_counts_what_is_open(call, promise, acme):
    with door.organisation(acme.id):
        now = door.moment()
        operations.accrue([promise(key="late", promised_by=now - timedelta(days=2)), promise(key="due", promised_by=now)])
    board = call("get", "/rewards/promises").json()
    assert [(line["cause"], line["bucket"], line["count"]) for line in board["open"]] == [("hold", "late", 2)]
    assert board["last_90_days"]["promised"] == 2
    assert len(call("get", "/rewards/promises/open?bucket=late").json()["data"]) == 2
    assert call("get", "/rewards/promises/open?bucket=soon").json()["data"] == []
    assert call("get", "/rewards/promises/open?bucket=never").status_code == 422


def test_a_gift_is_handed_over(call, promise, acme):
    with door.organisation(acme.id):
        [reward] = operations.accrue([promise(1, kind="gift", title=MUG, days=0)])
        operations.settle_due()
    body = call("post", f"/rewards/{reward.id}/issue", {"note": "at the counter"}).json()
    assert (body["state"], body["title"]) == ("issued", MUG)
    assert [move["after"] for move in call("get", f"/rewards/{reward.id}").json()["history"]] == [
        "accrued",
        "available",
        "issued",
    ]


def test_a_second_person_answers(call, key_of, promise, acme, gus, staff_of):
    fay = staff_of(acme, "finance")
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        operations.set_reward_policy(approve_cost_from=100)
        operations.accrue([promise(100, key="one"), promise(100, key="two")])
    asked = call("get", "/approvals?state=waiting").json()["data"]
    assert [(row["reasons"], row["state"], row["answers"]) for row in asked] == [(["cost"], "waiting", [])] * 2
    second, first = (f"/approvals/{row['id']}" for row in asked)
    mine = call("post", f"{first}/approve", {}, key=key_of(gus))
    assert (mine.status_code, mine.json()["code"]) == (409, "not_a_second_person")
    agreed = call("post", f"{first}/approve", {"reason": "fine"}, key=key_of(fay), idempotency="k2").json()
    assert (agreed["state"], agreed["answers"][0]["person_id"]) == ("approved", str(fay.user_id))
    assert call("post", f"{second}/decline", {}, key=key_of(fay), idempotency="k3").status_code == 422
    refused = call("post", f"{second}/decline", {"reason": "no"}, key=key_of(fay), idempotency="k4").json()
    assert refused["state"] == "declined"
    assert [row["state"] for row in call("get", "/rewards").json()["data"]] == ["reversed", "accrued"]


def test_points_that_need_a_second_person_are_accepted_not_created(call, ann, at_acme):
    call("put", "/rewards/policy", {"approve_points_from": 500, "holidays": ["2026-12-25"]})
    assert call("get", "/rewards/policy").json() == {
        "approve_cost_from": None, "approve_cash": False, "approve_risky": False, "approve_points_from": 500,
        "holidays": ["2026-12-25"],
    }  # fmt: skip
    asked = call("post", f"/customers/{ann.id}/points/adjust", {"amount": 500, "reason": "sorry"})
    assert (asked.status_code, asked.json()["entry_id"], asked.json()["available"]) == (202, None, 0)
    with at_acme():
        assert str(Approval.objects.get().id) == asked.json()["approval_id"]
    booked = call("post", f"/customers/{ann.id}/points/adjust", {"amount": 499, "reason": "sorry"}, idempotency="k2")
    assert (booked.status_code, booked.json()["approval_id"], booked.json()["available"]) == (201, None, 499)


def test_why_is_told_to_each_in_their_way(call, promise, acme):
    with door.organisation(acme.id):
        [reward] = operations.accrue([promise(100)])
    staff = call("get", f"/rewards/{reward.id}/why").json()
    assert (staff["title"], staff["sections"][0]["steps"][0]["text"]) == ("Why 100 points", "It was given by hand.")
    theirs = call("get", f"/rewards/{reward.id}/why?audience=customer").json()
    assert theirs["sections"][0]["steps"][0]["text"] == "It was given to you personally."
