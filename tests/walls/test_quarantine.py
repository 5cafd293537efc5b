"""Who has not agreed is nowhere: every page, file, endpoint and search is read for a name that stands out."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.urls import urlpatterns
from referrals.models import Invitation
from tenancy import door
from tenancy.models import Membership, User
from tenancy.rules import ROLES
from tests.dashboard.world_tracking import SECRET_CONTACT, SECRET_NAME
from tests.walls.endpoints import ENDPOINTS

HIDDEN = re.compile("zzyzx", re.IGNORECASE)  # in the name, the contact and the note; in no masked form
# The friend's own mailbox in a demo; where mail leaves the house there is no such page.
THEIR_MAILBOX = {"mailbox"}
TABLES = ("tenancy_auditrecord", "tenancy_event", "tenancy_idempotentrequest", "crm_customer", "crm_contactpoint")
SEARCHES = ("/search/?q=%s", "/customers/?q=%s", "/customers/?find=%s", "/referrals/?q=%s", "/referrals/new/?find=%s",
            "/api/v1/customers?q=%s", "/api/v1/customers?search=%s")  # fmt: skip


def _client(organisation_id, role: str) -> Client:
    with door.organisation(organisation_id):
        user = User.objects.create_user(f"quarantine-{role}-{organisation_id}@example.com", name=role)
        Membership.objects.create(user=user, role=role, sight="all")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["organisation"] = str(organisation_id)
    session.save()
    return client


def _read(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8", "replace")


def _pages(facts):
    for pattern in urlpatterns:
        names = pattern.pattern.converters
        is_open = getattr(pattern.callback, "permission", None) is not None and pattern.name not in THEIR_MAILBOX
        if is_open and set(names) <= set(facts):
            yield pattern.name, reverse(f"dashboard:{pattern.name}", kwargs={name: facts[name] for name in names})


def _leaks(client, facts, headers) -> set[str]:
    asked = [(name, client.get(link)) for name, link in _pages(facts)]
    asked += [(e.route, client.get(e.at(facts), **headers)) for e in ENDPOINTS
              if e.method == "GET" and set(e.arguments) <= set(facts)]  # fmt: skip
    words = (SECRET_NAME.split()[0], SECRET_CONTACT)
    asked += [(link, client.get(link % word)) for link in SEARCHES for word in words]
    assert sum(answer.status_code == 200 for _name, answer in asked) > 60
    return {name for name, answer in asked if HIDDEN.search(_without_echo(_read(answer)))}


def _without_echo(text: str) -> str:
    """A search says back what was typed: in its field, in its links, in "nobody found"."""
    for word in (SECRET_NAME.split()[0], SECRET_CONTACT, SECRET_CONTACT.replace("@", "%40")):
        text = text.replace(f'value="{word}"', "").replace(f"={word}", "").replace(f"“{word}”", "")
    return text


def test_there_is_somebody_to_hide(scene):
    with door.organisation(scene[0]["organisation_id"]):
        row = Invitation.objects.get(id=scene[0]["invitation_id"])
        assert (row.name, row.contact, row.state) == (SECRET_NAME, SECRET_CONTACT, "waiting")


def test_an_owner_finds_nobody_who_has_not_agreed(scene):
    facts, keys = scene
    assert _leaks(_client(facts["organisation_id"], "owner"), facts, keys["all"]) == set()


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(set(ROLES) - {"owner"}))
def test_nor_does_anybody_else(role, scene):
    facts, _keys = scene
    client = _client(facts["organisation_id"], role)
    answers = [(name, client.get(link)) for name, link in _pages(facts)]
    assert {name for name, answer in answers if HIDDEN.search(_read(answer))} == set()


def test_it_is_shown_masked_on_the_invitation_alone(scene):
    facts, keys = scene
    client = _client(facts["organisation_id"], "sales")
    assert "Qwendolyn Z." in client.get("/invitations/").content.decode()
    told = client.get(f"/api/v1/invitations/{facts['invitation_id']}", **keys["all"]).json()
    assert (told["name"], told["contact"]) == ("Qwendolyn Z.", "q***@quarantine.example")


def test_no_row_of_audit_events_or_idempotency_holds_it(scene):
    from django.db import connection

    with door.organisation(scene[0]["organisation_id"]), connection.cursor() as cursor:
        for table in (
            "tenancy_auditrecord",
            "tenancy_event",
            "tenancy_idempotentrequest",
            "crm_customer",
            "crm_contactpoint",
        ):
            cursor.execute(f"SELECT COUNT(*) FROM {table} t WHERE t::text ILIKE '%%zzyzx%%'")
            assert (table, cursor.fetchone()[0]) == (table, 0)
