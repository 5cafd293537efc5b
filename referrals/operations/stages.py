"""Move a referral on its axes: stage by staff, risk by review. Every move is compare-and-set and leaves a row."""

from datetime import date, datetime, time
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext

from crm.operations import add_task
from crm.operations.identity import here
from referrals.errors import (
    ReasonSetBySystem,
    RevisitPast,
    UnknownReason,
    UnknownReferral,
    UnknownStage,
    WrongRisk,
    WrongStage,
)
from referrals.models import Closing, FollowUp, Referral
from referrals.operations import moves
from referrals.operations.abuse.settling import settle_in_cases
from referrals.operations.expecting import give_up
from referrals.operations.following import end_follow_ups, first_contact
from referrals.operations.handing_on import pass_on
from referrals.operations.judging import judge_referees
from referrals.operations.progress import tell_progress
from referrals.queries import rewards_of_referral
from referrals.reasons import REASONS, SET_BY_SYSTEM, label
from referrals.rules.lateness import primary_reason
from rewards.models import Reward
from rewards.operations import put_on_hold, release_hold
from tenancy import audit, door
from tenancy.calendar import own_zone, today

_Stage, _Risk = Referral.Stage, Referral.Risk
# Staff move forward only; an order converts, a reason closes.
_BEFORE = {_Stage.CONTACTED: [_Stage.CONFIRMED], _Stage.QUALIFIED: [_Stage.CONFIRMED, _Stage.CONTACTED]}
_OPEN = [_Stage.CONFIRMED, _Stage.CONTACTED, _Stage.QUALIFIED]


def move_stage(referral_id: UUID, stage: str, reason: str = "") -> Referral:
    """Note that a friend was contacted or is qualified; whoever owns the next stage has it from here."""
    if stage not in _BEFORE:
        raise UnknownStage(stage=stage)
    referral = _referral(referral_id)
    if referral.stage == stage:
        return referral
    _move(referral, "stage", before=_BEFORE[stage], after=stage, cause=reason or "staff", refusal=WrongStage)
    referral = _referral(referral_id)
    pass_on(referral, stage)
    tell_progress(referral, stage)
    return referral


def close_referral(
    referral_id: UUID, reason: str, *, note: str = "", competitor: str = "", revisit_on: date | None = None
) -> Referral:
    """Give a referral up, for exactly one reason of the vocabulary. A converted one stays converted.

    Where the friend was left waiting, the time stamps say why; what was said is kept beside it.
    """
    _refuse_reason(reason, revisit_on)
    referral = _referral(referral_id)
    row = FollowUp.objects.filter(referral_id=referral_id).first()
    contacted_at = first_contact(row, referral.referee_id) if row else None
    due_at = row.contact_due_at if row else None
    primary = primary_reason(reason, due_at=due_at, contacted_at=contacted_at, now=door.moment())
    if referral.stage == _Stage.CLOSED and referral.close_reason in (reason, primary):
        return referral
    _move(referral, "stage", before=_OPEN, after=_Stage.CLOSED, cause=primary, refusal=WrongStage, close_reason=primary)
    Closing.objects.create(
        referral=referral, reason=primary, stated=reason if reason != primary else "", note=note.strip()[:500],
        competitor=competitor.strip()[:80], revisit_on=revisit_on, contact_due_at=due_at, contacted_at=contacted_at,
        closed_at=door.moment(),
    )  # fmt: skip
    _ended(referral, cause=primary)
    if revisit_on:
        _come_back(referral, revisit_on, row)
    referral = _referral(referral_id)
    tell_progress(referral, "closed", reason=primary)
    return referral


def expire_referral(referral_id: UUID) -> None:
    """End a referral whose time for an order is over; nobody failed, and an order told late still counts."""
    referral = _referral(referral_id)
    if referral.stage not in _OPEN:
        return
    _move(referral, "stage", before=_OPEN, after=_Stage.EXPIRED, cause="outside_window", refusal=WrongStage,
          close_reason="outside_window")  # fmt: skip
    _ended(referral, cause="outside_window")


