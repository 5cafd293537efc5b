"""Leads over REST: captured once, moved by verbs, explained."""

import pytest

from crm.models import Customer, Lead
from crm.operations import leads as leading
from tenancy import door


@pytest.fixture
def post(client, api_key):
    headers = api_key("leads:read", "leads:write")

    def send(path: str, body: dict | None = None, status: int = 200) -> dict:
        answer = client.post(f"/api/v1/{path}", body or {}, content_type="application/json", **headers)
        assert answer.status_code == status, answer.content
        return answer.json()

    send.get = lambda path: client.get(f"/api/v1/{path}", **headers).json()
    return send


TOLD = {"source": "shop", "external_id": "77", "name": "Zoe Park", "phone": "07700 900155", "city": "Leeds"}


def test_a_lead_is_captured_once_and_says_whether_the_customer_is_known(post, acme, gus):
    first = post("leads", TOLD, 201)
    assert (first["key"], first["state"], first["is_known"]) == ("api:shop:77", "new", False)
    assert post("leads", TOLD, 200)["id"] == first["id"]
    again = post("leads", TOLD | {"external_id": "78"}, 201)
    assert (again["customer_id"], again["is_known"]) == (first["customer_id"], True)
    taken = post("leads", TOLD | {"phone": "07700 900156", "external_id": "79", "name": ""}, 422)
    assert taken["code"] == "invalid"
    with door.organisation(acme.id):
        assert (Lead.objects.count(), Customer.objects.count()) == (2, 1)


def test_from_the_pool_to_converted(post, acme, gus):
    lead = post("leads", TOLD, 201)["id"]
    assert post(f"leads/{lead}/claim", {"owner_id": str(gus.id)})["owner_id"] == str(gus.id)
    assert post(f"leads/{lead}/claim", {"owner_id": str(gus.id)}, 409)["code"] == "lead_taken"
    assert post(f"leads/{lead}/contact", {"kind": "call", "result": "reached"})["response_minutes"] == 0
    assert post(f"leads/{lead}/convert", {}, 409)["code"] == "lead_moved"
    post(f"leads/{lead}/qualify")
    assert post(f"leads/{lead}/convert")["state"] == "converted"
    kinds = [move["kind"] for move in post.get(f"leads/{lead}/moves")["data"]]
    assert kinds == ["converted", "qualified", "contacted", "claimed", "pooled", "captured"]
    assert post.get("lead-response-times")["data"][0]["in_time"] == 1


def test_why_is_told_and_rules_are_tried(post, acme, gus):
    with door.organisation(acme.id):
        leading.save_rule(name="Leeds", how="person", members=[gus.id], criteria=[{"fact": "city", "values": ["Leeds"]}])
    tried = post("lead-rules/try", {"city": "Leeds"})
    assert tried == {
        "owner_id": str(gus.id), "pool_id": None, "why": "Assigned to Gus by rule 1: city is Leeds; the one person it names",
    }  # fmt: skip
    lead = post("leads", TOLD, 201)
    assert post.get(f"leads/{lead['id']}/moves")["data"][0]["why"] == tried["why"]
    assert post(f"leads/{lead['id']}/disqualify", {"reason": "no_need", "detail": "price"}, 422)["code"] == "unknown_reason"
    assert post(f"leads/{lead['id']}/disqualify", {"reason": "no_need", "detail": "later"})["detail"] == "later"
    assert [each["id"] for each in post.get("leads?state=unqualified")["data"]] == [lead["id"]]
