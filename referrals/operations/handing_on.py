"""A referral passes to a colleague: with its checklist, its open task, and somebody who says that they have it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import translation

from crm.models import Task
from crm.operations import add_task, assign_task
from crm.operations.identity import check_member, here
from referrals.errors import AnswerMissing, ChecklistNotDone, HandedToHolder, HandOverOpen, NoHandOver, WrongStage
from referrals.models import Campaign, FollowUp, Referral, ReferralHandOver, Responsibility
from referrals.operations.following import advance
from referrals.queries.responsibility import person_of, stage_owner
from tenancy import audit, door, events
from tenancy.models import Membership
from tenancy.people import present_member

_State = ReferralHandOver.State


def pass_on(referral: Referral, stage: str) -> None:
    """Go on to a stage: its owner takes over where that is somebody else, and has a task where there is a limit."""
    left = referral.stage
    row = advance(referral, stage)
    if row is None:
        return
    campaign = Campaign.objects.select_related("responsible__user").get(id=referral.campaign_id)
    owner = stage_owner(campaign, stage)
    taker = row.holder_id if owner.is_default else person_of(owner, known=row.holder_id)
    if taker and taker != row.holder_id:
        _lapse(ReferralHandOver.objects.filter(referral=referral))  # the stage it was about is left
        lines = stage_owner(campaign, _before(stage)).checklist
        _give(row, taker, [{"text": text, "is_done": False} for text in lines], note="", stage=left)
    if row.due_at:
        _ask(referral, row)


def _before(stage: str) -> str:
    stages = Responsibility.Stage.values
    return stages[max(stages.index(stage) - 1, 0)]


def _ask(referral: Referral, row: FollowUp) -> None:
    language = _language(row.holder_id)
    with translation.override(language):
        title = f"{Responsibility.Stage(row.stage).label}: {referral.referee.name}"
    add_task(
        key=f"referral:{referral.id}:{row.stage}", title=title, due_at=row.due_at, customer_id=referral.referee_id,
        assignee_id=row.holder_id, priority=Task.Priority.HIGH, script=(referral.campaign.script or {}).get(language, ""),
    )  # fmt: skip


def _language(member_id: UUID | None) -> str:
    member = Membership.objects.select_related("user").filter(id=member_id).first() if member_id else None
    return (member and member.user.language) or here().language


# --- by hand ---------------------------------------------------------------------------------------------


def hand_over_referral(
    referral_id: UUID, receiver_id: UUID, *, done: Sequence[int] = (), note: str = ""
) -> ReferralHandOver:
    """Give a referral to a colleague; every line of its stage's checklist has been gone through (`done`: their places)."""
    row = FollowUp.objects.select_for_update(of=("self",)).select_related("referral__campaign__responsible__user")
    row = row.filter(referral_id=referral_id, ended_at=None).first()
    if row is None:
        raise WrongStage
    check_member(receiver_id, field="receiver")
    if row.holder_id == receiver_id:
        raise HandedToHolder
    lines = stage_owner(row.referral.campaign, row.stage).checklist
    if set(range(len(lines))) - set(done):
        raise ChecklistNotDone
    return _give(row, receiver_id, [{"text": text, "is_done": True} for text in lines], note=note, stage=row.stage)


def _give(row: FollowUp, receiver_id: UUID, checklist: list[dict[str, Any]], *, note: str, stage: str) -> ReferralHandOver:
    asked = ReferralHandOver(
        referral_id=row.referral_id, stage=stage, giver_id=row.holder_id, receiver_id=receiver_id, checklist=checklist,
        note=note.strip()[:300], asked_at=door.moment(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError:  # referral_hand_over_waits_once
        raise HandOverOpen from None
    _hold(row, receiver_id)
    audit.record("referral.handed_over", row.referral, {"receiver_id": str(receiver_id), "stage": stage})
    _tell("asked", asked, [receiver_id])
    return asked


def _hold(row: FollowUp, member_id: UUID | None) -> None:
    row.holder_id = member_id
    FollowUp.objects.filter(id=row.id).update(holder_id=member_id)
    keys = [f"referral:{row.referral_id}:{name}" for name in ("follow_up", *Responsibility.Stage.values)]
    for task_id in Task.objects.filter(key__in=keys, state=Task.State.OPEN).values_list("id", flat=True):
        assign_task(task_id, member_id)


def pass_all_on(member_id: UUID, heir_id: UUID) -> int:
    """Give an heir all that is in somebody's hands; its tasks went with the others. Again changes nothing."""
    _lapse(ReferralHandOver.objects.filter(receiver_id=member_id))
    return FollowUp.objects.filter(holder_id=member_id, ended_at=None).update(holder_id=heir_id)


def _lapse(rows: QuerySet[ReferralHandOver]) -> None:
    rows.filter(state=_State.WAITING).update(state=_State.LAPSED, answered_at=door.moment())


def accept_referral(referral_id: UUID) -> ReferralHandOver:
    """Say that one has it."""
    Referral.objects.get(id=referral_id)
    return _answer(referral_id, _State.ACCEPTED, "")


def decline_referral(referral_id: UUID, answer: str) -> ReferralHandOver:
    """Give it back, and say why."""
    if not answer.strip():
        raise AnswerMissing
    asked = _answer(referral_id, _State.DECLINED, answer)
    row = FollowUp.objects.select_for_update(of=("self",)).get(referral_id=referral_id)
    _hold(row, asked.giver_id)
    return asked


def _answer(referral_id: UUID, state: str, answer: str) -> ReferralHandOver:
    me = present_member()
    waiting = ReferralHandOver.objects.filter(referral_id=referral_id, state=_State.WAITING, receiver=me)
    asked = waiting.select_for_update(of=("self",)).first() if me else None
    if asked is None:
        raise NoHandOver
    asked.state, asked.answer, asked.answered_at = state, answer.strip()[:300], door.moment()
    asked.save(update_fields=["state", "answer", "answered_at"])
    referral = Referral.objects.get(id=referral_id)
    audit.record(f"referral.hand_over_{state}", referral, {"stage": asked.stage})
    _tell(state, asked, [asked.giver_id])
    return asked


def _tell(what: str, asked: ReferralHandOver, members: Sequence[UUID | None]) -> None:
    referral = Referral.objects.select_related("campaign").get(id=asked.referral_id)
    events.publish(
        "referral.handed", asked.id, what=what, referral_id=str(asked.referral_id), referee_id=str(referral.referee_id),
        campaign_name=referral.campaign.name, members=[str(each) for each in members if each],
        by=str(asked.giver_id if what == "asked" else asked.receiver_id or ""), note=asked.note,
    )  # fmt: skip
