"""What analytics does when something has happened."""

from collections.abc import Sequence

from analytics.operations import start_scoring
from tenancy.models import Event


def on_imports_finished(events: Sequence[Event]) -> None:
    """Score anew after orders came in by the thousand; one scoring serves them all."""
    if any(event.payload["kind"] != "customers" for event in events):
        start_scoring()
