"""Where webhooks go: add, change, rotate the secret, switch on and off."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from foundation.errors import NotFound
from integrations import webhooks
from integrations.errors import EventKindUnknown
from integrations.models import WebhookEndpoint
from integrations.queries import EVENT_KINDS
from tenancy import audit, door
from tenancy.outbound import check_address

ALL = "*"
BOTH_SIGN_FOR = timedelta(hours=24)


class EndpointUnknown(NotFound):
    code = "endpoint_unknown"
    message = "There is no such webhook."


def add_endpoint(*, url: str, kinds: Sequence[str], description: str = "") -> tuple[WebhookEndpoint, str]:
    """Send these events there; the second value is the secret, which is shown this once."""
    check_address(url)
    secret = webhooks.new_secret()
    endpoint = WebhookEndpoint.objects.create(
        url=url, description=description[:120], kinds=_known(kinds), secret=secret, created_at=door.moment()
    )
    audit.record("webhook.added", endpoint, {"kinds": endpoint.kinds})
    return endpoint, secret


def update_endpoint(
    endpoint_id: UUID,
    *,
    url: str | None = None,
    kinds: Sequence[str] | None = None,
    description: str | None = None,
    is_active: bool | None = None,
) -> WebhookEndpoint:
    """Change what is given. Switching on forgets the failures; what waited is then sent."""
    endpoint = _held(endpoint_id)
    if url is not None:
        check_address(url)
        endpoint.url = url
    if kinds is not None:
        endpoint.kinds = _known(kinds)
    if description is not None:
        endpoint.description = description[:120]
    if is_active is not None:
        _switch(endpoint, is_active)
    endpoint.save()
    told = {"url": url, "kinds": kinds, "description": description, "is_active": is_active}
    audit.record("webhook.changed", endpoint, {"fields": sorted(name for name, value in told.items() if value is not None)})
    return endpoint


def _switch(endpoint: WebhookEndpoint, is_active: bool) -> None:
    if is_active and not endpoint.is_active:
        endpoint.failures = 0
    endpoint.disabled_reason = "" if is_active else endpoint.disabled_reason or "by_hand"
    endpoint.is_active = is_active


def switch_on(endpoint_id: UUID) -> WebhookEndpoint:
    return update_endpoint(endpoint_id, is_active=True)


def rotate_secret(endpoint_id: UUID) -> tuple[WebhookEndpoint, str]:
    """Give a new secret, shown this once; the former one signs beside it for a day."""
    endpoint = _held(endpoint_id)
    endpoint.former_secret, endpoint.former_secret_until = endpoint.secret, door.moment() + BOTH_SIGN_FOR
    endpoint.secret = webhooks.new_secret()
    endpoint.save()
    audit.record("webhook.secret_rotated", endpoint)
    return endpoint, endpoint.secret


def remove_endpoint(endpoint_id: UUID) -> None:
    """Forget an endpoint and what was to be sent there."""
    endpoint = _held(endpoint_id)
    audit.record("webhook.removed", endpoint)
    endpoint.delete()


def _held(endpoint_id: UUID) -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.select_for_update().filter(id=endpoint_id).first()
    if endpoint is None:
        raise EndpointUnknown
    return endpoint


def _known(kinds: Sequence[str]) -> list[str]:
    for kind in kinds:
        if kind not in (*EVENT_KINDS, ALL):
            raise EventKindUnknown(kind=kind)
    return sorted(set(kinds))