def _refuse_reason(reason: str, revisit_on: date | None) -> None:
    if reason not in REASONS:
        raise UnknownReason(reason=reason)
    if reason in SET_BY_SYSTEM:
        raise ReasonSetBySystem(reason=label(reason))
    if revisit_on and revisit_on <= today():
        raise RevisitPast


def _ended(referral: Referral, *, cause: str) -> None:
    give_up([referral.id], cause=cause)
    end_follow_ups([referral.id])


def _come_back(referral: Referral, day: date, row: FollowUp | None) -> None:
    """Ask whoever had it to try again on a day."""
    with translation.override(here().language):
        title = gettext("Try again: %(name)s") % {"name": referral.referee.name}
    noon = datetime.combine(day, time(9), tzinfo=own_zone())
    add_task(
        key=f"referral:{referral.id}:revisit:{day}", title=title, due_at=noon, is_all_day=True,
        customer_id=referral.referee_id, assignee_id=row.holder_id if row else referral.referee.owner_id,
    )  # fmt: skip


def flag_risk(referral_id: UUID, reason: str) -> Referral:
    """Hold a referral and its unsettled rewards until somebody has looked."""
    referral = _referral(referral_id)
    if referral.risk == _Risk.HELD:
        return referral
    before = [_Risk.CLEAR, _Risk.FLAGGED, _Risk.CLEARED]
    _move(referral, "risk", before=before, after=_Risk.HELD, cause=reason or "staff", refusal=WrongRisk)
    for reward in rewards_of_referral(referral_id).filter(state__in=[Reward.State.ACCRUED, Reward.State.HELD]):
        put_on_hold(reward.id, cause="review")
    return _referral(referral_id)


def clear_risk(referral_id: UUID, reason: str = "") -> Referral:
    """Let a held referral and its rewards go on; orders that earned nothing because of the risk are judged again.

    Also where abuse had been found: what was taken back for it is given again.
    """
    referral = _referral(referral_id)
    if referral.risk == _Risk.CLEARED:
        return referral
    before = [_Risk.FLAGGED, _Risk.HELD, _Risk.CONFIRMED]
    _move(referral, "risk", before=before, after=_Risk.CLEARED, cause=reason or "staff", refusal=WrongRisk)
    settle_in_cases([referral_id], is_cleared=True)
    held = rewards_of_referral(referral_id).filter(state=Reward.State.HELD)
    for reward in held.exclude(hold_cause__in=["approval", "budget", "attribution"]):
        release_hold(reward.id)
    judge_referees([referral.referee_id])
    return _referral(referral_id)


def confirm_fraud(referral_id: UUID, reason: str) -> Referral:
    """Find that a referral was abuse: its rewards are taken back, whatever became of them."""
    referral = _referral(referral_id)
    before = [_Risk.FLAGGED, _Risk.HELD]
    _move(referral, "risk", before=before, after=_Risk.CONFIRMED, cause=reason or "staff", refusal=WrongRisk)
    settle_in_cases([referral_id], is_cleared=False)
    give_up([referral_id], cause="fraud")
    judge_referees([referral.referee_id])
    return _referral(referral_id)


def _referral(referral_id: UUID) -> Referral:
    referral = Referral.objects.select_related("campaign", "referee").filter(id=referral_id).first()
    if referral is None:
        raise UnknownReferral
    return referral


def _move(referral: Referral, axis: str, *, before: list, after: str, cause: str, refusal: type, **changes: str) -> None:
    was = getattr(referral, axis)
    wanted = {axis: was} if was in before else {f"{axis}__in": before}
    if not Referral.objects.filter(id=referral.id, **wanted).update(**{axis: after}, **changes):
        raise refusal(**{axis: was})
    moves.note(referral.id, axis=axis, before=was, after=after, cause=cause)
    audit.record(f"referral.{axis}_moved", referral, {axis: [was, after], "cause": cause[:60]})
