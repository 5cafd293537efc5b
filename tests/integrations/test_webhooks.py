"""Webhooks: signed so that the reference library agrees, retried, switched off, never sent where they must not go."""

import socket
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from crm.models import Task
from foundation.ids import new_id
from integrations import tasks, webhooks
from integrations.errors import EndpointDisabled, EventKindUnknown
from integrations.models import WebhookDelivery, WebhookEndpoint
from integrations.operations import (
    add_endpoint,
    deliver_due,
    remove_endpoint,
    replay,
    rotate_secret,
    send_test,
    switch_on,
    update_endpoint,
)
from integrations.operations.deliver import DeliveryUnknown
from integrations.operations.endpoints import EndpointUnknown
from tenancy import door, events
from tenancy.models import AuditRecord
from tenancy.outbound import AddressRefused, check_address


@pytest.fixture
def endpoint(acme, receiver):
    """A shop that wants to know of settled rewards; `endpoint.secret` is what it was told."""
    with door.organisation(acme.id):
        return add_endpoint(url=f"{receiver.url}/hook", kinds=["reward.settled"])[0]


@pytest.fixture
def settled(acme, drained):
    """Let rewards settle as far as webhooks can tell: settled(2) publishes and drains."""
    wired = events.listeners()
    events.wire([events.Listener("webhooks.settled", "reward.settled", "integrations.listeners.on_event", 200)])

    def publish(count=1, organisation=acme):
        with door.organisation(organisation.id):
            happened = [events.publish("reward.settled", new_id(), amount=200 + n, unit="POINT") for n in range(count)]
        drained(organisation)
        return happened

    yield publish
    events.wire(wired)


def _deliveries(organisation) -> list[WebhookDelivery]:
    with door.organisation(organisation.id):
        return list(WebhookDelivery.objects.order_by("id"))


def _make_due(organisation) -> None:
    with door.organisation(organisation.id):
        WebhookDelivery.objects.filter(state="due").update(due_at=timezone.now())


