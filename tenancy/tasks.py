"""Celery entries of the house: work for one organisation, and the beat that finds who has work."""

import functools
from collections.abc import Callable
from uuid import UUID

from celery import shared_task
from django.db import connection

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


def organisations_with(work: str, *, at_most: int = 5000) -> list[UUID]:
    """List organisations where work waits; `work` names a function of the door role: organisations_with_<work>."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT organisation_id FROM organisations_with_{work}(%s)", [at_most])
        return [row[0] for row in cursor.fetchall()]


def ring_where(task, work: str) -> None:
    """Ring `task` for the organisations where `work` waits."""
    for organisation_id in organisations_with(work):
        events.ring(task, str(organisation_id))


@shared_task
def drain_events(organisation_id: str) -> int:
    return events.drain(UUID(organisation_id))


@shared_task
def ring_for_due_events() -> None:
    """Beat: send a worker wherever deliveries wait, also when every doorbell was lost."""
    ring_where(drain_events, "due_events")
