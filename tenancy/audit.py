"""Write the audit trail."""

from typing import Any

from tenancy import door
from tenancy.models import AuditRecord


def record(action: str, subject, changes: dict[str, Any] | None = None) -> None:
    """Note who did `action` ("campaign.started") to `subject` (a model instance).

    `changes` holds states, amounts and the names of changed fields, never contact data.
    """
    who = door.actor()
    AuditRecord.objects.create(
        actor_kind=who.kind,
        actor_id=who.id,
        action=action,
        subject_kind=subject._meta.label_lower,
        subject_id=str(subject.pk),
        changes=changes or {},
        occurred_at=door.moment(),
    )