def test_the_reference_library_accepts_the_signature(endpoint, settled, receiver, acme):
    (event,) = settled()
    assert deliver_due(acme.id) == 1
    ((headers, body),) = receiver.received
    told = Webhook(endpoint.secret).verify(body, headers)
    assert told == {
        "id": str(event.id),
        "type": "reward.settled",
        "timestamp": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "organisation": str(acme.id),
        "data": {"subject_id": str(event.subject_id), "amount": 200, "unit": "POINT"},
    }
    (delivery,) = _deliveries(acme)
    assert headers["webhook-id"] == str(delivery.id)
    assert (delivery.state, delivery.attempts, delivery.last_status, delivery.last_answer) == ("delivered", 1, 200, "thanks")
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(body.replace(b"200", b"999"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.new_secret()).verify(body, headers)


def test_an_event_heard_twice_is_delivered_once(endpoint, settled, receiver, acme):
    from integrations.listeners import on_event

    happened = settled(3)
    with door.organisation(acme.id):
        on_event(happened)
    assert deliver_due(acme.id) == 3
    assert deliver_due(acme.id) == 0
    assert [body["data"]["amount"] for body in receiver.bodies()] == [200, 201, 202]


def test_only_wanted_kinds_are_sent(endpoint, settled, acme, receiver):
    with door.organisation(acme.id):
        update_endpoint(endpoint.id, kinds=["tier.changed"])
        everything, _ = add_endpoint(url=receiver.url, kinds=["*"])
    settled()
    assert [delivery.endpoint_id for delivery in _deliveries(acme)] == [everything.id]


def test_no_transaction_is_open_while_the_receiver_thinks(endpoint, settled, acme, monkeypatch):
    settled()

    def send(url, *, headers, body):
        assert not door.inside() and not connection.in_atomic_block
        (delivery,) = _deliveries(acme)
        assert delivery.attempts == 1  # noted before the work
        return webhooks.Answer(200, "", 1)

    monkeypatch.setattr(webhooks, "send", send)
    assert deliver_due(acme.id) == 1


def test_failures_are_tried_again_later_under_the_same_id(endpoint, settled, receiver, acme):
    receiver.answers = [(500, b"x" * 3000), (200, b"ok")]
    settled()
    before = timezone.now()
    assert deliver_due(acme.id) == 1
    (delivery,) = _deliveries(acme)
    assert (delivery.state, delivery.last_status, len(delivery.last_answer)) == ("due", 500, 1000)
    assert timedelta(seconds=3) < delivery.due_at - before < timedelta(seconds=8)  # 5 s, give or take a fifth
    assert deliver_due(acme.id) == 0
    _make_due(acme)
    assert deliver_due(acme.id) == 1
    assert {headers["webhook-id"] for headers, _ in receiver.received} == {str(delivery.id)}
    assert receiver.received[0][1] == receiver.received[1][1]
    (delivery,) = _deliveries(acme)
    assert (delivery.state, delivery.attempts) == ("delivered", 2)


def test_the_schedule_lasts_three_days_and_ends():
    delays = [webhooks.retry_delay(attempts, 0.5) for attempts in range(1, 11)]
    assert delays[0] == timedelta(seconds=5) and delays[-1] is None and len(delays) == webhooks.MAX_ATTEMPTS
    assert timedelta(days=3) < sum(delays[:-1], timedelta()) < timedelta(days=3.2)
    assert webhooks.retry_delay(1, 0) == timedelta(seconds=4) and webhooks.retry_delay(1, 1) == timedelta(seconds=6)


def test_after_the_last_attempt_it_has_failed_and_may_be_replayed(endpoint, settled, receiver, acme):
    receiver.answers = [(503, b"")]
    settled()
    for _ in range(webhooks.MAX_ATTEMPTS + 2):
        deliver_due(acme.id)
        _make_due(acme)
    (delivery,) = _deliveries(acme)
    assert (delivery.state, delivery.attempts, len(receiver.received)) == ("failed", 10, 10)
    receiver.answers = [(204, b"")]
    with door.organisation(acme.id):
        replay(delivery.id)
    assert deliver_due(acme.id) == 1
    assert {headers["webhook-id"] for headers, _ in receiver.received} == {str(delivery.id)}
    assert _deliveries(acme)[0].state == "delivered"


def test_gone_switches_the_endpoint_off(endpoint, settled, receiver, acme, gus):
    receiver.answers = [(410, b"")]
    settled(2)
    assert deliver_due(acme.id) == 1
    assert [delivery.state for delivery in _deliveries(acme)] == ["failed", "due"]
    with door.organisation(acme.id):
        kept = WebhookEndpoint.objects.get()
        task = Task.objects.get()
    assert (kept.is_active, kept.disabled_reason) == (False, "gone")
    assert (task.title, task.assignee_id) == ("The webhook to 127.0.0.1 was switched off", gus.id)


def test_twenty_failures_in_a_row_switch_it_off_and_waiting_ones_go_out_when_it_is_back(endpoint, settled, receiver, acme):
    receiver.answers = [(500, b"")]
    settled(25)
    assert deliver_due(acme.id) == 20
    with door.organisation(acme.id):
        kept = WebhookEndpoint.objects.get()
        assert (kept.is_active, kept.failures, kept.disabled_reason) == (False, 20, "failing")
        with pytest.raises(EndpointDisabled):
            replay(_first(kept).id)
    _make_due(acme)
    assert deliver_due(acme.id) == 0
    receiver.answers = [(200, b"")]
    with door.organisation(acme.id):
        switch_on(endpoint.id)
    assert deliver_due(acme.id) == 25
    with door.organisation(acme.id):
        assert WebhookEndpoint.objects.get().failures == 0


def _first(endpoint):
    return WebhookDelivery.objects.filter(endpoint=endpoint).order_by("id").first()


def test_a_success_forgets_the_failures(endpoint, settled, receiver, acme):
    receiver.answers = [(500, b""), (500, b""), (200, b"")]
    settled(3)
    deliver_due(acme.id)
    with door.organisation(acme.id):
        assert WebhookEndpoint.objects.get().failures == 0


def test_a_worker_that_dies_leaves_it_due_after_the_lease(endpoint, settled, receiver, acme, monkeypatch):
    settled()

    def die(*arguments, **facts):
        raise SystemExit

    with monkeypatch.context() as dying, pytest.raises(SystemExit):
        dying.setattr(webhooks, "send", die)
        deliver_due(acme.id)
    assert deliver_due(acme.id) == 0  # leased
    _make_due(acme)
    assert deliver_due(acme.id) == 1
    assert _deliveries(acme)[0].attempts == 2


def test_both_secrets_sign_for_a_day_after_a_rotation(endpoint, settled, receiver, acme):
    with door.organisation(acme.id):
        _, secret = rotate_secret(endpoint.id)
    settled()
    deliver_due(acme.id)
    headers, body = receiver.received[0]
    Webhook(endpoint.secret).verify(body, headers)
    Webhook(secret).verify(body, headers)
    with door.organisation(acme.id):
        WebhookEndpoint.objects.update(former_secret_until=timezone.now() - timedelta(seconds=1))
    settled()
    deliver_due(acme.id)
    headers, body = receiver.received[1]
    Webhook(secret).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(body, headers)


def test_a_test_event_is_marked(endpoint, receiver, acme):
    with door.organisation(acme.id):
        send_test(endpoint.id, kind="tier.changed")
    deliver_due(acme.id)
    (body,) = receiver.bodies()
    assert (body["type"], body["test"]) == ("tier.changed", True)


def test_redirects_are_not_followed(endpoint, settled, receiver, acme):
    receiver.answers = [(302, b"")]
    settled()
    deliver_due(acme.id)
    assert len(receiver.received) == 1
    assert _deliveries(acme)[0].last_status == 302


def test_nobody_there_is_a_word_of_ours(endpoint, settled, acme, receiver):
    receiver.server.server_close()
    receiver.server.shutdown()
    settled()
    deliver_due(acme.id)
    (delivery,) = _deliveries(acme)
    assert (delivery.last_status, delivery.last_answer, delivery.state) == (0, "no_connection", "due")


# --- where webhooks must not go ------------------------------------------------------------------------------

REFUSED = [
    "http://example.com/hook", "ftp://example.com", "file:///etc/passwd", "gopher://example.com", "//example.com", "x",
    "https://localhost/", "https://localhost./", "https://shop.local", "https://vault.internal/", "https://intranet/",
    "https://10.0.0.1/", "https://192.168.1.1", "https://172.16.0.1", "https://169.254.169.254/latest/meta-data/",
    "https://0.0.0.0/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fd00::1]/", "https://[fe80::1]/",
    "https://100.64.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/",
    "https://user:secret@example.com/", "https://example.com:22/", "https://example.com:6379/", "https://example.com:99999/",
    "http://127.0.0.2:8000/", "http://user@127.0.0.1/", "http://[::1]:8000/", "http://127.0.0.1.example.com/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_addresses_inside_are_refused_when_saved_and_when_sent(url, acme):
    with pytest.raises(AddressRefused), door.organisation(acme.id):
        add_endpoint(url=url, kinds=["reward.settled"])
    assert webhooks.send(url, headers={}, body=b"{}").text == "address_refused"
    with door.organisation(acme.id):
        assert WebhookEndpoint.objects.count() == 0


@pytest.mark.parametrize(
    "url", ["https://example.com/hook", "https://hooks.example.co.uk:8443/a?b=c", "https://93.184.216.34/"]
)
def test_public_addresses_are_taken(url):
    check_address(url)


INSIDE = ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"]


@pytest.mark.parametrize("address", INSIDE)
def test_a_public_name_that_means_a_private_address_is_refused_at_the_last_moment(address, monkeypatch):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    answer = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **facts: answer)
    assert webhooks.send("https://rebound.example.com/", headers={}, body=b"{}").text == "address_refused"


def test_in_production_not_even_this_machine(settings):
    settings.MODE = "production"
    with pytest.raises(AddressRefused):
        check_address("http://127.0.0.1:8000/")


def test_proxies_and_passwords_of_the_environment_are_not_used(endpoint, settled, receiver, acme, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    settled()
    deliver_due(acme.id)
    assert len(receiver.received) == 1
    assert "Authorization" not in receiver.received[0][0]


# --- endpoints -------------------------------------------------------------------------------------------------


def test_unknown_events_are_refused(acme):
    with pytest.raises(EventKindUnknown), door.organisation(acme.id):
        add_endpoint(url="https://example.com", kinds=["reward.invented"])


def test_removing_an_endpoint_removes_what_waits(endpoint, settled, acme):
    settled()
    with door.organisation(acme.id):
        remove_endpoint(endpoint.id)
    assert _deliveries(acme) == []
    with door.organisation(acme.id):
        actions = AuditRecord.objects.filter(action__startswith="webhook.").order_by("id")
        assert [record.action for record in actions] == ["webhook.added", "webhook.removed"]


def test_another_organisation_reaches_nothing(endpoint, settled, receiver, acme, globex):
    settled()
    (delivery,) = _deliveries(acme)
    assert deliver_due(globex.id) == 0
    settled(organisation=globex)  # its own events go to nobody of ours
    assert _deliveries(globex) == []
    for act, error in [
        (lambda: replay(delivery.id), DeliveryUnknown),
        (lambda: rotate_secret(endpoint.id), EndpointUnknown),
        (lambda: send_test(endpoint.id), EndpointUnknown),
        (lambda: update_endpoint(endpoint.id, is_active=False), EndpointUnknown),
        (lambda: remove_endpoint(endpoint.id), EndpointUnknown),
    ]:
        with pytest.raises(error), door.organisation(globex.id):
            act()
    assert deliver_due(acme.id) == 1
    assert Webhook(endpoint.secret).verify(receiver.received[0][1], receiver.received[0][0])["organisation"] == str(acme.id)


def test_the_beat_rings_only_where_something_is_due(endpoint, settled, acme, globex, monkeypatch):
    settled()
    rung = []
    monkeypatch.setattr(events, "ring", lambda task, *ids: rung.append((task.name, ids)))
    tasks.ring_for_webhooks()
    assert ("integrations.tasks.deliver_webhooks", (str(acme.id),)) in rung
    assert ("integrations.tasks.deliver_webhooks", (str(globex.id),)) not in rung
