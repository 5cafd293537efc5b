"""What customers are told about their cases: that we have it, what we answer, and the question how it was."""

from collections.abc import Sequence
from uuid import UUID

from crm.models import Case, CaseMessage
from crm.operations.cases import rating_path
from messaging.operations import Notice, notify_many
from tenancy import door
from tenancy.models import Event, Organisation


def on_cases_opened(events: Sequence[Event]) -> None:
    """Say that the case is known, with its number."""
    cases = _cases(events)
    notify_many([
        Notice(
            kind="case_opened", key=f"case:{case.id}:opened", customer_id=case.customer_id,
            context={"number": case.code, "subject": case.subject},
        )
        for case in cases.values()
    ])  # fmt: skip


def on_cases_replied(events: Sequence[Event]) -> None:
    """Send what was answered."""
    cases = _cases(events)
    said = {row.id: row for row in CaseMessage.objects.filter(id__in=[event.payload["message_id"] for event in events])}
    notify_many([
        Notice(
            kind="case_reply", key=f"case:message:{message.id}", customer_id=cases[event.subject_id].customer_id,
            context={
                "number": cases[event.subject_id].code, "subject": cases[event.subject_id].subject, "text": message.text,
            },
        )
        for event in events
        if (message := said.get(UUID(event.payload["message_id"]))) and event.subject_id in cases
    ])  # fmt: skip


def on_cases_closed(events: Sequence[Event]) -> None:
    """Ask how it was, once each time a case is closed."""
    cases, organisation = _cases(events), Organisation.objects.get(id=door.organisation_id())
    notify_many([
        Notice(
            kind="case_rating", key=f"case:{case.id}:rating:{event.payload['round']}", customer_id=case.customer_id,
            context={"number": case.code, "subject": case.subject, "resolution": case.resolution},
            link=rating_path(organisation, case.id, event.payload["round"]),
        )
        for event in events
        if event.payload["asks_rating"] and (case := cases.get(event.subject_id))
    ])  # fmt: skip


def _cases(events: Sequence[Event]) -> dict[UUID, Case]:
    return Case.objects.in_bulk([event.subject_id for event in events])
