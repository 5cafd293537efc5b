"""What customers do with their own cases, in the member centre."""

from datetime import timedelta
from uuid import UUID

from crm.errors import MembersOpenNoCases, ReopenTooLate
from crm.models import Case, CaseMessage
from crm.operations.cases.notes import locked
from crm.operations.cases.open import open_case
from crm.operations.cases.talk import hear_from_customer
from crm.queries.care import care_policy
from crm.rules.cases import CLOSED
from tenancy import door


def open_own_case(
    customer_id: UUID, *, subject: str, description: str, category_id: UUID | None = None, key: str = ""
) -> Case:
    """Open a case for a customer who writes themselves; the same key gives the first one again."""
    if not care_policy().members_open_cases:
        raise MembersOpenNoCases
    return open_case(
        subject=subject, description=description, customer_id=customer_id, category_id=category_id,
        channel=Case.Channel.WEB, key=f"member:{customer_id}:{key}" if key else "",
    )  # fmt: skip


def say_in_own_case(case_id: UUID, text: str) -> CaseMessage:
    """Take the customer's word; what is closed is taken up again, for so many days as the policy allows."""
    case = locked(case_id)
    if case.status == CLOSED and not may_reopen(case):
        raise ReopenTooLate(days=care_policy().reopen_days)
    return hear_from_customer(case_id, text)


def may_reopen(case: Case) -> bool:
    """Say whether the customer may still take a closed case up again."""
    days = care_policy().reopen_days
    return case.closed_at is None or (bool(days) and door.moment() - case.closed_at <= timedelta(days=days))
