"""What is said in a case."""

from uuid import UUID

from crm.errors import CaseMoved, NothingSaid
from crm.models import Case, CaseMessage, CustomerFile
from crm.operations.cases.moves import reopen_case, resume_case, wait_for_customer
from crm.operations.cases.notes import locked
from crm.operations.cases.open import open_case
from crm.operations.present import present_member
from crm.rules.cases import CLOSED, NEW, OURS, SOLVED, WAITING
from tenancy import audit, door, events

_LONGEST = 10_000


def ask_customer(customer_id: UUID, *, subject: str, text: str, key: str, owner_id: UUID | None = None) -> Case:
    """Ask a customer something that they answer in the member centre; the same key asks once."""
    key = OURS + key
    if known := Case.objects.filter(key=key).first():
        return known
    case = open_case(subject=subject, customer_id=customer_id, channel=Case.Channel.WEB, key=key, owner_id=owner_id)
    reply_to_case(case.id, text, waits=True)
    return case


def reply_to_case(case_id: UUID, text: str, *, waits: bool = False) -> CaseMessage:
    """Answer the customer, by e-mail where there is an address; `waits`: the clock stops until they answer."""
    case = locked(case_id)
    if case.status in (SOLVED, CLOSED):
        raise CaseMoved
    said = _say(case, CaseMessage.Kind.TO_CUSTOMER, text)
    if case.first_response_at is None:
        Case.objects.filter(id=case.id, first_response_at=None).update(first_response_at=door.moment())
    if waits and case.status != WAITING:
        wait_for_customer(case_id)
    elif case.status == NEW:
        resume_case(case_id)
    events.publish("case.replied", case.id, message_id=str(said.id), customer_id=str(case.customer_id))
    return said


def note_on_case(case_id: UUID, text: str) -> CaseMessage:
    """Leave a word for colleagues that the customer never sees."""
    return _say(locked(case_id), CaseMessage.Kind.NOTE, text)


def hear_from_customer(case_id: UUID, text: str, *, file: CustomerFile | None = None) -> CaseMessage:
    """Write down what the customer said; what waited for it or was solved is taken up again."""
    case = locked(case_id)
    said = _say(case, CaseMessage.Kind.FROM_CUSTOMER, text, file)
    if case.status == WAITING:
        resume_case(case_id)
    elif case.status in (SOLVED, CLOSED):
        reopen_case(case_id)
    if door.actor().kind == "customer":  # they wrote themselves; nobody of us knows yet
        events.publish("case.heard", case.id, message_id=str(said.id), customer_id=str(case.customer_id))
    return said


def _say(case: Case, kind: str, text: str, file: CustomerFile | None = None) -> CaseMessage:
    if not text.strip():
        raise NothingSaid
    author = None if kind == CaseMessage.Kind.FROM_CUSTOMER else present_member()
    said = CaseMessage.objects.create(
        case=case, kind=kind, text=text.strip()[:_LONGEST], file=file, author_id=author, said_at=door.moment()
    )
    audit.record("case.said", case, {"kind": kind})
    return said
