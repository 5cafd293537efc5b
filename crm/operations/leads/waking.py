"""The worker's round: remind, escalate, put back into the pool. A handful of statements however many are due."""

from collections.abc import Callable, Sequence

from crm.models import Customer, Lead, LeadMove, Task
from crm.operations.leads.assigning import default_pool
from crm.operations.leads.moves import next_wake
from crm.operations.leads.pooling import back_in_pool
from crm.operations.pool_moves import write_moves
from crm.rules.leads import ASSIGNED, IN_HAND
from tenancy import audit, door, events

AT_A_TIME = 500
_CHANGED = [
    "state", "owner", "pool", "pooled_at", "reason", "detail", "note", "closed_at", "first_response_at", "response_minutes",
    "assigned_at", "response_due_at", "remind_at", "recycle_at", "reminded_at", "escalated_at", "last_touched_at",
    "times_recycled", "wake_at",
]  # fmt: skip


def wake_leads() -> int:
    """Look at leads whose moment has come; count what was done. What another worker holds is left to it."""
    due = Lead.objects.select_for_update(skip_locked=True, of=("self",)).filter(wake_at__lte=door.moment())
    leads = list(due.select_related("customer").order_by("wake_at")[:AT_A_TIME])
    if not leads:
        return 0
    now = door.moment()
    back = [lead for lead in leads if _goes_back(lead, now)]
    late = [lead for lead in leads if lead not in back and _is_late(lead, now)]
    soon = [lead for lead in leads if lead not in back and lead not in late and _is_soon(lead, now)]
    _tell(soon, "reminded", "lead.due_soon", lambda lead: setattr(lead, "reminded_at", now))
    _tell(late, "escalated", "lead.overdue", lambda lead: _escalate(lead, now))
    _recycle(back)
    for lead in leads:
        lead.wake_at = next_wake(lead)
    Lead.objects.bulk_update(leads, _CHANGED)
    return len(leads)


def _goes_back(lead: Lead, now) -> bool:
    return lead.state in IN_HAND and not lead.is_protected and bool(lead.recycle_at) and lead.recycle_at <= now


def _is_waiting(lead: Lead) -> bool:
    return lead.state == ASSIGNED and lead.first_response_at is None


def _is_late(lead: Lead, now) -> bool:
    return _is_waiting(lead) and lead.escalated_at is None and lead.response_due_at <= now


def _is_soon(lead: Lead, now) -> bool:
    return _is_waiting(lead) and lead.reminded_at is None and lead.remind_at <= now


def _escalate(lead: Lead, now) -> None:
    lead.escalated_at = now
    lead.reminded_at = lead.reminded_at or now


def _tell(leads: Sequence[Lead], kind: str, event: str, change: Callable[[Lead], None]) -> None:
    for lead in leads:
        change(lead)
    _write(leads, kind, [{"before": lead.state, "to_member_id": lead.owner_id} for lead in leads])
    events.publish_many(event, [(lead.id, None, _payload(lead)) for lead in leads])


def _payload(lead: Lead, **more) -> dict:
    due = lead.response_due_at.isoformat() if lead.response_due_at else None
    return {
        "customer_id": str(lead.customer_id), "owner_id": str(lead.owner_id) if lead.owner_id else None,
        "state": lead.state, "source": lead.source, "due_at": due, **more,
    }  # fmt: skip


def _recycle(leads: Sequence[Lead]) -> None:
    """Give leads nobody looked after to whoever wants them."""
    if not leads:
        return
    pool_id, rows, told = default_pool().id, [], []
    givers = {lead.id: lead.owner_id for lead in leads}
    for lead in leads:
        reason = "no_contact" if lead.first_response_at is None else "no_progress"
        rows.append({"before": lead.state, "from_member_id": lead.owner_id, "reason": reason})
        told.append({"reason": reason, "from_member_id": str(lead.owner_id) if lead.owner_id else None})
        for name, value in back_in_pool(pool_id).items():
            setattr(lead, name, value)
        lead.times_recycled += 1
    _write(leads, "recycled", rows)
    facts = [(lead.id, None, _payload(lead, **more)) for lead, more in zip(leads, told, strict=True)]
    events.publish_many("lead.recycled", facts)
    _drop_tasks(leads)
    _leave_customers(leads, givers)


def _write(leads: Sequence[Lead], kind: str, rows: Sequence[dict]) -> None:
    LeadMove.objects.bulk_create(
        LeadMove(lead=lead, kind=kind, after=lead.state, occurred_at=door.moment(), **row)
        for lead, row in zip(leads, rows, strict=True)
    )
    pairs = zip(leads, rows, strict=True)
    audit.record_many(f"lead.{kind}", [(lead, {"reason": row.get("reason", "")}) for lead, row in pairs])


def _drop_tasks(leads: Sequence[Lead]) -> None:
    ids = {str(lead.id) for lead in leads}
    open_tasks = Task.objects.filter(
        customer_id__in=[lead.customer_id for lead in leads], state=Task.State.OPEN, key__startswith="lead:"
    )  # fmt: skip
    mine = [id for id, key in open_tasks.values_list("id", "key") if key.split(":")[1] in ids and ":respond:" in key]
    Task.objects.filter(id__in=mine).update(state=Task.State.DROPPED, completed_at=door.moment())


def _leave_customers(leads: Sequence[Lead], givers: dict) -> None:
    """Who never bought is nobody's again, unless the same person has another lead of theirs in hand."""
    still = Lead.objects.filter(customer_id__in=[lead.customer_id for lead in leads], state__in=IN_HAND)
    kept = set(still.exclude(id__in=[lead.id for lead in leads]).values_list("customer_id", "owner_id"))
    free = {
        lead.customer_id: givers[lead.id]
        for lead in leads
        if givers[lead.id] == lead.customer.owner_id
        and lead.customer.stage in ("prospect", "lead", "lost")
        and (lead.customer_id, givers[lead.id]) not in kept
    }
    Customer.objects.filter(id__in=free).update(owner=None)
    write_moves("recycled", [(customer_id, giver, None) for customer_id, giver in free.items()])
