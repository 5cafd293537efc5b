"""Write down every change of a case, and move it only from where it may be moved."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from crm.errors import CaseMoved
from crm.models import Case, CaseMove
from crm.rules.cases import MERGED, PAUSED, may_move
from tenancy import audit, door


def note_move(case: Case, what: str, before: Any, after: Any, note: str = "") -> None:
    who = door.actor()
    CaseMove.objects.create(
        case=case, what=what, before=str(before or ""), after=str(after or ""), note=note[:300], actor_kind=who.kind,
        actor_id=who.id, occurred_at=door.moment(),
    )  # fmt: skip


def locked(case_id: UUID) -> Case:
    """Read a case for a change; one that was merged away is changed no more."""
    case = Case.objects.select_for_update(of=("self",)).get(id=case_id)
    if case.status == MERGED:
        raise CaseMoved
    return case


def move(case: Case, after: str, *, note: str = "") -> Case:
    """Move a locked case to another status and keep account of its pauses; the caller saves what else changed."""
    before, now = case.status, door.moment()
    if not may_move(before, after):
        raise CaseMoved
    if case.paused_at:
        pause = max(now - case.paused_at, timedelta(0))  # whoever waited for the lock may bring an earlier moment
        case.paused_seconds += int(pause.total_seconds())
        case.resolve_due_at += pause
    case.paused_at = now if after in PAUSED else None
    case.status = after
    case.save()
    note_move(case, "status", before, after, note)
    audit.record("case.moved", case, {"status": [before, after]})
    return case
