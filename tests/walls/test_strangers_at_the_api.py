"""Every endpoint × {nobody, too little, another organisation, enough}; generated from the addresses."""

import re
from dataclasses import dataclass

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from crm.models import Order
from dashboard import sight
from foundation.ids import new_code
from integrations.models import Import
from loyalty.models import Tier
from loyalty.operations import set_up_default_tiers, set_up_programme
from messaging.models import Message
from referrals.models import Decision, Invitation, Referral, ReferralCode
from rewards.models import Reward
from tenancy import door
from tenancy.rules import PERMISSIONS, ROLES
from tests.dashboard.world import furnish, judged


@dataclass(frozen=True)
class Endpoint:
    method: str
    route: str
    permission: str

    @property
    def arguments(self) -> list[str]:
        return re.findall(r"<\w+:(\w+)>", self.route)

    def at(self, facts: dict) -> str:
        return "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(facts[found[1]]), self.route)


def _walk(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from _walk(pattern.url_patterns, route)


def _endpoints() -> list[Endpoint]:
    found = []
    for route, view in _walk(get_resolver().url_patterns):
        shape = getattr(view, "cls", None) or getattr(view, "view_class", None)
        permissions = getattr(shape, "permissions", None)
        if getattr(shape, "is_public", False):
            continue  # whoever calls it has to sign: tests/rewards/test_payout_callbacks.py
        if route.startswith("api/v1/") and not route.endswith("schema/"):
            assert permissions, f"{route} names no permissions"
            found += [Endpoint(method, route, needed) for method, needed in permissions.items()]
    return found


def _names_no_record(endpoint: Endpoint) -> bool:
    """Kinds, packs and numbers are not ids: they mean something at every organisation."""
    return bool({"kind", "pack_key", "number"} & set(endpoint.arguments))


ENDPOINTS = _endpoints()
NAMES = [f"{endpoint.method} {endpoint.route}" for endpoint in ENDPOINTS]


@pytest.fixture(scope="module")
def held_database(house, django_db_blocker):
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def scene(held_database):
    """Acme with one of everything, its ids by argument name, and a key of each kind."""
    from tenancy import events, keys
    from tenancy.models import Membership, User
    from tenancy.people import found_organisation

    acme, globex = (found_organisation(slug=f"{n}-{new_code().lower()}", name=n) for n in ("acme", "globex"))
    user = User.objects.create_user(f"{new_code().lower()}@example.com", name="Gus")
    with door.organisation(acme.id):
        gus = Membership.objects.create(user=user, role="owner")
    with door.organisation(acme.id, actor=door.Actor("user", user.id)):
        facts = furnish(gus) | {"organisation_id": acme.id}
        set_up_programme()
        set_up_default_tiers(acme.currency)
    events.drain(acme.id)
    secrets = {}
    with door.organisation(acme.id):
        facts |= judged()
        for argument, model in (
            ("order_id", Order), ("tier_id", Tier), ("message_id", Message), ("decision_id", Decision),
            ("referral_id", Referral), ("invitation_id", Invitation), ("reward_id", Reward), ("import_id", Import),
        ):  # fmt: skip
            first = model.objects.first()
            if argument not in facts and first:
                facts[argument] = first.pk
        facts["code"] = ReferralCode.objects.first().code
        facts |= {"kind": "reward_settled", "channel": "email", "language": "en"}
        for permission in set(PERMISSIONS):
            others = [scope for scope in PERMISSIONS if scope != permission]
            secrets[permission] = keys.issue(name="t", scopes=others, created_by=None)[1]
        secrets["all"] = keys.issue(name="t", scopes=list(PERMISSIONS), created_by=None)[1]
    with door.organisation(globex.id):
        secrets["globex"] = keys.issue(name="t", scopes=list(PERMISSIONS), created_by=None)[1]
    return facts, {name: {"HTTP_AUTHORIZATION": f"Bearer {secret}"} for name, secret in secrets.items()}


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


@pytest.fixture(scope="module")
def colleagues(scene):
    """One of each role that may be narrowed, who sees nobody of the scene: all of it is Gus's."""
    from crm.models import Customer
    from referrals.models import Campaign
    from tenancy.models import Membership, User

    people = {}
    with door.organisation(scene[0]["organisation_id"]):
        gus = Membership.objects.get(role="owner")
        Customer.objects.update(owner=gus)
        Campaign.objects.update(responsible=gus)
        for role in ("marketer", "sales", "service", "finance", "auditor"):
            user = User.objects.create_user(f"{new_code().lower()}@example.com", name=role)
            Membership.objects.create(user=user, role=role, sight="own")
            people[role] = user
    return people


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
