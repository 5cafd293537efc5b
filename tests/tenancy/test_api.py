"""Manners of the REST API: keys, permissions, paging, problems, idempotency."""

import importlib.util
import sys
import threading
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client

from crm.models import Tag
from tenancy import door

# The probe is loaded by path: test folders are no packages.
_spec = importlib.util.spec_from_file_location("api_probe", Path(__file__).with_name("api_probe.py"))
_probe = importlib.util.module_from_spec(_spec)
sys.modules["api_probe"] = _probe
_spec.loader.exec_module(_probe)

pytestmark = pytest.mark.urls("api_probe")
URL = "/api/v1/tags"


def _post(client, headers, name, key="k1", **extra):
    return client.post(URL, {"name": name}, "application/json", HTTP_IDEMPOTENCY_KEY=key, **headers, **extra)


def _names(organisation):
    with door.organisation(organisation.id):
        return sorted(Tag.objects.values_list("name", flat=True))


def _tags(organisation, count):
    with door.organisation(organisation.id):
        Tag.objects.bulk_create(Tag(name=f"{n:04}") for n in range(count))


def test_without_a_key_there_is_a_problem_and_no_data(client, acme):
    answer = client.get(URL)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_wrong_key_is_told_apart_from_none(client, acme):
    answer = client.get(URL, HTTP_AUTHORIZATION="Bearer yj_live_nonsense")
    assert answer.status_code == 401
    assert "revoked" in answer.json()["title"]


def test_a_key_without_the_scope_names_the_scope(client, api_key):
    answer = client.get(URL, **api_key("orders:read"))
    assert answer.status_code == 403
    assert "customers:read" in answer.json()["title"]


def test_pages_neither_loop_nor_skip(client, acme, globex, api_key):
    _tags(acme, 125)
    _tags(globex, 3)
    headers, seen, url = api_key(), [], f"{URL}?limit=50"
    for _ in range(5):
        page = client.get(url, **headers).json()
        seen += [row["name"] for row in page["data"]]
        if not page["has_more"]:
            break
        url = f"{URL}?limit=50&after={page['next_cursor']}"
    assert seen == [f"{n:04}" for n in reversed(range(125))]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "after=forged", "nmae=x"])
def test_bad_parameters_are_named(query, client, api_key):
    answer = client.get(f"{URL}?{query}", **api_key())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/" + query.split("=")[0]


def test_a_filter_narrows(client, acme, api_key):
    _tags(acme, 3)
    assert [row["name"] for row in client.get(f"{URL}?name=0001", **api_key()).json()["data"]] == ["0001"]


def test_creating_takes_an_idempotency_key(client, acme, api_key):
    answer = client.post(URL, {"name": "vip"}, "application/json", **api_key())
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert _names(acme) == []


def test_a_repetition_gets_the_first_answer(client, acme, api_key):
    headers = api_key()
    first, second = _post(client, headers, "vip"), _post(client, headers, "vip")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert _names(acme) == ["vip"]


def test_the_same_key_for_other_content_is_refused(client, acme, api_key):
    headers = api_key()
    _post(client, headers, "vip")
    answer = _post(client, headers, "gold")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert _names(acme) == ["vip"]


def test_another_principal_may_use_the_same_key(client, acme, globex, api_key):
    assert _post(client, api_key(), "vip").status_code == 201
    assert _post(client, api_key(organisation=globex), "vip").status_code == 201
    assert _names(globex) == ["vip"]


def test_a_refusal_is_undone_and_decided_anew(client, acme, api_key):
    headers = api_key()
    answer = _post(client, headers, "refused")
    assert answer.status_code == 409
    assert answer.json() == {
        "type": "urn:yinjian:problem:too_many", "title": "There are already 3.", "status": 409, "code": "too_many",
        "facts": {"count": 3}, "errors": [{"pointer": "/name", "code": "too_many", "detail": "There are already 3."}],
    }  # fmt: skip
    assert _names(acme) == []
    assert _post(client, headers, "fine").status_code == 201  # the key is not stuck


def test_a_crash_is_undone(acme, api_key):
    client = Client(raise_request_exception=False)
    headers = api_key()
    assert _post(client, headers, "broken").status_code == 500
    assert _names(acme) == []
    assert _post(client, headers, "fine").status_code == 201


def test_of_many_at_once_one_is_carried_out(acme, api_key):
    headers, answers = api_key(), []

    def work():
        answers.append(_post(Client(), headers, "slow"))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _names(acme) == ["slow"]
    assert sorted({answer.status_code for answer in answers}) in ([201], [201, 409])
    for answer in answers:
        if answer.status_code == 409:
            assert (answer.json()["code"], answer["Retry-After"]) == ("request_in_progress", "1")


def test_broken_json_is_a_problem(client, acme, api_key):
    answer = client.post(URL, "{", "application/json", HTTP_IDEMPOTENCY_KEY="k", **api_key())
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_missing_field_is_pointed_at(client, acme, api_key):
    answer = client.post(URL, {}, "application/json", HTTP_IDEMPOTENCY_KEY="k", **api_key())
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/name", "code": "required", "detail": "This field is required."}]
