"""What the integrations room does when something has happened."""

from collections.abc import Sequence

from integrations.operations.deliver import enclose
from tenancy.models import Event


def on_event(events: Sequence[Event]) -> None:
    """Write a webhook delivery for every endpoint that wants to know."""
    enclose(events)
