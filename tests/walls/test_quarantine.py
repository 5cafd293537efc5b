"""Who has not agreed is nowhere: no page, file, endpoint, search or table says a name that stands out."""

import io
import re
import zipfile

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from crm.models import Customer
from dashboard.lists.registry import LISTS
from dashboard.urls import urlpatterns
from foundation.ids import new_code
from referrals.models import Invitation
from tenancy import door
from tenancy.models import Membership, User
from tenancy.rules import ROLES
from tests.dashboard.world_tracking import SECRET_CONTACT, SECRET_NAME
from tests.walls.endpoints import ENDPOINTS

HIDDEN = re.compile("zzyzx", re.IGNORECASE)  # in the name, the contact and the note; in no masked form
# The friend's own mailbox in a demo; where mail leaves the house there is no such page.
THEIR_MAILBOX = {"mailbox"}
WORDS = (SECRET_NAME, SECRET_NAME.split()[0], SECRET_CONTACT)
# Where people are looked for: to read of them, to call them, to sell or promise them something.
SEARCHES = (
    "/search/?q=", "/customers/?q=", "/referrals/?q=", "/referrals/new/?find=", "/orders/customers/?find=",
    "/till/customers/?find=", "/deals/customers/?find=", "/cases/customers/?find=", "/gift-orders/customers/?find=",
    "/claims/customers/?find=", "/api/v1/customers?q=", "/api/v1/exports/customers.csv?q=", "/customers/export/?q=",
)  # fmt: skip
FILES = [f"/{name}/export/?format={format}" for name in LISTS for format in ("csv", "xlsx")]
KEPT_IN = {"referrals_invitation", "messaging_message"}  # and emptied in both when the wait is over


def _client(organisation_id, role: str) -> Client:
    with door.organisation(organisation_id):
        user = User.objects.create_user(f"{new_code().lower()}@example.com", name=role)
        Membership.objects.create(user=user, role=role, sight="all")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["organisation"] = str(organisation_id)
    session.save()
    return client


@pytest.fixture(scope="module")
def owner(scene):
    return _client(scene[0]["organisation_id"], "owner")


def _read(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"PK"):  # a workbook
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"".join(book.read(name) for name in book.namelist())
    return content.decode("utf-8", "replace")


def _found(client, link: str, word: str, keys) -> str:
    """Look for somebody; give what was answered, without what was typed."""
    answer = client.get(link + word, **(keys if link.startswith("/api/") else {}))
    assert answer.status_code == 200, link
    text = _read(answer)
    for echo in (word, word.replace("@", "%40"), word.replace(" ", "%20"), word.replace(" ", "+")):
        text = text.replace(f'value="{echo}"', "").replace(f"={echo}", "").replace(f"“{echo}”", "")
    return text


def _pages(facts):
    for pattern in urlpatterns:
        names = pattern.pattern.converters
        is_open = getattr(pattern.callback, "permission", None) is not None and pattern.name not in THEIR_MAILBOX
        if is_open and set(names) <= set(facts):
            yield pattern.name, reverse(f"dashboard:{pattern.name}", kwargs={name: facts[name] for name in names})


def test_there_is_somebody_to_hide(scene):
    with door.organisation(scene[0]["organisation_id"]):
        row = Invitation.objects.get(id=scene[0]["invitation_id"])
        assert (row.name, row.contact, row.state) == (SECRET_NAME, SECRET_CONTACT, "waiting")


def test_no_page_and_no_endpoint_says_who_has_not_agreed(scene, owner):
    facts, keys = scene
    asked = [(name, owner.get(link)) for name, link in _pages(facts)]
    asked += [(e.route, owner.get(e.at(facts), **keys["all"])) for e in ENDPOINTS
              if e.method == "GET" and set(e.arguments) <= set(facts)]  # fmt: skip
    assert sum(answer.status_code == 200 for _name, answer in asked) > 150
    assert {name for name, answer in asked if HIDDEN.search(_read(answer))} == set()


@pytest.mark.parametrize("link", SEARCHES)
def test_a_search_finds_who_agreed_and_nobody_else(scene, owner, link):
    _facts, keys = scene
    assert "Ann Smith" in _found(owner, link, "Ann Smith", keys["all"])
    assert [word for word in WORDS if HIDDEN.search(_found(owner, link, word, keys["all"]))] == []


@pytest.mark.parametrize("link", FILES)
def test_no_file_takes_them_out(scene, owner, link):
    answer = owner.get(link)
    assert answer.status_code == 200
    text = _read(answer)
    assert not HIDDEN.search(text)
    if link.startswith("/customers/"):
        assert "Ann Smith" in text


def test_no_table_but_the_quarantine_holds_them(scene):
    """So nobody can be called, written to or judged by it: no customer, lead, task or message says who they are."""
    with door.organisation(scene[0]["organisation_id"]), connection.cursor() as cursor:
        told = set()
        for table in sorted({model._meta.db_table for model in apps.get_models() if model._meta.managed}):
            cursor.execute(f"SELECT EXISTS (SELECT FROM \"{table}\" AS t WHERE t::text ILIKE '%zzyzx%')")
            told |= {table} if cursor.fetchone()[0] else set()
        assert told <= KEPT_IN and "referrals_invitation" in told
        assert not Customer.objects.filter(contact_points__normalised=SECRET_CONTACT).exists()


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
