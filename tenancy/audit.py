"""Write the audit trail."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from foundation.ids import new_key
from tenancy import bulk, door
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


def record_all(action: str, model, subjects: Sequence[tuple[Any, dict[str, Any]]]) -> None:
    """Note the same action on thousands of subjects of one model, (id, changes) each, without making objects of them."""
    who = door.actor()
    rows = [(new_key(), subject_id, changes) for subject_id, changes in subjects]
    bulk.insert(
        AuditRecord, ["id", "subject_id", "changes"], rows, actor_kind=who.kind, actor_id=who.id and str(who.id),
        action=action, subject_kind=model._meta.label_lower, occurred_at=door.moment(),
    )  # fmt: skip


def record_from(action: str, model, rows: str) -> None:
    """Note the same action on the subjects that a query of this transaction gives, as key, id and changes."""
    who, kind = door.actor(), model._meta.label_lower
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO tenancy_auditrecord
              (organisation_id, id, actor_kind, actor_id, action, subject_kind, subject_id, changes, occurred_at)
            SELECT %s, r.key, %s, %s, %s, %s, r.id, r.changes, %s FROM ({rows}) AS r
            """,
            [str(door.organisation_id()), who.kind, who.id and str(who.id), action, kind, door.moment()],
        )
