"""Move a case to a status, whichever step that takes: for boards."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from crm.errors import CaseMoved, CaseStepMissing
from crm.models import Case
from crm.operations.cases.moves import close_case, reopen_case, resume_case, solve_case, wait_for_customer
from crm.operations.cases.notes import locked
from crm.rules.cases import CLOSED, SOLVED, UNFINISHED, WAITING, reachable


def move_case(
    case_id: UUID,
    to: str,
    *,
    expected: str = "",
    resolution: str = "",
    cause_id: UUID | None = None,
    custom: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Case:
    """Take the step that leads to a status; closing what is not solved yet solves it first.

    Raises CaseMoved when it is no longer where the caller saw it, CaseStepMissing when no step leads there.
    """
    case = locked(case_id)
    if expected and case.status != expected:
        raise CaseMoved
    if case.status == to:
        return case
    if to not in reachable(case.status):
        raise CaseStepMissing
    solution = {"resolution": resolution, "cause_id": cause_id, "custom": custom}
    if to == SOLVED:
        return solve_case(case_id, **solution)
    if to == CLOSED:
        if case.status in UNFINISHED:
            solve_case(case_id, **solution)
        return close_case(case_id)
    if to == WAITING:
        return wait_for_customer(case_id)
    return resume_case(case_id) if case.status in UNFINISHED else reopen_case(case_id, reason)
