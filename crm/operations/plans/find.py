"""Write down what was found on a return visit, and let follow from it what has to."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext

from crm.errors import VisitIsClosed
from crm.models import ContactVisit, Task
from crm.operations.cases.open import open_case
from crm.operations.identity import here
from crm.operations.talk import record_interaction
from crm.operations.tasks import add_task, complete_task
from crm.operations.visit_ends import end_when_over
from tenancy import audit, door, events

_State = ContactVisit.State


def record_finding(
    visit_id: UUID,
    *,
    satisfied: int | None = None,
    has_problem: bool = False,
    wants_to_buy: bool = False,
    answers: Mapping[str, str] | None = None,
    text: str = "",
) -> ContactVisit:
    """Note what was found: the task is done, a problem opens a case, a wish to buy makes a task; once."""
    visit = (
        ContactVisit.objects.select_for_update(of=("self",)).select_related("enrolment", "step", "customer").get(id=visit_id)
    )
    if visit.state != _State.OPEN:
        raise VisitIsClosed
    visit.state, visit.done_at = _State.DONE, door.moment()
    visit.satisfied, visit.has_problem, visit.wants_to_buy = satisfied, has_problem, wants_to_buy
    visit.answers, visit.text = dict(answers or {}), text.strip()[:5000]
    visit.save()
    _finish_task(visit)
    with translation.override(here().language):
        _follow(visit)
    audit.record("visit.found", visit, {"satisfied": satisfied, "problem": has_problem, "wants": wants_to_buy})
    events.publish("visit.found", visit.id, customer_id=str(visit.customer_id), satisfied=satisfied, problem=has_problem)
    end_when_over(visit.enrolment)
    return visit


def _finish_task(visit: ContactVisit) -> None:
    if visit.task and visit.task.state == Task.State.OPEN:
        complete_task(visit.task_id, visit.text[:300], result=Task.Result.REACHED)


def _follow(visit: ContactVisit) -> None:
    assignee_id = visit.task.assignee_id if visit.task else None
    if visit.text:
        record_interaction(visit.customer_id, kind="call", text=f"{visit.step.title}\n{visit.text}")
    if visit.has_problem:
        subject = gettext("Problem found on a return visit: %(visit)s") % {"visit": visit.step.title}
        case = open_case(
            key=f"visit:{visit.id}", subject=subject,
            description=visit.text, customer_id=visit.customer_id, order_id=visit.enrolment.order_id, owner_id=assignee_id,
        )  # fmt: skip
        ContactVisit.objects.filter(id=visit.id).update(case=case)
        visit.case = case
    if visit.wants_to_buy:
        add_task(
            key=f"wants:{visit.id}", title=gettext("Wants to buy: make an offer"), description=visit.text,
            kind=Task.Kind.CALL,
            due_at=door.moment() + timedelta(days=1), customer_id=visit.customer_id, assignee_id=assignee_id,
            priority=Task.Priority.HIGH,
        )  # fmt: skip
