"""REST: messages and wording."""

import pytest

from messaging.models import Message, Template
from messaging.operations import notify, queue_login_code
from tenancy import door

FACTS = {"referrer": "Bea J.", "campaign": "Spring"}


@pytest.fixture
def told(ann, bea, at_acme):
    with at_acme():
        notify(kind="welcome", key="a", customer_id=ann.id, context=FACTS)
        notify(kind="welcome", key="b", customer_id=bea.id, context=FACTS)


def _rows(client, query, headers):
    return client.get(f"/api/v1/messages{query}", **headers).json()["data"]


def test_messages_are_listed_with_masked_addresses(client, told, ann, api_key):
    rows = _rows(client, f"?customer={ann.id}&channel=email", api_key("messages:read"))
    assert [(row["kind"], row["state"], row["address"]) for row in rows] == [("welcome", "queued", "a***@example.com")]


@pytest.mark.parametrize(
    ("query", "count"), [("", 4), ("?state=sent", 2), ("?kind=member_login", 0), ("?channel=in_app", 2)]
)
def test_filters_narrow(query, count, client, told, api_key):
    assert len(_rows(client, query, api_key())) == count


def test_another_organisation_sees_none(client, told, globex, api_key):
    assert _rows(client, "", api_key(organisation=globex)) == []


def test_codes_are_not_to_be_read(client, ann, at_acme, api_key):
    with at_acme():
        queue_login_code(address="ann@example.com", language="en", digits="123456", customer_id=ann.id)
    answer = client.get("/api/v1/messages", **api_key())
    assert "123456" not in answer.content.decode()
    assert answer.json()["data"][0]["body"] == ""


def test_only_a_failed_message_is_sent_again(client, told, at_acme, api_key):
    with at_acme():
        failed, waiting = Message.objects.filter(channel="email")
        Message.objects.filter(id=failed.id).update(state="failed", attempts=8)
    headers = api_key("messages:write")
    answer = client.post(f"/api/v1/messages/{failed.id}/retry", **headers)
    assert (answer.status_code, answer.json()["state"], answer.json()["attempts"]) == (200, "queued", 0)
    answer = client.post(f"/api/v1/messages/{waiting.id}/retry", **headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "message_not_failed")


def test_another_organisations_message_does_not_exist(client, told, at_acme, globex, api_key):
    with at_acme():
        id = Message.objects.filter(channel="email").first().id
        Message.objects.filter(id=id).update(state="failed")
    answer = client.post(f"/api/v1/messages/{id}/retry", **api_key(organisation=globex))
    assert answer.status_code == 404
    with at_acme():
        assert Message.objects.get(id=id).state == "failed"


def test_wording_is_replaced_and_returned(client, at_acme, api_key):
    url, headers = "/api/v1/message-templates/welcome/email/en", api_key()
    saved = client.put(url, {"subject": "Hi {name}", "body": "Hello"}, "application/json", **headers)
    assert (saved.status_code, saved.json()["is_own"], saved.json()["subject"]) == (200, True, "Hi {name}")
    rows = client.get("/api/v1/message-templates", **headers).json()["data"]
    assert [row["subject"] for row in rows if row["is_own"]] == ["Hi {name}"]
    assert client.delete(url, **headers).status_code == 204
    assert not any(row["is_own"] for row in client.get("/api/v1/message-templates", **headers).json()["data"])


def test_an_unknown_place_names_itself(client, acme, at_acme, api_key):
    body = {"subject": "Hi", "body": "Hello {nmae}"}
    answer = client.put("/api/v1/message-templates/welcome/email/en", body, "application/json", **api_key())
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_place")
    assert "{nmae}" in answer.json()["title"]
    assert answer.json()["errors"][0]["pointer"] == "/body"
    with at_acme():
        assert Template.objects.count() == 0


@pytest.mark.parametrize("method", ["put", "delete"])
def test_writing_needs_the_permission(method, client, api_key):
    answer = getattr(client, method)("/api/v1/message-templates/welcome/email/en", **api_key("messages:read"))
    assert answer.status_code == 403


def test_an_unknown_message_is_not_found(client, api_key):
    body = {"subject": "x", "body": "x"}
    answer = client.put("/api/v1/message-templates/nothing/email/en", body, "application/json", **api_key())
    assert answer.status_code == 404


def test_notices_are_read(gus, at_acme):
    from messaging import queries
    from messaging.operations import mark_read

    context = {"task": "Call", "customer": "Bea J.", "due_on": "today", "due_time": "15:00"}
    with at_acme():
        for key in ("a", "b"):
            notify(kind="follow_up_due", key=key, member_id=gus.id, context=context)
        assert queries.unread_count(gus.id) == 2
        newest = queries.notices(member_id=gus.id)[0]
        assert mark_read(member_id=gus.id, ids=[newest.id]) == 1
        assert queries.unread_count(gus.id) == 1
        assert mark_read(member_id=gus.id) == 1
        assert mark_read(member_id=gus.id) == 0
    with door.organisation(gus.organisation_id):
        assert queries.mailbox().count() == 2
