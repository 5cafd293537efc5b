"""Merging over the API: plan, merge, follow, undo; duplicates."""

import pytest

from crm import operations as crm
from crm.models import Customer, DuplicatePair, Merge
from tests.crm.merging_world import two_of_one


@pytest.fixture
def two(at_acme):
    with at_acme():
        return two_of_one()


def test_a_dry_run_answers_the_plan_and_writes_nothing(two, api, at_acme):
    shop, site = two
    answer = api().post(f"customers/{shop.id}/merge", {"loser_id": str(site.id), "dry_run": True})
    plan = answer.json()["plan"]
    assert answer.status_code == 200
    assert {one["name"]: one["default"] for one in plan["field_choices"]}["birth_date"] == "loser"
    assert {one["code"]: one["count"] for one in plan["moves"]} == {
        "crm.contactpoint": 3, "crm.consent": 1, "crm.interaction": 1, "crm.task": 1,
    }  # fmt: skip
    with at_acme():
        assert not Merge.objects.exists()


def test_merge_once_follow_and_undo(two, api, at_acme):
    shop, site = two
    body = {"loser_id": str(site.id), "fields": {"name": "winner"}}
    till = api()
    first = till.post(f"customers/{shop.id}/merge", body, HTTP_IDEMPOTENCY_KEY="m1")
    again = till.post(f"customers/{shop.id}/merge", body, HTTP_IDEMPOTENCY_KEY="m1")
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    merge = first.json()["merge"]
    assert (merge["winner_id"], merge["loser_id"], merge["undone_at"]) == (str(shop.id), str(site.id), None)

    moved = api().get(f"customers/{site.id}")
    assert (moved.status_code, moved["Location"]) == (308, f"/api/v1/customers/{shop.id}")
    assert (moved.json()["code"], moved.json()["facts"]["merged_into"]) == ("customer_merged", str(shop.id))
    patched = api().patch(f"customers/{site.id}", {"city": "York"})
    assert (patched.status_code, patched["Location"]) == (308, f"/api/v1/customers/{shop.id}")
    said = api().post(f"customers/{site.id}/interactions", {"kind": "note", "text": "x"})
    assert (said.status_code, said["Location"]) == (308, f"/api/v1/customers/{shop.id}/interactions")
    assert [row["id"] for row in api().get("customers").json()["data"]] == [str(shop.id)]

    told = api().post(f"merges/{merge['id']}/undo", {"dry_run": True}).json()["plan"]
    assert told == {"stays": [], "notes": [], "blocks": []}
    assert api().post(f"merges/{merge['id']}/undo").status_code == 200
    assert api().get(f"customers/{site.id}").status_code == 200
    refused = api().post(f"merges/{merge['id']}/undo")
    assert (refused.status_code, refused.json()["code"]) == (409, "merge_undone_already")
    assert [row["id"] for row in api().get("merges").json()["data"]] == [merge["id"]]
    assert api().get("merges", is_undone=False).json()["data"] == []


def test_nobody_without_the_permission_or_the_customer_merges(two, api, globex, at_acme):
    shop, site = two
    body = {"loser_id": str(site.id)}
    assert api("customers:write").post(f"customers/{shop.id}/merge", body).status_code == 403
    assert api(organisation=globex).post(f"customers/{shop.id}/merge", body).status_code == 404
    assert api().post(f"customers/{shop.id}/merge", {"loser_id": str(shop.id)}).json()["code"] == "merged_with_itself"
    with at_acme():
        crm.merge_customers(shop.id, site.id)
    assert api(organisation=globex).get(f"customers/{site.id}").status_code == 404


def test_pairs_are_listed_dismissed_and_reopened(two, api, at_acme, ann):
    with at_acme():
        other = crm.record_customer(name="Ann Smith", phone="+447711900001")
        crm.find_duplicates()
        pair = DuplicatePair.objects.get(first=ann, second=other)
    rows = api().get("duplicates", customer=str(other.id), min_score=60).json()["data"]
    assert [(row["id"], row["score"], row["reasons"]) for row in rows] == [
        (str(pair.id), 65, ["same_name", "same_last_four"])
    ]
    assert api().post(f"duplicates/{pair.id}/dismiss").json()["state"] == "dismissed"
    assert str(pair.id) not in [row["id"] for row in api().get("duplicates", state="open").json()["data"]]
    assert api().post(f"duplicates/{pair.id}/reopen").json()["dismissed_at"] is None
    assert api("customers:write").post(f"duplicates/{pair.id}/dismiss").status_code == 403


def test_contacts_of_two_name_both(two, api, at_acme):
    shop, site = two
    answer = api().post("customers", {"name": "Ann", "phone": "+447700900101", "email": "ann.smith@gmail.com"})
    assert (answer.status_code, answer.json()["facts"]) == (409, {"customer_ids": sorted([str(shop.id), str(site.id)])})
    with at_acme():
        assert Customer.objects.count() == 2
