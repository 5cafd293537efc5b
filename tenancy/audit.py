"""Write the audit trail."""

from collections.abc import Iterable
from typing import Any

from tenancy import door
from tenancy.models import AuditRecord


def record(action: str, subject, changes: dict[str, Any] | None = None) -> None:
    """Note who did `action` ("campaign.started") to `subject` (a model instance).

    `changes` holds states, amounts and the names of changed fields, never contact data.
    """
    record_many(action, [(subject, changes or {})])


def record_many(action: str, subjects: Iterable[tuple[Any, dict[str, Any]]]) -> None:
    """Note the same action on many subjects, (model instance, changes) each, in one statement."""
    who = door.actor()
    AuditRecord.objects.bulk_create(
        AuditRecord(
            actor_kind=who.kind,
            actor_id=who.id,
            action=action,
            subject_kind=subject._meta.label_lower,
            subject_id=str(subject.pk),
            changes=changes,
            occurred_at=door.moment(),
        )
        for subject, changes in subjects
    )
