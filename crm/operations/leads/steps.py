"""What whoever looks after a lead does with it: talk, qualify, give up, hand over."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from crm.errors import LeadMoved, UnknownReason
from crm.models import Lead, LeadMove, Task
from crm.operations.custom_fields import require_custom
from crm.operations.leads.assigning import assign_by_rules, assign_to, check_active
from crm.operations.leads.change import fill_in
from crm.operations.leads.moves import (
    close_tasks,
    locked,
    move,
    note,
    pass_tasks,
    progress_deadline,
    set_wake,
    stopped_clock,
)
from crm.operations.talk import record_interaction
from crm.operations.tasks import add_task
from crm.queries.leads import policy
from crm.rules.leads import (
    ASSIGNED,
    CLOSED,
    CONTACTED,
    COUNTS_AS_RESPONSE,
    IN_HAND,
    NEW,
    QUALIFIED,
    RESULTS,
    UNQUALIFIED,
    is_reason,
)
from tenancy import audit, door
from tenancy.calendar import working_hours_between

_MINUTE = timedelta(minutes=1)


def assign_lead(lead_id: UUID, member_id: UUID | None = None, *, note: str = "") -> Lead:
    """Give a lead of nobody to a person (or ask the rules again); one that is in hand is handed over."""
    lead = locked(lead_id)
    if lead.state in IN_HAND:
        return hand_over_lead(lead_id, member_id, note=note) if member_id else lead
    if member_id:
        return assign_to(lead, member_id, facts={"how": "named"}, note=note.strip()[:300])
    return assign_by_rules(lead)


def record_contact(
    lead_id: UUID, *, kind: str, result: str, text: str = "", next_title: str = "", next_at: datetime | None = None
) -> Lead:
    """Write down a call, a message or a visit; the first that reaches them stops the clock."""
    if result not in RESULTS:
        raise UnknownReason(field="result")
    lead = locked(lead_id)
    if lead.state not in IN_HAND:
        raise LeadMoved
    record_interaction(lead.customer_id, kind=kind, text=text.strip() or str(RESULTS[result]))
    if result in COUNTS_AS_RESPONSE and lead.state == ASSIGNED:
        _responded(lead, result)
    else:
        _touched(lead, result)
    if next_title.strip() and next_at:
        _plan(lead, next_title, next_at)
    return lead


def _responded(lead: Lead, result: str) -> None:
    now = door.moment()
    worked = working_hours_between(lead.assigned_at, now)
    changes = {
        "state": CONTACTED, "first_response_at": lead.first_response_at or now, "recycle_at": progress_deadline(policy()),
        "response_minutes": lead.response_minutes if lead.first_response_at else int(worked / _MINUTE),
    }  # fmt: skip
    move(lead, LeadMove.Kind.CONTACTED, changes, expects=(ASSIGNED,), event="lead.contacted", facts={"result": result})
    close_tasks(lead, state=Task.State.DONE, outcome=str(RESULTS[result]))


def _touched(lead: Lead, result: str) -> None:
    """A try, or a further word: no move of the state, but it is not forgotten either."""
    lead.last_touched_at = door.moment()
    if lead.state != ASSIGNED:
        lead.recycle_at = progress_deadline(policy())
    Lead.objects.filter(id=lead.id).update(last_touched_at=lead.last_touched_at, recycle_at=lead.recycle_at)
    set_wake(lead)
    note(lead, LeadMove.Kind.CONTACTED, before=lead.state, facts={"result": result})


def _plan(lead: Lead, title: str, at: datetime) -> None:
    add_task(
        key=f"lead:{lead.id}:next:{door.moment():%Y%m%d%H%M%S%f}", title=title, due_at=at, customer_id=lead.customer_id,
        assignee_id=lead.owner_id,
    )  # fmt: skip


def qualify_lead(lead_id: UUID, *, note: str = "", custom: Mapping[str, Any] | None = None) -> Lead:
    """Say that it is worth pursuing. Raises RequiredMissing where own fields ask for more."""
    lead = locked(lead_id)
    fill_in(lead, custom)
    require_custom("lead", lead.custom, QUALIFIED)
    changes: dict[str, Any] = {"state": QUALIFIED, "recycle_at": progress_deadline(policy())}
    if lead.first_response_at is None and lead.assigned_at:
        worked = working_hours_between(lead.assigned_at, door.moment())
        changes |= {"first_response_at": door.moment(), "response_minutes": int(worked / _MINUTE)}
    move(
        lead, LeadMove.Kind.QUALIFIED, changes, expects=(ASSIGNED, CONTACTED), event="lead.qualified",
        note=note.strip()[:300],
    )  # fmt: skip
    close_tasks(lead, state=Task.State.DONE)
    return lead


def disqualify_lead(lead_id: UUID, *, reason: str, detail: str = "", note: str = "") -> Lead:
    """Close a lead that comes to nothing, with the reason in two levels."""
    if not is_reason(reason, detail):
        raise UnknownReason
    lead = locked(lead_id)
    changes = {
        "state": UNQUALIFIED, "reason": reason, "detail": detail, "note": note.strip()[:300], "closed_at": door.moment(),
        "pool_id": None, "pooled_at": None, "recycle_at": None,
    }  # fmt: skip
    move(
        lead, LeadMove.Kind.UNQUALIFIED, changes, expects=(NEW, *IN_HAND), event="lead.unqualified", reason=reason,
        note=note.strip()[:300], facts={"detail": detail}, payload={"reason": reason, "detail": detail},
    )  # fmt: skip
    close_tasks(lead, state=Task.State.DROPPED)
    return lead


def reopen_lead(lead_id: UUID, *, note: str = "") -> Lead:
    """Take up again what was closed as no fit: the rules are asked as if it had just come."""
    lead = locked(lead_id)
    changes = {"state": NEW, "owner_id": None, "reason": "", "detail": "", "note": "", "closed_at": None, **stopped_clock()}
    move(lead, LeadMove.Kind.REOPENED, changes, expects=(UNQUALIFIED,), note=note.strip()[:300], to_member_id=None)
    return assign_by_rules(lead)


def hand_over_lead(lead_id: UUID, member_id: UUID, *, note: str = "", how: str = "handed_over") -> Lead:
    """Give a lead to a colleague with a word; the customer's clock runs on."""
    lead = locked(lead_id)
    check_active(member_id)
    if lead.owner_id == member_id:
        return lead
    giver = lead.owner_id
    changes = {"owner_id": member_id}
    move(
        lead, LeadMove.Kind.HANDED_OVER, changes, expects=IN_HAND, to_member_id=member_id, note=note.strip()[:300],
        event="lead.assigned", payload={"how": how, "from_member_id": str(giver) if giver else None},
    )  # fmt: skip
    pass_tasks(lead)
    return lead


def protect_lead(lead_id: UUID, *, is_protected: bool) -> Lead:
    """Let a lead stay with its owner however long it takes, or let the usual rules apply again."""
    lead = locked(lead_id)
    if lead.state in CLOSED:
        raise LeadMoved
    Lead.objects.filter(id=lead.id).update(is_protected=is_protected)
    lead.is_protected = is_protected
    set_wake(lead)
    audit.record("lead.protected" if is_protected else "lead.unprotected", lead)
    return lead
