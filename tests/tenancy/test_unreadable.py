"""What no text can hold: refused by name, in the shape of every other refusal, and nothing of it is kept."""

import pytest

from crm.models import Customer
from crm.operations.deals.pipelines import make_pipeline
from tenancy import door

NUL, HALF = "\\u0000", "\\ud83d"


def _post(client, api_key, body: str, address="/api/v1/customers"):
    return client.post(address, body, content_type="application/json", headers={"Idempotency-Key": "k"}, **api_key())


@pytest.mark.parametrize("character", [NUL, HALF])
def test_a_text_that_cannot_be_kept_is_named(client, api_key, acme, character):
    answer = _post(client, api_key, f'{{"name": "Ann", "note": "a{character}b", "custom": {{"size": "{character}"}}}}')
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/note", "/custom/size"]
    with door.organisation(acme.id):
        assert not Customer.objects.exists()


@pytest.mark.parametrize("character", [NUL, HALF])
def test_neither_is_a_name_of_a_field_kept(client, api_key, character):
    answer = _post(client, api_key, f'{{"name": "Ann", "custom": {{"{character}": "x"}}}}')
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/custom"


def test_a_whole_pair_is_kept(client, api_key):
    answer = _post(client, api_key, '{"name": "Ann \\ud83d\\ude00"}')
    assert answer.status_code == 201 and answer.json()["name"] == "Ann 😀"


def test_nesting_without_end_is_refused(client, api_key):
    answer = _post(client, api_key, "[" * 100_000)
    assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("address", ["/api/v1/codes/%00", "/api/v1/customers?q=%00"])
def test_an_address_with_nul_is_refused(client, api_key, address):
    answer = client.get(address, **api_key())
    assert (answer.status_code, answer.json()["code"]) == (400, "nul_character")


def test_people_get_a_page(client, acme):
    assert client.get(f"/o/{acme.slug}/r/%00").status_code == 400
    answer = client.post(f"/o/{acme.slug}/member/login", "contact=%00", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400 and "cannot be read" in answer.content.decode()


def test_a_day_after_the_last_is_refused(client, api_key, acme):
    with door.organisation(acme.id):
        pipeline = make_pipeline({"en": "Sales", "zh-hans": "销售"})
    answer = client.get(f"/api/v1/pipelines/{pipeline.id}/report?since=2026-01-01&until=9999-12-31", **api_key())
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"


def test_a_zone_that_no_place_has_is_refused(client, api_key):
    answer = client.get("/api/v1/customers", {"created_after": "2026-09-21T02:40:52-21:07"}, **api_key())
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"


def test_what_breaks_on_our_side_is_told_to_programs_as_a_problem(client, api_key, monkeypatch):
    monkeypatch.setattr("crm.api.customers.Customers.get", lambda *args, **kwargs: 1 / 0)
    client.raise_request_exception = False
    answer = client.get("/api/v1/customers", **api_key())
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json" and answer.json()["code"] == "internal_error"
