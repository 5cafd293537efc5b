"""Every endpoint and every form that takes the id of somebody's record: a colleague's is not there, and nothing is written.

Generated: the endpoints from the schema of the API, the pages from the addresses of the dashboard.
"""

import json
import re
from io import StringIO
from itertools import cycle

import pytest
import yaml
from django import forms
from django.core.management import call_command

from crm.models import Case, Customer, Deal, Instalment, Lead, Order
from dashboard import sight, sight_named
from dashboard.urls import urlpatterns
from foundation.ids import new_code, new_id
from referrals.models import Referral
from rewards.models import Reward
from tenancy import door
from tenancy.models import AuditRecord, Membership
from tenancy.rules import ROLES
from tests.walls.endpoints import ENDPOINTS

THEIRS = (Customer, Order, Deal, Case, Lead, Instalment, Referral, Reward)


def _schema() -> dict:
    out = StringIO()
    call_command("spectacular", stdout=out)
    return yaml.safe_load(out.getvalue())


def _ids_in(shape: dict, shapes: dict, path=(), seen=()):
    """Walk a body's shape: the path to every id in it."""
    if "$ref" in shape:
        name = shape["$ref"].rpartition("/")[2]
        return set() if name in seen else _ids_in(shapes[name], shapes, path, (*seen, name))
    found = {path} if shape.get("format") == "uuid" else set()
    for way in ("allOf", "oneOf", "anyOf"):
        for part in shape.get(way, ()):
            found |= _ids_in(part, shapes, path, seen)
    for name, part in shape.get("properties", {}).items():
        found |= _ids_in(part, shapes, (*path, name), seen)
    if "items" in shape:
        found |= _ids_in(shape["items"], shapes, (*path, 0), seen)
    return found


def _bodies() -> list[tuple[str, str, tuple]]:
    """Method, address and path of every id in every body."""
    schema = _schema()
    found = []
    for address, methods in schema["paths"].items():
        for method, told in methods.items():
            for content in told.get("requestBody", {}).get("content", {}).values():
                paths = _ids_in(content["schema"], schema["components"]["schemas"])
                found += [(method.upper(), address, path) for path in sorted(paths, key=str)]
    return found


def _name(path: tuple) -> str:
    return [part for part in path if part != 0][-1]


@pytest.fixture(scope="module")
def bodies():
    return _bodies()


@pytest.fixture(scope="module")
def ids(scene, colleagues):
    """One of each of Gus's records, by model."""
    with door.organisation(scene[0]["organisation_id"]):
        Lead.objects.update(owner=Membership.objects.get(role="owner"))
        Case.objects.update(owner=Membership.objects.get(role="owner"))
        Deal.objects.update(owner=Membership.objects.get(role="owner"))
        return {model: model.objects.values_list("id", flat=True)[0] for model in THEIRS}


def _around(path: tuple, value):
    """Build the body in which an id stands at this path."""
    for part in reversed(path):
        value = [value] if part == 0 else {part: value}
    return value


def _sign_in(client, user, scene):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["organisation"] = str(scene[0]["organisation_id"])
    session.save()


def _written(scene) -> int:
    with door.organisation(scene[0]["organisation_id"]):
        return AuditRecord.objects.count()


def test_every_id_in_a_body_is_somebodys_or_open(bodies):
    named = {_name(path) for _method, _address, path in bodies}
    assert named - set(sight_named.IN_BODIES) - sight_named.OPEN_IN_BODIES == set()
    assert set(sight_named.IN_BODIES) & sight_named.OPEN_IN_BODIES == set()


def test_a_colleagues_record_in_a_body_is_not_found(client, scene, colleagues, ids, bodies):
    """Each endpoint × each id its body may name × each kind of record; with everything in the address one's own."""
    needed = {(each.method, "/" + each.route): each.permission for each in ENDPOINTS}
    before, wrong, asked = _written(scene), {}, 0
    for method, address, path in bodies:
        models = sight_named.IN_BODIES.get(_name(path), ())
        if not models or address.startswith(sight_named.TILL_ENDPOINTS):
            continue
        route = next(route for (verb, route) in needed if verb == method and _alike(route, address))
        role = next((role for role in colleagues if needed[method, route] in ROLES[role]), None)
        if role is None:
            continue  # only owners may, and they see all
        _sign_in(client, colleagues[role], scene)
        for model in set(models) & set(THEIRS):
            answer = _call(client, method, _at(route, scene[0]), _around(path, str(ids[model])))
            asked += 1
            pointers = [each["pointer"] for each in answer.json().get("errors", [])]
            is_in_address = _names_somebody(route)
            if answer.status_code != 404 or not (is_in_address or pointers == ["/" + "/".join(map(str, _shown(path)))]):
                wrong[method, address, path] = (answer.status_code, pointers)
    assert wrong == {}
    assert asked > 25
    assert _written(scene) == before


