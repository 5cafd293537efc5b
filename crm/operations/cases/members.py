"""What customers do with their own cases, in the member centre."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from crm.errors import MembersOpenNoCases, PaperNotWanted, PaperRefused, ReopenTooLate
from crm.models import Case, CaseMessage, CustomerFile
from crm.operations.cases.notes import locked
from crm.operations.cases.open import open_case
from crm.operations.cases.talk import hear_from_customer
from crm.operations.talk.files import add_file
from crm.queries.care import care_policy
from crm.rules.cases import CLOSED, UNFINISHED
from crm.rules.talk import LARGEST_FILE, PAPER_TYPES, kind_of_file
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


@dataclass(frozen=True)
class Paper:
    """A picture or a PDF that a customer sends with an answer."""

    name: str
    content: bytes


def say_in_own_case(case_id: UUID, text: str, paper: Paper | None = None) -> CaseMessage:
    """Take the customer's word; what is closed is taken up again, for so many days as the policy allows.

    A paper is taken only as an answer to what we asked, while the question is open; it is kept with the customer.
    """
    case = locked(case_id)
    file = _kept(case, paper) if paper else None
    if case.status == CLOSED and not may_reopen(case):
        raise ReopenTooLate(days=care_policy().reopen_days)
    return hear_from_customer(case_id, text.strip() or (file.name if file else ""), file=file)


def takes_papers(case: Case) -> bool:
    """Say whether a customer may send a paper with an answer."""
    return case.is_ours and case.status in UNFINISHED


def _kept(case: Case, paper: Paper) -> CustomerFile:
    if not takes_papers(case):
        raise PaperNotWanted
    if kind_of_file(paper.name, paper.content) not in PAPER_TYPES and len(paper.content) <= LARGEST_FILE:
        raise PaperRefused
    return add_file(case.customer_id, name=paper.name, content=paper.content)


def may_reopen(case: Case) -> bool:
    """Say whether the customer may still take a closed case up again."""
    days = care_policy().reopen_days
    return case.closed_at is None or (bool(days) and door.moment() - case.closed_at <= timedelta(days=days))
