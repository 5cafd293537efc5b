"""Celery entries of the house: work for one organisation, and the beat that finds who has work."""

import functools
from collections.abc import Callable
from uuid import UUID

from celery import shared_task

from tenancy import door, events
from tenancy.models import Organisation


def organisation_task(function: Callable) -> Callable:
    """Make a Celery task of `function(organisation_id: str, *ids)`, run inside that organisation's door."""

    @functools.wraps(function)
    def run(organisation_id: str, *arguments):
        with door.organisation(UUID(organisation_id)):
            return function(*arguments)

    return shared_task(run)


def each_organisation(task) -> None:
    """Ring `task` for every organisation."""
    for organisation_id in Organisation.objects.values_list("id", flat=True):
        events.ring(task, str(organisation_id))


@shared_task
def drain_events(organisation_id: str) -> int:
    return events.drain(UUID(organisation_id))


@shared_task
def ring_for_due_events() -> None:
    """Beat: send a worker wherever deliveries wait, also when every doorbell was lost."""
    for organisation_id in events.organisations_with_due_events():
        events.ring(drain_events, str(organisation_id))
