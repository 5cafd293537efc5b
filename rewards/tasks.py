"""Settlement, expiry and the nightly proof, for each organisation."""

import logging
from uuid import UUID

from celery import shared_task

from rewards import operations, queries
from tenancy import audit, door
from tenancy.models import Organisation
from tenancy.tasks import each_organisation, organisation_task, ring_where

log = logging.getLogger(__name__)


@shared_task
def ring_for_due_rewards() -> None:
    """Beat: settle wherever holds have ended."""
    ring_where(settle_due_rewards, "due_rewards")


@shared_task
def ring_for_expiring_lots() -> None:
    """Beat: let lots expire wherever their time is over."""
    each_organisation(expire_due_lots)


@shared_task
def ring_for_books() -> None:
    """Beat: prove every organisation's books."""
    each_organisation(verify_books)


@shared_task
def settle_due_rewards(organisation_id: str) -> int:
    """Settle in transactions of at most 5,000 rewards until none is due; a killed worker loses one chunk."""
    return _until_none(UUID(organisation_id), operations.settle_due)


@shared_task
def expire_due_lots(organisation_id: str) -> int:
    return _until_none(UUID(organisation_id), operations.expire_lots)


@organisation_task
def verify_books() -> bool:
    """Check the books; broken ones are an alarm in the log and a line in the audit trail."""
    report = queries.verify_books()
    if not report.is_whole:
        log.error("books of %s are not whole: %s", door.organisation_id(), report.wrong)
        house = Organisation.objects.get(id=door.organisation_id())
        audit.record("books.broken", house, {one.rule: str(one.row_id) for one in report.wrong})
    return report.is_whole


def _until_none(organisation_id: UUID, work) -> int:
    total = 0
    while done := _chunk(organisation_id, work):
        total += done
    return total


def _chunk(organisation_id: UUID, work) -> int:
    with door.organisation(organisation_id):
        done = work()
        return done
