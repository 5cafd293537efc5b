"""Pass customers on: one at a time with a word to the colleague, or all of somebody who leaves."""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.errors.talk import ChecklistOpen, HandOverIsAnswered, HandOverToSelf, HandOverWaits
from crm.models import Customer, HandOver, Task
from crm.operations.identity import check_member
from tenancy import audit, door, events
from tenancy.models import Membership
from tenancy.people import present_member


def hand_over(
    customer_id: UUID, *, receiver_id: UUID, note: str = "", checklist: Sequence[str] = (), with_tasks: bool = True
) -> HandOver:
    """Ask a colleague to take a customer over. It is theirs once they say yes."""
    customer = Customer.objects.select_for_update(of=("self",)).get(id=customer_id)
    check_member(receiver_id, field="receiver")
    if customer.owner_id == receiver_id:
        raise HandOverToSelf
    lines = [line.strip()[:200] for line in checklist if line.strip()][:20]
    try:
        with transaction.atomic():
            asked = HandOver.objects.create(
                customer=customer,
                giver=customer.owner or present_member(),
                receiver_id=receiver_id,
                note=note.strip(),
                checklist=lines,
                with_tasks=with_tasks,
                asked_at=door.moment(),
            )
    except IntegrityError:  # hand_over_one_waiting
        raise HandOverWaits from None
    _tell(asked, "asked")
    return asked


def accept_hand_over(hand_over_id: UUID, *, checked: int = 0) -> HandOver:
    """Take a customer over, with the open tasks of whoever had them; `checked` lines were gone through."""
    asked = HandOver.objects.select_related("customer").get(id=hand_over_id)
    if asked.state == HandOver.State.WAITING and checked < len(asked.checklist):
        raise ChecklistOpen
    answered = _answer(hand_over_id, HandOver.State.ACCEPTED, "")
    customer = Customer.objects.select_for_update(of=("self",)).get(id=answered.customer_id)
    before, customer.owner_id = customer.owner_id, answered.receiver_id
    customer.save(update_fields=["owner", "updated_at"])
    audit.record("customer.updated", customer, {"fields": ["owner_id"]})
    if answered.with_tasks:
        open_tasks = Task.objects.filter(customer=customer, state=Task.State.OPEN)
        open_tasks.filter(assignee_id__in={before, answered.giver_id} - {None}).update(assignee_id=answered.receiver_id)
    _tell(answered, "accepted")
    return answered


def decline_hand_over(hand_over_id: UUID, answer: str = "") -> HandOver:
    """Say no, and why; the customer stays where it is."""
    answered = _answer(hand_over_id, HandOver.State.DECLINED, answer)
    _tell(answered, "declined")
    return answered


def withdraw_hand_over(hand_over_id: UUID) -> HandOver:
    """Take the question back."""
    answered = _answer(hand_over_id, HandOver.State.WITHDRAWN, "")
    _tell(answered, "withdrawn")
    return answered


def _answer(hand_over_id: UUID, state: str, answer: str) -> HandOver:
    waiting = HandOver.objects.filter(id=hand_over_id, state=HandOver.State.WAITING)
    if not waiting.update(state=state, answered_at=door.moment(), answer=answer.strip()[:300]):
        HandOver.objects.get(id=hand_over_id)
        raise HandOverIsAnswered
    return HandOver.objects.get(id=hand_over_id)


def _tell(asked: HandOver, what: str) -> None:
    facts = {"customer_id": str(asked.customer_id), "receiver_id": str(asked.receiver_id)}
    audit.record(f"hand_over.{what}", asked, facts)
    events.publish(f"hand_over.{what}", asked.id, customer_id=str(asked.customer_id))


def hand_over_all(member_id: UUID, heir_id: UUID) -> tuple[int, int]:
    """Give all customers and open tasks of one colleague to another, for instance of one who leaves; counts of both."""
    check_member(heir_id, field="heir")
    if member_id == heir_id:
        raise HandOverToSelf(field="heir")
    customers = Customer.objects.filter(owner_id=member_id).update(owner_id=heir_id)
    tasks = Task.objects.filter(assignee_id=member_id, state=Task.State.OPEN).update(assignee_id=heir_id)
    HandOver.objects.filter(receiver_id=member_id, state=HandOver.State.WAITING).update(
        state=HandOver.State.WITHDRAWN, answered_at=door.moment()
    )
    member = Membership.objects.get(id=member_id)
    audit.record("member.handed_over", member, {"heir_id": str(heir_id), "customers": customers, "tasks": tasks})
    return customers, tasks
