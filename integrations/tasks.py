"""Celery entries of the integrations room."""

from collections.abc import Callable, Iterator
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from integrations.operations.deliver import deliver_due
from integrations.operations.run_import import run, waiting_imports
from integrations.operations.undo_import import run_undo, waiting_undos
from tenancy import door, events
from tenancy.models import Organisation
from tenancy.tasks import ring_where


@shared_task
def run_import(organisation_id: str, import_id: str) -> None:
    """Go on with an import; ask for another worker when the time is up."""
    if not run(UUID(organisation_id), UUID(import_id)):
        events.ring(run_import, organisation_id, import_id)


@shared_task
def undo_import(organisation_id: str, import_id: str) -> None:
    """Go on with the undoing of an import; ask for another worker when the time is up."""
    if not run_undo(UUID(organisation_id), UUID(import_id)):
        events.ring(undo_import, organisation_id, import_id)


@shared_task
def deliver_webhooks(organisation_id: str) -> int:
    return deliver_due(UUID(organisation_id))


@shared_task
def ring_for_imports() -> None:
    """Beat: pick up imports that nobody has begun, or whose worker died."""
    for organisation_id, (imports, undos) in _everywhere(_waiting):
        for import_id in imports:
            events.ring(run_import, str(organisation_id), str(import_id))
        for import_id in undos:
            events.ring(undo_import, str(organisation_id), str(import_id))


def _waiting() -> tuple[list[UUID], list[UUID]]:
    return waiting_imports(timezone.now()), waiting_undos(timezone.now())


@shared_task
def ring_for_webhooks() -> None:
    """Beat: send a worker wherever webhooks are due."""
    ring_where(deliver_webhooks, "due_webhooks")


def _everywhere(look: Callable) -> Iterator[tuple[UUID, object]]:
    """Look into every organisation in turn: half a millisecond each, and a worker is rung only where there is work."""
    for organisation_id in list(Organisation.objects.values_list("id", flat=True)):
        with door.organisation(organisation_id):
            found = look()
        yield organisation_id, found
