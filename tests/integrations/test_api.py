"""The same over REST: what an integrator does, and what others may not."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.models import Customer
from integrations.models import Import, WebhookDelivery
from integrations.operations import deliver_due, run
from tenancy import door
from tenancy.models import AuditRecord

LIST = "Name,Phone,City\nAnn,07700900001,Leeds\nBea,12,York\n"


def _upload(client, key, content=LIST, **fields):
    file = SimpleUploadedFile("may.csv", content.encode(), content_type="text/csv")
    return client.post("/api/v1/imports", {"kind": "customers", "file": file, **fields}, **key)


def _post(client, path, body, key):
    return client.post(f"/api/v1/{path}", body, content_type="application/json", **key)


def _body(response) -> str:
    return b"".join(response.streaming_content).decode()


def test_an_import_from_upload_to_error_file(client, acme, api_key):
    key = api_key("imports:write")
    uploaded = _upload(client, key)
    assert uploaded.status_code == 201
    found = f"imports/{uploaded.json()['id']}"
    seen = client.get(f"/api/v1/{found}/preview", **key).json()
    assert seen["mapping"] == {"name": "Name", "phone": "Phone", "city": "City"}
    assert seen["troubles"] == [
        {"column": "Phone", "rows": 1, "code": "bad_phone", "line": 3, "message": "“12” is not a phone number."}
    ]
    started = _post(client, f"{found}/start", {"mapping": seen["mapping"], "is_dry_run": False}, key)
    assert (started.status_code, started.json()["state"]) == (202, "queued")
    assert run(acme.id, Import.objects.model._meta.pk.to_python(uploaded.json()["id"])) is True
    shown = client.get(f"/api/v1/{found}", **key).json()
    assert (shown["counts"]["created"], shown["counts"]["failed"], shown["job"]["percent"]) == (1, 1, 100)
    assert [(reason["code"], reason["is_skip"], reason["rows"]) for reason in shown["reasons"]] == [("bad_phone", False, 1)]
    assert [issue["row"] for issue in client.get(f"/api/v1/{found}/issues", **key).json()["data"]] == [3]
    errors = client.get(f"/api/v1/{found}/errors.csv", **key)
    assert errors["Content-Disposition"].startswith("attachment")
    assert _body(errors) == "\ufeffName,Phone,City,Error\r\nBea,12,York,Phone: “12” is not a phone number.\r\n"
    assert [row["id"] for row in client.get("/api/v1/imports", **key).json()["data"]] == [uploaded.json()["id"]]


@pytest.mark.parametrize(("content", "code"), [("", "invalid"), ("Name,Phone\n", "no_rows"), ("PK\x03\x04", "file_damaged")])
def test_refused_files(client, api_key, acme, content, code):
    refused = _upload(client, api_key("imports:write"), content)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    with door.organisation(acme.id):
        assert Import.objects.count() == 0


def test_a_mapping_that_collides_is_refused(client, api_key, acme):
    key = api_key("imports:write")
    found = _upload(client, key).json()["id"]
    refused = _post(client, f"imports/{found}/start", {"mapping": {"Name": "name", "Phone": "phone", "City": "phone"}}, key)
    assert (refused.status_code, refused.json()["code"]) == (422, "columns_collide")
    assert client.get(f"/api/v1/imports/{found}", **key).json()["job"] is None


def test_cancel_of_what_does_not_run_is_refused(client, api_key):
    key = api_key("imports:write")
    found = _upload(client, key).json()["id"]
    assert _post(client, f"imports/{found}/cancel", {}, key).status_code == 409


def test_webhooks_over_rest(client, api_key, acme, receiver):
    key = api_key("integrations:read", "integrations:write")
    made = _post(client, "webhook-endpoints", {"url": receiver.url, "kinds": ["reward.settled"]}, key)
    assert made.status_code == 201 and made.json()["secret"].startswith("whsec_")
    found = f"webhook-endpoints/{made.json()['id']}"
    assert "secret" not in client.get(f"/api/v1/{found}", **key).json()
    rotated = _post(client, f"{found}/rotate-secret", {}, key).json()["secret"]
    assert rotated.startswith("whsec_") and rotated != made.json()["secret"]
    tested = _post(client, f"{found}/test", {}, key)
    assert tested.status_code == 202
    deliver_due(acme.id)
    (delivered,) = client.get("/api/v1/webhook-deliveries?state=delivered", **key).json()["data"]
    assert (delivered["id"], delivered["last_status"]) == (tested.json()["id"], 200)
    assert _post(client, f"webhook-deliveries/{delivered['id']}/retry", {}, key).status_code == 202
    off = client.patch(f"/api/v1/{found}", {"is_active": False}, content_type="application/json", **key).json()
    assert (off["is_active"], off["disabled_reason"]) == (False, "by_hand")
    assert client.delete(f"/api/v1/{found}", **key).status_code == 204
    assert client.get("/api/v1/webhook-endpoints", **key).json()["data"] == []


def test_an_inside_address_is_refused_with_a_pointer(client, api_key, acme):
    refused = _post(client, "webhook-endpoints", {"url": "https://169.254.169.254/"}, api_key("integrations:write"))
    assert refused.status_code == 422
    assert refused.json()["errors"][0] == {
        "pointer": "/url", "code": "address_refused",
        "detail": "This address cannot be used: It must be a public address.",
    }  # fmt: skip


def test_events_are_listed_newest_first_and_by_kind(client, api_key, acme, ann, bea):
    key = api_key("integrations:read")
    listed = client.get("/api/v1/events?kind=customer.created", **key).json()["data"]
    assert [event["subject_id"] for event in listed] == [str(bea.id), str(ann.id)]
    assert client.get("/api/v1/events?kind=nothing.happened", **key).json()["data"] == []


def test_customers_are_exported_with_the_filters_of_the_list(client, api_key, acme, ann, bea, at_acme):
    from crm.operations import update_customer

    with at_acme():
        update_customer(bea.id, name="=1+1", stage="loyal")
    key = api_key("exports:read", "customers:read", "contacts:reveal")
    body = _body(client.get("/api/v1/exports/customers.csv?stage=loyal", **key))
    rows = list(csv.DictReader(io.StringIO(body.lstrip("\ufeff"))))
    assert [(row["Name"], row["Phone"], row["E-mail"]) for row in rows] == [("'=1+1", "+447700900002", "bea@example.com")]
    assert client.get("/api/v1/exports/customers.csv?stge=loyal", **key).status_code == 422
    with door.organisation(acme.id):
        exported = AuditRecord.objects.get(action="list.exported")
    assert exported.changes == {"list": "customers", "rows": 1, "filters": ["stage"]}


def test_contacts_stay_masked_without_the_permission(client, api_key, ann):
    body = _body(client.get("/api/v1/exports/customers.csv", **api_key("exports:read", "customers:read")))
    assert "ann@example.com" not in body and "a***@example.com" in body


@pytest.mark.parametrize("name", ["orders", "referrals", "rewards"])
def test_every_list_has_its_export_and_asks_for_its_permission(client, api_key, name):
    body = _body(client.get(f"/api/v1/exports/{name}.csv", **api_key("exports:read", f"{name}:read")))
    assert body.startswith("\ufeffid,")
    assert client.get(f"/api/v1/exports/{name}.csv", **api_key("exports:read")).status_code == 403


def test_orders_are_exported_page_by_page(client, api_key, acme, monkeypatch):
    from crm.operations import CustomerReference, OrderReport, record_orders
    from integrations import exports

    monkeypatch.setattr(exports, "PAGE", 2)
    with door.organisation(acme.id):
        who = CustomerReference(external_id="7", name="Customer 7")
        record_orders([OrderReport("shop", f"A{n}", "GBP", 1000 + n, customer=who) for n in range(5)])
    body = _body(client.get("/api/v1/exports/orders.csv", **api_key("exports:read", "orders:read")))
    rows = list(csv.DictReader(io.StringIO(body.lstrip("\ufeff"))))
    assert [(row["Order number"], row["Amount"], row["Customer"]) for row in rows] == [
        (f"A{n}", f"10.0{n}", "Customer 7") for n in (4, 3, 2, 1, 0)
    ]


def test_strangers_get_404_and_too_little_403(client, api_key, acme, globex, receiver):
    key = api_key()
    found = _upload(client, key).json()["id"]
    endpoint = _post(client, "webhook-endpoints", {"url": receiver.url}, key).json()["id"]
    stranger, little = api_key(organisation=globex), api_key("customers:read")
    for method, path in [
        ("get", f"imports/{found}"), ("get", f"imports/{found}/preview"), ("get", f"imports/{found}/issues"),
        ("get", f"imports/{found}/errors.csv"), ("post", f"imports/{found}/cancel"),
        ("get", f"webhook-endpoints/{endpoint}"), ("post", f"webhook-endpoints/{endpoint}/rotate-secret"),
        ("post", f"webhook-endpoints/{endpoint}/test"), ("delete", f"webhook-endpoints/{endpoint}"),
    ]:  # fmt: skip
        ask = getattr(client, method)
        assert ask(f"/api/v1/{path}", content_type="application/json", **stranger).status_code == 404, path
        assert ask(f"/api/v1/{path}", content_type="application/json", **little).status_code == 403, path
        assert ask(f"/api/v1/{path}", content_type="application/json").status_code == 401, path
    mapping = {"mapping": {"name": "Name", "phone": "Phone"}}
    assert _post(client, f"imports/{found}/start", mapping, stranger).status_code == 404
    with door.organisation(globex.id):
        assert Customer.objects.count() == WebhookDelivery.objects.count() == 0
