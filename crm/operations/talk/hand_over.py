"""Ask a colleague to take a customer over; who says yes takes them in crm/operations/handing_over.py."""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.errors.talk import HandOverIsAnswered, HandOverToSelf, HandOverWaits
from crm.models import Customer, HandOver
from crm.operations.identity import check_member
from tenancy import audit, door, events
from tenancy.people import present_member


def hand_over(
    customer_id: UUID,
    *,
    receiver_id: UUID,
    note: str = "",
    checklist: Sequence[str] = (),
    with_tasks: bool = True,
    with_deals: bool = False,
    with_cases: bool = False,
) -> HandOver:
    """Ask a colleague to take a customer over, with the open tasks, deals and leads, or cases of whoever has them.

    It is theirs once they say yes.
    """
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
                with_deals=with_deals,
                with_cases=with_cases,
                asked_at=door.moment(),
            )
    except IntegrityError:  # hand_over_one_waiting
        raise HandOverWaits from None
    tell(asked, "asked")
    return asked


def decline_hand_over(hand_over_id: UUID, answer: str = "") -> HandOver:
    """Say no, and why; the customer stays where it is."""
    answered = answer_hand_over(hand_over_id, HandOver.State.DECLINED, answer)
    tell(answered, "declined")
    return answered


def withdraw_hand_over(hand_over_id: UUID) -> HandOver:
    """Take the question back."""
    answered = answer_hand_over(hand_over_id, HandOver.State.WITHDRAWN, "")
    tell(answered, "withdrawn")
    return answered


def answer_hand_over(hand_over_id: UUID, state: str, answer: str) -> HandOver:
    """End the waiting; raises HandOverIsAnswered."""
    waiting = HandOver.objects.filter(id=hand_over_id, state=HandOver.State.WAITING)
    if not waiting.update(state=state, answered_at=door.moment(), answer=answer.strip()[:300]):
        HandOver.objects.get(id=hand_over_id)
        raise HandOverIsAnswered
    return HandOver.objects.get(id=hand_over_id)


def tell(asked: HandOver, what: str, **more: int) -> None:
    """Note a step of a hand-over, and let both colleagues hear of it."""
    facts = {"customer_id": str(asked.customer_id), "receiver_id": str(asked.receiver_id), **more}
    audit.record(f"hand_over.{what}", asked, facts)
    events.publish(f"hand_over.{what}", asked.id, customer_id=str(asked.customer_id))