def _names_somebody(route: str) -> bool:
    """Where the address itself names a record of Gus's, that is what is not found first."""
    return any(f":{name}>" in route for name in sight.ARGUMENTS)


def _shown(path: tuple) -> tuple:
    return path[:-1] if path[-1] == 0 else path


def _alike(route: str, address: str) -> bool:
    return "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route.lstrip("/")) == address


def _at(route: str, facts: dict) -> str:
    return re.sub(r"<\w+:(\w+)>", lambda found: str(facts[found[1]]), route)


def _call(client, method, link, body):
    call = getattr(client, method.lower())
    return call(link, data=json.dumps(body), content_type="application/json", HTTP_IDEMPOTENCY_KEY=new_code())


def test_an_unknown_id_looks_like_a_colleagues(client, scene, colleagues, ids):
    _sign_in(client, colleagues["sales"], scene)
    body = {"key": "x", "title": "Call", "due_at": "2026-12-01T09:00:00Z"}
    theirs = _call(client, "POST", "/api/v1/tasks", body | {"customer_id": str(ids[Customer])})
    nobodys = _call(client, "POST", "/api/v1/tasks", body | {"customer_id": str(new_id())})
    assert (theirs.status_code, theirs.json()) == (404, nobodys.json())


def test_keys_and_owners_name_whom_they_like(client, scene, ids):
    body = {"key": new_code(), "title": "Call", "due_at": "2026-12-01T09:00:00Z", "customer_id": str(ids[Customer])}
    answer = client.post(
        "/api/v1/tasks", json.dumps(body), content_type="application/json", HTTP_IDEMPOTENCY_KEY=new_code(),
        **scene[1]["all"],
    )  # fmt: skip
    assert answer.status_code == 201, answer.content


# --- forms and links ---------------------------------------------------------------------------------------


def _all_forms(base=forms.Form):
    for each in base.__subclasses__():
        yield each
        yield from _all_forms(each)


def test_every_id_in_a_form_is_somebodys_or_open():
    named = {
        name
        for form in _all_forms()
        if form.__module__.startswith("dashboard")
        for name, field in form.base_fields.items()
        if isinstance(field, forms.UUIDField)
    }
    assert len(named) > 3
    assert named - set(sight_named.IN_PAGES) - sight_named.OPEN_IN_PAGES == set()


def test_a_colleagues_record_in_a_form_is_not_found(client, scene, colleagues, ids):
    """Each page without a record in its address, by GET and by POST, with one after the other of the names."""
    before, wrong, asked, names = _written(scene), {}, 0, cycle(sight_named.IN_PAGES.items())
    for pattern in urlpatterns:
        view = pattern.callback
        if pattern.pattern.converters or not hasattr(view, "permission") or pattern.name.startswith("till"):
            continue
        for verb, needed in (("get", view.permission), ("post", view.post_permission)):
            role = next((each for each in colleagues if needed and {needed, view.also} - {""} <= ROLES[each]), None)
            if role is None:
                continue
            _sign_in(client, colleagues[role], scene)
            name, models = next(names)
            answer = getattr(client, verb)(f"/{pattern.pattern}", {name: str(ids[models[0]])})
            asked += 1
            if answer.status_code != 404:
                wrong[role, verb, pattern.name, name] = answer.status_code
    assert wrong == {}
    assert asked > 60
    assert _written(scene) == before


def test_the_till_takes_any_customer(client, scene, colleagues, ids):
    _sign_in(client, colleagues["sales"], scene)
    answer = client.get("/till/", {"customer": str(ids[Customer])})
    assert answer.status_code in (200, 302)


def test_a_colleagues_contacts_are_told_of_but_not_filled_in(client, scene, colleagues, ids):
    """Whoever records a customer of a colleague again learns whose it is, and changes nothing."""
    _sign_in(client, colleagues["sales"], scene)
    told = {"name": "Annie", "phone": "+447700900001", "email": "new@example.com"}
    answer = _call(client, "POST", "/api/v1/customers", told)
    assert (answer.status_code, answer.json()["code"]) == (409, "known_to_a_colleague")
    assert "Gus" in answer.json()["title"]
    page = client.post("/customers/new/", {**told, "stage": "prospect", "kind": "person"})
    assert page.status_code == 422
    assert "belong to a customer of Gus" in page.content.decode()
    with door.organisation(scene[0]["organisation_id"]):
        assert not Customer.objects.filter(contact_points__normalised="new@example.com").exists()
