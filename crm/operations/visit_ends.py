"""How a contact of a plan ends, and with the last one its plan for that customer."""

from crm.models import ContactVisit, Enrolment, Task
from tenancy import audit, door

_State = ContactVisit.State


def end_when_over(enrolment: Enrolment) -> None:
    """Close an enrolment whose contacts are all behind it."""
    ahead = ContactVisit.objects.filter(enrolment=enrolment, state__in=[_State.PLANNED, _State.OPEN])
    if not ahead.exists():
        Enrolment.objects.filter(id=enrolment.id, state=Enrolment.State.RUNNING).update(
            state=Enrolment.State.DONE, ended_at=door.moment()
        )


def close_visit_of(task: Task) -> None:
    """Note on its contact that the task was closed without a word on what was found; "call again" moves it on."""
    if not task.key.startswith(("visit:", "again:")):
        return
    for visit in ContactVisit.objects.filter(task=task, state=_State.OPEN).select_related("enrolment"):
        missed = task.state == Task.State.DROPPED or task.result == Task.Result.NOT_REACHED
        state = _State.MISSED if missed else _State.DONE
        ContactVisit.objects.filter(id=visit.id).update(state=state, done_at=door.moment())
        audit.record("visit.closed", visit, {"state": state})
        end_when_over(visit.enrolment)
