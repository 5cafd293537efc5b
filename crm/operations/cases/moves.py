"""Wait for the customer, go on, solve, close, reopen."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from crm.errors import ResolutionMissing
from crm.models import Case, CaseCategory
from crm.operations.cases.notes import locked, move
from crm.operations.cases.open import check_category, facts_of
from crm.operations.custom_fields import clean_custom, require_custom
from crm.queries.care import care_policy
from crm.rules.cases import CLOSED, OPEN, SOLVED, WAITING
from tenancy import audit, door, events

_AT_MOST = 200


def wait_for_customer(case_id: UUID) -> Case:
    """Stop the clock until the customer has answered."""
    return move(locked(case_id), WAITING)


def resume_case(case_id: UUID) -> Case:
    """Take a case in hand, or go on with it after waiting; one that is in hand stays as it is."""
    case = locked(case_id)
    if case.status in (SOLVED, CLOSED):
        return _reopen(case, "")
    return case if case.status == OPEN else move(case, OPEN)


def solve_case(
    case_id: UUID, *, resolution: str, cause_id: UUID | None = None, custom: Mapping[str, Any] | None = None
) -> Case:
    """Say what was done; the clock of the solution stops. Raises RequiredMissing where own fields ask for more."""
    if not resolution.strip():
        raise ResolutionMissing
    check_category(cause_id, CaseCategory.Kind.CAUSE, field="cause")
    case = locked(case_id)
    case.custom = clean_custom("case", custom or {}, case.custom)
    require_custom("case", case.custom, SOLVED)
    case.resolution, case.cause_id, case.solved_at = resolution.strip(), cause_id, door.moment()
    case.first_response_at = case.first_response_at or door.moment()
    move(case, SOLVED)
    events.publish("case.solved", case.id, **facts_of(case))
    return case


def close_case(case_id: UUID) -> Case:
    """Close a solved case; the customer is asked how it was."""
    case = locked(case_id)
    case.closed_at = door.moment()
    move(case, CLOSED)
    events.publish("case.closed", case.id, **facts_of(case), asks_rating=care_policy().asks_rating and not case.is_ours)
    return case


def end_question(case_id: UUID, *, resolution: str) -> Case:
    """Close what we have asked a customer, answered or not, because it is decided; nobody is asked how it was."""
    case = locked(case_id)
    case.resolution, case.solved_at = resolution, door.moment()
    move(case, SOLVED)
    return close_case(case_id)


def reopen_case(case_id: UUID, reason: str = "") -> Case:
    """Take a solved or closed case up again."""
    return _reopen(locked(case_id), reason)


def _reopen(case: Case, reason: str) -> Case:
    case.solved_at = case.closed_at = None
    case.reopened += 1
    move(case, OPEN, note=reason.strip())
    audit.record("case.reopened", case, {"reopened": case.reopened})
    events.publish("case.reopened", case.id, **facts_of(case))
    return case


def close_solved() -> int:
    """Close what was solved days ago and nobody took up again; count it."""
    days = care_policy().close_after_days
    if not days:
        return 0
    ripe = Case.objects.filter(status=SOLVED, solved_at__lte=door.moment() - timedelta(days=days))
    ids = list(ripe.order_by("id").values_list("id", flat=True)[:_AT_MOST])
    return len([close_case(case_id) for case_id in ids])
