"""Deliver webhooks: claim and note the attempt, post outside any transaction, note the answer."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from celery import current_app
from django.db.models import F
from django.utils import timezone as clock

from crm.operations import add_task
from foundation.errors import NotFound
from foundation.ids import new_id
from integrations import webhooks
from integrations.errors import EndpointDisabled, EventKindUnknown
from integrations.models import WebhookDelivery, WebhookEndpoint
from integrations.operations.endpoints import ALL, EndpointUnknown
from integrations.queries import EVENT_KINDS
from tenancy import audit, door, events
from tenancy.models import Event, Membership, Organisation

# Data of the organisation, written once: in its language.
_NOTICE = {
    "en": (
        "The webhook to {host} was switched off",
        "The receiver no longer takes what we send. Ask whoever runs it, then switch the webhook on again in the settings: "
        "what waited is sent then.",
    ),
    "zh-hans": (
        "发往 {host} 的 Webhook 已停用",
        "对方系统一直没有正常接收我们推送的消息。请联系对方技术人员排查，恢复后在设置中重新启用，积压的消息会自动补发。",
    ),
}
LEASE = timedelta(seconds=60)  # longer than a request may take
Due = WebhookDelivery.State.DUE


class DeliveryUnknown(NotFound):
    code = "delivery_unknown"
    message = "There is no such delivery."


@dataclass(frozen=True)
class _Parcel:
    """A claimed delivery, as far as the road needs it."""

    id: UUID
    endpoint_id: UUID
    url: str
    keys: Sequence[str]
    body: dict[str, Any]
    attempts: int


def enclose(happened: Sequence[Event]) -> int:
    """Address events to every endpoint that wants their kind; safe to repeat."""
    endpoints = [endpoint for endpoint in WebhookEndpoint.objects.all() if endpoint.is_active]
    parcels = [
        _delivery(endpoint, event.id, event.kind, _body(event))
        for event in happened
        for endpoint in endpoints
        if event.kind in endpoint.kinds or ALL in endpoint.kinds
    ]
    if parcels:
        WebhookDelivery.objects.bulk_create(parcels, ignore_conflicts=True)
        _ring_after_commit()
    return len(parcels)


def send_test(endpoint_id: UUID, *, kind: str = "reward.settled") -> WebhookDelivery:
    """Send an invented event, marked as a test."""
    endpoint = WebhookEndpoint.objects.filter(id=endpoint_id).first()
    if endpoint is None:
        raise EndpointUnknown
    if not endpoint.is_active:
        raise EndpointDisabled
    if kind not in EVENT_KINDS:
        raise EventKindUnknown(kind=kind)
    event_id = new_id()
    body = _envelope(event_id, kind, door.moment(), {"subject_id": str(new_id())}) | {"test": True}
    delivery = _delivery(endpoint, event_id, kind, body)
    delivery.save()
    audit.record("webhook.tested", endpoint, {"kind": kind})
    _ring_after_commit()
    return delivery


def replay(delivery_id: UUID) -> WebhookDelivery:
    """Send a delivery again now, under the same webhook-id."""
    held = WebhookDelivery.objects.select_for_update(of=("self",)).select_related("endpoint")
    delivery = held.filter(id=delivery_id).first()
    if delivery is None:
        raise DeliveryUnknown
    if not delivery.endpoint.is_active:
        raise EndpointDisabled
    delivery.state, delivery.attempts, delivery.due_at = Due, 0, clock.now()
    delivery.save(update_fields=["state", "attempts", "due_at"])
    audit.record("webhook.replayed", delivery)
    _ring_after_commit()
    return delivery


def _body(event: Event) -> dict[str, Any]:
    return _envelope(event.id, event.kind, event.occurred_at, {"subject_id": str(event.subject_id), **event.payload})


def _envelope(event_id: UUID, kind: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    at = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    organisation = str(door.organisation_id())
    return {"id": str(event_id), "type": kind, "timestamp": at, "organisation": organisation, "data": data}


def _delivery(endpoint: WebhookEndpoint, event_id: UUID, kind: str, body: dict[str, Any]) -> WebhookDelivery:
    now = clock.now()
    return WebhookDelivery(endpoint=endpoint, event_id=event_id, kind=kind, body=body, due_at=now, created_at=now)


def _ring_after_commit() -> None:
    task, organisation_id = current_app.signature("integrations.tasks.deliver_webhooks"), str(door.organisation_id())
    door.once_after_commit("webhooks", lambda: events.ring(task, organisation_id))


# --- on the road -----------------------------------------------------------------------------------------


def deliver_due(organisation_id: UUID, *, seconds: float = 240) -> int:
    """Deliver what is due, one at a time, and count the attempts. Call it outside the door."""
    until, tried = time.monotonic() + seconds, 0
    while time.monotonic() < until and (parcel := _claim(organisation_id)):
        now = datetime.now(UTC)
        body = webhooks.encode(parcel.body)
        headers = webhooks.signed_headers(delivery_id=parcel.id, body=body, keys=parcel.keys, now=now)
        answer = webhooks.send(parcel.url, headers=headers, body=body)
        _note(organisation_id, parcel, answer)
        tried += 1
    return tried


def _due():
    return WebhookDelivery.objects.filter(state=Due, due_at__lte=clock.now(), endpoint__is_active=True)


def _claim(organisation_id: UUID) -> _Parcel | None:
    """Take the delivery that waits longest; a worker that dies leaves it due again after the lease."""
    now = clock.now()
    with door.organisation(organisation_id):
        free = _due().select_related("endpoint").select_for_update(skip_locked=True, of=("self",))
        delivery = free.order_by("due_at", "id").first()
        if delivery is None:
            return None
        WebhookDelivery.objects.filter(id=delivery.id).update(
            attempts=F("attempts") + 1, due_at=now + LEASE, last_attempt_at=now
        )
        endpoint = delivery.endpoint
        keys = [endpoint.secret]
        if endpoint.former_secret and endpoint.former_secret_until > door.moment():
            keys.append(endpoint.former_secret)
        return _Parcel(delivery.id, endpoint.id, endpoint.url, keys, delivery.body, delivery.attempts + 1)


def _note(organisation_id: UUID, parcel: _Parcel, answer: webhooks.Answer) -> None:
    with door.organisation(organisation_id):
        ours = WebhookDelivery.objects.filter(id=parcel.id, state=Due, attempts=parcel.attempts)
        if not ours.update(**_outcome(parcel, answer)):
            return  # replayed meanwhile, or the lease ran out and another worker has it
        _judge_endpoint(parcel.endpoint_id, answer)


def _outcome(parcel: _Parcel, answer: webhooks.Answer) -> dict[str, Any]:
    now = clock.now()
    said = {"last_status": answer.status, "last_answer": answer.text, "last_milliseconds": answer.milliseconds}
    if answer.is_taken:
        return said | {"state": WebhookDelivery.State.DELIVERED, "delivered_at": now}
    delay = None if answer.status == webhooks.GONE else webhooks.retry_delay(parcel.attempts, random.random())
    if delay is None:
        return said | {"state": WebhookDelivery.State.FAILED}
    return said | {"due_at": now + delay}


def _judge_endpoint(endpoint_id: UUID, answer: webhooks.Answer) -> None:
    """Count failures in a row; switch off who is gone, or has failed twenty times."""
    endpoint = WebhookEndpoint.objects.select_for_update().get(id=endpoint_id)
    endpoint.failures = 0 if answer.is_taken else endpoint.failures + 1
    reason = "gone" if answer.status == webhooks.GONE else "failing" if endpoint.failures >= webhooks.MAX_FAILURES else ""
    if reason and endpoint.is_active:
        endpoint.is_active, endpoint.disabled_reason = False, reason
        audit.record("webhook.disabled", endpoint, {"reason": reason, "failures": endpoint.failures})
        _tell_owner(endpoint)
    endpoint.save(update_fields=["failures", "is_active", "disabled_reason"])


def _tell_owner(endpoint: WebhookEndpoint) -> None:
    """Give the owner a task: nothing reaches this receiver until somebody looks."""
    language = Organisation.objects.values_list("language", flat=True).get(id=door.organisation_id())
    title, script = _NOTICE.get(language, _NOTICE["en"])
    owner = Membership.objects.filter(role=Membership.Role.OWNER, is_active=True).order_by("id").first()
    add_task(
        key=f"webhook:{endpoint.id}:disabled:{new_id()}",
        title=title.format(host=urlsplit(endpoint.url).hostname),
        script=script,
        due_at=door.moment(),
        assignee_id=owner.id if owner else None,
        priority=1,
    )
