"""Every endpoint × {nobody, too little, another organisation, enough}; generated from the addresses."""

import re

import pytest

from dashboard import sight
from foundation.ids import new_code
from tenancy.rules import ROLES
from tests.walls.endpoints import ENDPOINTS, NAMES, Endpoint


def _names_no_record(endpoint: Endpoint) -> bool:
    """Kinds, packs and numbers are not ids: they mean something at every organisation."""
    return bool({"kind", "pack_key", "number"} & set(endpoint.arguments))


def _call(client, endpoint, facts, headers):
    body = {} if endpoint.method == "GET" else {"data": "{}", "content_type": "application/json"}
    call = getattr(client, endpoint.method.lower())
    return call(endpoint.at(facts), HTTP_IDEMPOTENCY_KEY=new_code(), **body, **headers)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=NAMES)
def test_nobody_is_asked_who_they_are(endpoint, client, scene):
    assert _call(client, endpoint, scene[0], {}).status_code == 401


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=NAMES)
def test_too_little_is_refused(endpoint, client, scene):
    facts, keys = scene
    answer = _call(client, endpoint, facts, keys[endpoint.permission])
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")


@pytest.mark.parametrize(
    "endpoint", [e for e in ENDPOINTS if e.arguments and e.method == "GET" and not _names_no_record(e)], ids=str
)
def test_anothers_record_does_not_exist(endpoint, client, scene):
    facts, keys = scene
    answer = _call(client, endpoint, facts, keys["globex"])
    assert answer.status_code == 404, answer.content[:300]


@pytest.mark.parametrize(
    "endpoint", [e for e in ENDPOINTS if e.arguments and e.method != "GET" and not _names_no_record(e)], ids=str
)
def test_anothers_record_cannot_be_changed(endpoint, client, scene):
    """An empty body may be found invalid first; what matters is that nothing is done and nothing breaks."""
    facts, keys = scene
    assert _call(client, endpoint, facts, keys["globex"]).status_code in (404, 422)


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.method == "GET"], ids=str)
def test_enough_opens(endpoint, client, scene):
    facts, keys = scene
    answer = _call(client, endpoint, facts, keys["all"])
    assert answer.status_code == 200, answer.content[:300]


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.method != "GET"], ids=str)
def test_nonsense_is_a_problem_never_a_crash(endpoint, client, scene):
    facts, keys = scene
    for body in ("[]", '"x"', '{"a": {"b": [null, 1e400]}}', "\x00", ""):
        call = getattr(client, endpoint.method.lower())
        answer = call(
            endpoint.at(facts), data=body, content_type="application/json", HTTP_IDEMPOTENCY_KEY=new_code(), **keys["all"]
        )
        assert answer.status_code < 500, f"{body!r}: {answer.status_code}"


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_that_does_not_exist_is_a_problem_too(held_database, client, method):
    answer = getattr(client, method)("/api/v1/customer")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "no_such_address"


def _names_people(endpoint) -> bool:
    return bool(set(endpoint.arguments) & set(sight.ARGUMENTS))


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if _names_people(e)], ids=str)
def test_a_colleagues_customer_does_not_exist(endpoint, client, scene, colleagues):
    """Signed in, with a role that may do it, and sight of one's own customers only."""
    role = next((role for role in colleagues if endpoint.permission in ROLES[role]), None)
    if role is None:
        pytest.skip("only owners may, and they see all")
    client.force_login(colleagues[role], backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["organisation"] = str(scene[0]["organisation_id"])
    session.save()
    answer = _call(client, endpoint, scene[0], {})
    assert answer.status_code == 404, answer.content[:300]


def test_every_argument_is_a_record_of_somebody_or_open():
    named = {name for endpoint in ENDPOINTS for name in endpoint.arguments}
    assert named - set(sight.ARGUMENTS) - sight.OPEN == set()


def test_the_schema_is_whole_and_names_every_endpoint():
    from io import StringIO

    import yaml
    from django.core.management import call_command

    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    paths = yaml.safe_load(out.getvalue())["paths"]
    for endpoint in ENDPOINTS:
        path = "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", endpoint.route)
        assert endpoint.method.lower() in paths[path], f"{endpoint.method} {path}"
