"""Answer what a second person was asked: rewards go on or are taken back, points are booked or not."""

from typing import Any
from uuid import UUID

from django.db import transaction

from crm.models import ContactPoint
from rewards.errors.general import ApprovalClosed, NotSecondPerson, ReasonMissing, UnknownApproval
from rewards.models import Approval, ApprovalAnswer, Reward
from rewards.operations.accounts.points import book_adjustment
from rewards.operations.lifecycle.asking import CAUSE
from rewards.operations.lifecycle.claiming import claim
from rewards.operations.lifecycle.holding import release_hold
from rewards.operations.lifecycle.reducing import keep_only
from rewards.rules.four_eyes import may_answer
from tenancy import audit, door
from tenancy.models import ApiKey, AuditRecord, User

_State = Approval.State


@transaction.atomic
def approve(approval_id: UUID, *, reason: str = "") -> Approval:
    """Agree: a held reward goes on (unless something else holds it), points are booked. Of two at once one is first."""
    approval = _claimed(approval_id)
    person = _second_person(approval)
    _close(approval, _State.APPROVED)
    _answer(approval, person, is_approved=True, reason=reason, entry_id=_booked(approval))
    if approval.reward_id and approval.reward.hold_cause == CAUSE:
        release_hold(approval.reward_id, cause="approved")
    return approval


def _booked(approval: Approval) -> UUID | None:
    """Book the points that were asked about."""
    if approval.kind != Approval.Kind.POINTS:
        return None
    return book_adjustment(approval.customer_id, amount=approval.amount, reason=approval.words, key=approval.key).id


@transaction.atomic
def decline(approval_id: UUID, *, reason: str) -> Approval:
    """Refuse, and say why: the reward is taken back, the points are not booked."""
    if not reason.strip():
        raise ReasonMissing
    approval = _claimed(approval_id)
    person = _second_person(approval)
    _close(approval, _State.DECLINED)
    _answer(approval, person, is_approved=False, reason=reason, entry_id=None)
    if approval.reward_id:
        keep_only(approval.reward_id, keep=0, cause="declined", key=f"declined:{approval.id}")
    return approval


def _claimed(approval_id: UUID) -> Approval:
    """Find a question, its reward locked first: in the order in which everybody locks."""
    approval = Approval.objects.filter(id=approval_id).first()
    if approval is None:
        raise UnknownApproval
    if approval.reward_id:
        approval.reward = claim([approval.reward_id])[approval.reward_id]
    return approval


def _close(approval: Approval, state: str) -> None:
    is_moot = approval.reward_id and approval.reward.state != Reward.State.HELD
    if is_moot or not Approval.objects.filter(id=approval.id, state=_State.WAITING).update(state=state):
        raise ApprovalClosed
    approval.state = state


def _answer(approval: Approval, person: UUID, *, is_approved: bool, reason: str, entry_id: UUID | None) -> None:
    actor = door.actor()
    ApprovalAnswer.objects.create(
        approval=approval, is_approved=is_approved, reason=reason.strip()[:200], entry_id=entry_id, actor_kind=actor.kind,
        actor_id=actor.id, person_id=person, answered_at=door.moment(),
    )  # fmt: skip
    facts: dict[str, Any] = {"kind": approval.kind, "amount": approval.amount, "reasons": approval.reasons}
    if approval.reward_id:
        facts["reward_id"] = str(approval.reward_id)
    audit.record(f"approval.{approval.state}", approval, facts)


# --- who is a second person ------------------------------------------------------------------------


def _second_person(approval: Approval) -> UUID:
    if not is_second_person(approval):
        raise NotSecondPerson
    return person_now()


def is_second_person(approval: Approval) -> bool:
    """Say whether whoever acts now may answer: a person who has no part in it."""
    person = person_now()
    is_other = may_answer(person=person, acting_as=door.actor().id, makers=approval.makers)
    return is_other and not has_part_in(approval, person)


def person_now() -> UUID | None:
    """Name the person who acts; behind an API key stands whoever made it, behind the system nobody."""
    actor = door.actor()
    if actor.kind == "api_key":
        return ApiKey.objects.filter(id=actor.id).values_list("created_by_id", flat=True).first()
    return actor.id if actor.kind == "user" else None


def has_part_in(approval: Approval, person: UUID) -> bool:
    """Say whether somebody gains by it or entered the customer who does."""
    entered = AuditRecord.objects.filter(
        subject_kind="crm.customer", subject_id=str(approval.customer_id), action="customer.created", actor_id=person
    )
    address = User.objects.filter(id=person).values_list("email", flat=True).first()
    own = ContactPoint.objects.filter(customer_id=approval.customer_id, kind="email", normalised=address)
    return entered.exists() or own.exists()
