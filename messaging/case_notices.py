"""What customers are told about their cases, and colleagues of cases and tasks that are theirs now."""

from collections.abc import Sequence
from uuid import UUID

from crm.models import Case, CaseMessage, Customer, Task
from crm.operations.cases import rating_path
from foundation.contacts import mask_name
from messaging.operations import Notice, notify_many
from messaging.operations.reminders import task_facts
from tenancy import door
from tenancy.models import Event, Organisation


def on_cases_opened(events: Sequence[Event]) -> None:
    """Say that the case is known, with its number; where we have begun it, the question itself is what they get."""
    cases = _cases(events)
    slug = _slug()
    notify_many([
        Notice(
            kind="case_opened", key=f"case:{case.id}:opened", customer_id=case.customer_id,
            context={"number": case.code, "subject": case.subject}, link=_theirs(case, slug),
        )
        for case in cases.values()
        if not case.is_ours
    ])  # fmt: skip


def on_cases_replied(events: Sequence[Event]) -> None:
    """Send what was answered."""
    cases = _cases(events)
    said = {row.id: row for row in CaseMessage.objects.filter(id__in=[event.payload["message_id"] for event in events])}
    slug = _slug()
    notify_many([
        Notice(
            kind="case_reply", key=f"case:message:{message.id}", customer_id=cases[event.subject_id].customer_id,
            context={
                "number": cases[event.subject_id].code, "subject": cases[event.subject_id].subject, "text": message.text,
            },
            link=_theirs(cases[event.subject_id], slug),
        )
        for event in events
        if (message := said.get(UUID(event.payload["message_id"]))) and event.subject_id in cases
    ])  # fmt: skip


def _theirs(case: Case, slug: str) -> str:
    """Where the customer reads it and answers."""
    return f"/o/{slug}/member/requests/{case.id}"


def _slug() -> str:
    return Organisation.objects.values_list("slug", flat=True).get(id=door.organisation_id())


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


def on_cases_given(events: Sequence[Event]) -> None:
    """Tell whoever has a case now."""
    cases = _cases(events)
    names = dict(Customer.objects.filter(cases__in=cases).values_list("cases__id", "name"))
    notify_many([
        Notice(
            kind="case_given", key=f"case:given:{event.id}", member_id=UUID(event.payload["owner_id"]),
            context={"number": case.code, "subject": case.subject, "customer": mask_name(names[case.id])},
            link=f"/cases/{case.id}/",
        )
        for event in events
        if (case := cases.get(event.subject_id))
    ])  # fmt: skip


def on_cases_heard(events: Sequence[Event]) -> None:
    """Tell whoever has a case what the customer wrote in the member centre; one of nobody waits in the queue."""
    cases = _cases(events)
    said = {str(row.id): row for row in CaseMessage.objects.filter(id__in=[each.payload["message_id"] for each in events])}
    names = dict(Customer.objects.filter(cases__in=cases).values_list("cases__id", "name"))
    notify_many([
        Notice(
            kind="case_heard", key=f"case:heard:{event.payload['message_id']}", member_id=case.owner_id,
            context={
                "number": case.code, "subject": case.subject, "customer": mask_name(names[case.id]),
                "text": said[event.payload["message_id"]].text,
            },
            link=f"/cases/{case.id}/",
        )
        for event in events
        if (case := cases.get(event.subject_id)) and case.owner_id and event.payload["message_id"] in said
    ])  # fmt: skip


def on_tasks_handed(events: Sequence[Event]) -> None:
    """Tell whoever is to take a task over, with the note."""
    organisation = Organisation.objects.get(id=door.organisation_id())
    tasks = Task.objects.select_related("customer").in_bulk([event.subject_id for event in events])
    notify_many([
        Notice(
            kind="task_handed", key=f"task:handed:{event.id}", member_id=UUID(event.payload["assignee_id"]),
            context=task_facts(task, organisation) | {"note": task.hand_note}, link=f"/tasks/{task.id}/",
        )
        for event in events
        if (task := tasks.get(event.subject_id))
    ])  # fmt: skip


def _cases(events: Sequence[Event]) -> dict[UUID, Case]:
    return Case.objects.in_bulk([event.subject_id for event in events])
