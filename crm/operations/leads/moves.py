"""How a lead moves: compare-and-set, a row that says why, the audit, the event; its clock and its task."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext

from crm.errors import LeadMoved
from crm.models import Customer, Lead, LeadMove, LeadPolicy, Task
from crm.operations.identity import here
from crm.operations.tasks import add_task
from crm.queries.leads import policy
from crm.rules.leads import ASSIGNED, IN_HAND
from foundation.working_time import NoWorkingTime, WorkingHours
from tenancy import audit, door, events
from tenancy.calendar import working_hours
from tenancy.models import Membership


def locked(lead_id: UUID) -> Lead:
    """Hold a lead until the end of the transaction."""
    return Lead.objects.select_for_update(of=("self",)).select_related("customer").get(id=lead_id)


def move(
    lead: Lead,
    kind: str,
    changes: Mapping[str, Any],
    *,
    expects: Sequence[str],
    event: str = "",
    payload: Mapping[str, Any] | None = None,
    **row: Any,
) -> Lead:
    """Move a lead that is in one of the states `expects` and still its present owner's; raises LeadMoved."""
    before, owner_before = lead.state, lead.owner_id
    changes = {**changes, "last_touched_at": door.moment()}
    same = Lead.objects.filter(id=lead.id, state=before, owner_id=owner_before, pool_id=lead.pool_id)
    if before not in expects or not same.update(**changes):
        raise LeadMoved
    for name, value in changes.items():
        setattr(lead, name, value)
    set_wake(lead)
    note(lead, kind, before=before, from_member_id=owner_before, **row)
    if event:
        publish(event, lead, **(payload or {}))
    return lead


def note(lead: Lead, kind: str, *, before: str = "", **row: Any) -> LeadMove:
    """Write the row that says what happened, and the audit beside it."""
    written = LeadMove.objects.create(
        lead=lead, kind=kind, before=before, after=lead.state, to_member_id=row.pop("to_member_id", lead.owner_id),
        by_member_id=present_member(), occurred_at=door.moment(), **row,
    )  # fmt: skip
    audit.record(f"lead.{kind}", lead, {"from": before, "to": lead.state, "reason": written.reason})
    return written


def publish(kind: str, lead: Lead, **payload: Any) -> None:
    facts = {
        "customer_id": str(lead.customer_id), "owner_id": _text(lead.owner_id), "state": lead.state, "source": lead.source,
        "form_id": _text(lead.form_id), **payload,
    }  # fmt: skip
    events.publish(kind, lead.id, **facts)


def _text(id: UUID | None) -> str | None:
    return str(id) if id else None


def present_member() -> UUID | None:
    """Who works now, if it is a member of staff."""
    who = door.actor()
    if who.kind != "user":
        return None
    return Membership.objects.filter(user_id=who.id).values_list("id", flat=True).first()


# --- the clock --------------------------------------------------------------------------------------


def started_clock(rules: LeadPolicy, hours: WorkingHours | None = None) -> dict[str, Any]:
    """Give the fields of a lead whose response clock begins now."""
    now, hours = door.moment(), hours or working_hours()
    due = _after(hours, now, timedelta(minutes=rules.response_minutes))
    remind = _after(hours, now, timedelta(seconds=rules.response_minutes * 60 * rules.remind_percent // 100))
    recycle = _after(hours, now, timedelta(hours=rules.contact_hours)) if rules.contact_hours else None
    return {
        "assigned_at": now, "response_due_at": due, "remind_at": min(remind, due), "recycle_at": recycle,
        "reminded_at": None, "escalated_at": None,
    }  # fmt: skip


def stopped_clock() -> dict[str, Any]:
    return dict.fromkeys(
        ("assigned_at", "response_due_at", "remind_at", "recycle_at", "reminded_at", "escalated_at"), None
    )  # fmt: skip


def progress_deadline(rules: LeadPolicy) -> datetime | None:
    """When it goes back, if nothing more happens."""
    return door.moment() + timedelta(days=rules.progress_days) if rules.progress_days else None


def _after(hours: WorkingHours, moment: datetime, length: timedelta) -> datetime:
    try:
        return hours.add_working_hours(moment, length)
    except NoWorkingTime:  # a calendar that closes every day: count all hours rather than none
        return moment + length


def next_wake(lead: Lead) -> datetime | None:
    """The next moment at which a worker has something to do about a lead."""
    due = []
    if lead.state == ASSIGNED and lead.first_response_at is None:
        due += [lead.remind_at if lead.reminded_at is None else None]
        due += [lead.response_due_at if lead.escalated_at is None else None]
    if lead.state in IN_HAND and not lead.is_protected:
        due += [lead.recycle_at]
    return min((each for each in due if each), default=None)


def set_wake(lead: Lead) -> None:
    wake = next_wake(lead)
    if wake != lead.wake_at:
        lead.wake_at = wake
        Lead.objects.filter(id=lead.id).update(wake_at=wake)


# --- what is to be done about it ------------------------------------------------------------------------


def ask_to_respond(lead: Lead) -> None:
    """Give the owner the task to answer, with the words to say, in the language they read; once an assignment."""
    owner = Membership.objects.select_related("user").get(id=lead.owner_id)
    organisation, rules = here(), policy()
    language = owner.user.language or organisation.language
    with translation.override(language):
        title = gettext("Answer the enquiry of %(name)s") % {"name": lead.customer.name}
    add_task(
        key=f"lead:{lead.id}:respond:{lead.assigned_at:%Y%m%d%H%M%S%f}",
        title=title,
        script=rules.script.get(language) or next(iter(rules.script.values()), ""),
        due_at=lead.response_due_at,
        customer_id=lead.customer_id,
        assignee_id=lead.owner_id,
        priority=Task.Priority.HIGH,
    )


def pass_tasks(lead: Lead) -> None:
    _tasks(lead).update(assignee_id=lead.owner_id)


def close_tasks(lead: Lead, *, state: str, outcome: str = "") -> None:
    _tasks(lead).update(state=state, completed_at=door.moment(), outcome=outcome[:300])


def _tasks(lead: Lead):
    return Task.objects.filter(
        customer_id=lead.customer_id, key__startswith=f"lead:{lead.id}:respond:", state=Task.State.OPEN
    )  # fmt: skip


def adopt_customer(lead: Lead) -> None:
    """A customer of nobody gets the lead's owner."""
    if lead.customer.owner_id is None:
        Customer.objects.filter(id=lead.customer_id, owner=None).update(owner_id=lead.owner_id)
        lead.customer.owner_id = lead.owner_id
        audit.record("customer.updated", lead.customer, {"fields": ["owner_id"]})
