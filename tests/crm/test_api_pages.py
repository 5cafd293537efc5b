"""Pages of the API that PostgreSQL writes: the same as single records say; sorted, sparse, conditional, masked."""

import json

import pytest
from django.test import Client

from crm import operations as crm
from crm.api.customers import CustomerOut
from crm.models import Customer
from tenancy import door


@pytest.fixture
def three(acme):
    with door.organisation(acme.id):
        made = [crm.record_customer(name=name, email=f"{name}@example.com", phone=f"0770090000{n}")
                for n, name in enumerate(["cleo", "ada", "bo"])]  # fmt: skip
        crm.set_tags(made[0], ["z", "a"])
        return made


@pytest.fixture
def call(api_key):
    def get(path: str, *scopes, **query):
        answer = Client().get(f"/api/v1/{path}", query, **api_key(*scopes))
        return answer.status_code, answer.json()

    return get


def test_a_row_of_the_list_is_the_record(call, three):
    _status, body = call("customers")
    for row in body["data"]:
        assert row == call(f"customers/{row['id']}")[1]
    assert list(body["data"][0]) == CustomerOut.Meta.fields


def test_an_order_of_the_list_is_the_record(call, acme, three):
    with door.organisation(acme.id):
        line = crm.OrderLineReport(sku="A", name="Ape", unit_minor=700, amount_minor=700)
        who = crm.CustomerReference(customer_id=three[0].id)
        for number, status in (("1", "paid"), ("2", "placed")):
            report = crm.OrderReport(
                source="shop", external_id=number, currency="GBP", total_minor=700, status=status, customer=who, lines=[line]
            )
            crm.record_order(report)
        crm.record_refund(crm.RefundReport(
            source="shop", external_id="r1", order_external_id="1", currency="GBP", amount_minor=200, reason="chipped",
        ))  # fmt: skip
    rows = call("orders")[1]["data"]
    assert [(row["refunded_minor"], row["kept_minor"]) for row in rows] == [(0, 0), (200, 500)]
    for row in rows:
        record = call(f"orders/{row['id']}")[1]
        record.pop("waiting_refunds")
        assert row == record


@pytest.mark.parametrize(("sort", "expected"), [("name", ["ada", "bo", "cleo"]), ("-created_at", ["bo", "ada", "cleo"])])
def test_sorted_pages_go_on_where_they_ended(call, three, sort, expected):
    seen, after = [], {}
    while after is not None:
        _status, body = call("customers", sort=sort, limit=1, **after)
        seen += [row["name"] for row in body["data"]]
        after = {"after": body["next_cursor"]} if body["has_more"] else None
    assert seen == expected


def test_only_the_fields_asked_for(call, three):
    assert call("customers", fields="tags,name", sort="name", limit=3)[1]["data"][2] == {"name": "cleo", "tags": ["a", "z"]}
    status, body = call("customers", fields="name,password")
    assert (status, body["errors"][0]["detail"]) == (422, "There is no field password.")
    status, body = call("customers", sort="note")
    assert (status, body["errors"][0]["pointer"]) == (422, "/sort")


def test_a_cursor_of_another_order_is_refused(call, three):
    cursor = call("customers", limit=1)[1]["next_cursor"]
    assert call("customers", sort="name", after=cursor)[0] == 422


def test_conditions_narrow(call, three):
    where = {"match": "all", "conditions": [{"fact": "tags", "op": "any_of", "value": ["a"]}]}
    assert [row["name"] for row in call("customers", where=json.dumps(where))[1]["data"]] == ["cleo"]
    assert call("customers", where="{")[0] == 422


def test_contacts_are_masked_without_the_permission(call, three):
    _status, body = call("customers", "customers:read", sort="name", fields="contact_points")
    assert [point["value"] for point in body["data"][0]["contact_points"]] == ["a***@example.com", "+4477****0001"]
    assert "normalised" not in body["data"][0]["contact_points"][0]


def test_a_search_for_nobody_is_an_empty_page(call, three):
    assert call("customers", q="qqqq")[1] == {"data": [], "has_more": False, "next_cursor": None}


def test_the_other_organisation_sees_nothing(api_key, globex, three):
    answer = Client().get("/api/v1/customers", {"sort": "name"}, **api_key(organisation=globex))
    assert answer.json()["data"] == []
    with door.organisation(globex.id):
        assert not Customer.objects.exists()
