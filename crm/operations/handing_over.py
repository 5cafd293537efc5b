"""What goes along when customers change hands: tasks, deals, leads, cases. Above what each of them is by itself."""

from collections.abc import Collection
from uuid import UUID

from crm.errors.talk import ChecklistOpen, HandOverToSelf
from crm.models import Case, Customer, Deal, HandOver, Lead, Task
from crm.operations import deals as selling
from crm.operations.cases import assign_case
from crm.operations.identity import check_member
from crm.operations.leads import hand_over_lead
from crm.operations.talk.hand_over import answer_hand_over, tell
from crm.queries.talk import along, open_work
from tenancy import audit, door, events
from tenancy.models import Membership


def accept_hand_over(hand_over_id: UUID, *, checked: int = 0) -> HandOver:
    """Take a customer over, with what was to come along; `checked` lines were gone through."""
    asked = HandOver.objects.select_related("customer").get(id=hand_over_id)
    if asked.state == HandOver.State.WAITING and checked < len(asked.checklist):
        raise ChecklistOpen
    answered = answer_hand_over(hand_over_id, HandOver.State.ACCEPTED, "")
    customer = Customer.objects.select_for_update(of=("self",)).get(id=answered.customer_id)
    work = along(answered, customer.owner_id)
    customer.owner_id = answered.receiver_id
    customer.save(update_fields=["owner", "updated_at"])
    audit.record("customer.updated", customer, {"fields": ["owner_id"]})
    taken = {kind: _PASS[kind](rows, answered.receiver_id, answered.note) for kind, rows in work.items()}
    tell(answered, "accepted", **{kind: count for kind, count in taken.items() if count})
    return answered


def hand_over_all(member_id: UUID, heir_id: UUID) -> dict[str, int]:
    """Give everything of one colleague to another, for instance of one who leaves; counts of each."""
    check_member(heir_id, field="heir")
    if member_id == heir_id:
        raise HandOverToSelf(field="heir")
    work = open_work([member_id])
    moved = {"customers": Customer.objects.filter(owner_id=member_id).update(owner_id=heir_id)}
    moved |= {kind: _PASS[kind](rows, heir_id, "") for kind, rows in work.items()}
    HandOver.objects.filter(receiver_id=member_id, state=HandOver.State.WAITING).update(
        state=HandOver.State.WITHDRAWN, answered_at=door.moment()
    )
    audit.record("member.handed_over", Membership.objects.get(id=member_id), {"heir_id": str(heir_id), **moved})
    events.publish("member.handed_over", member_id, heir_id=str(heir_id))
    return moved


# --- each in its own way: a step in its history, the audit, its clocks ----------------------------------------


def _pass_tasks(rows: Collection[Task], taker_id: UUID, note: str) -> int:
    return Task.objects.filter(id__in=[row.id for row in rows], state=Task.State.OPEN).update(assignee_id=taker_id)


def _pass_deals(rows: Collection[Deal], taker_id: UUID, note: str) -> int:
    return len([selling.hand_over(row.id, taker_id, note=note) for row in rows])


def _pass_leads(rows: Collection[Lead], taker_id: UUID, note: str) -> int:
    return len([hand_over_lead(row.id, taker_id, note=note, how="with_customer") for row in rows])


def _pass_cases(rows: Collection[Case], taker_id: UUID, note: str) -> int:
    return len([assign_case(row.id, taker_id, note) for row in rows])


_PASS = {"tasks": _pass_tasks, "deals": _pass_deals, "leads": _pass_leads, "cases": _pass_cases}
