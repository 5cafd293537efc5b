"""Move a referral on its axes: stage by staff, risk by review. Every move is compare-and-set and leaves a row."""

from uuid import UUID

from referrals.errors import UnknownReason, UnknownReferral, UnknownStage, WrongRisk, WrongStage
from referrals.models import Referral
from referrals.operations import moves
from referrals.operations.abuse.settling import settle_in_cases
from referrals.operations.expecting import give_up
from referrals.operations.judging import judge_referees
from referrals.queries import rewards_of_referral
from referrals.reasons import REASONS
from rewards.models import Reward
from rewards.operations import put_on_hold, release_hold
from tenancy import audit

_Stage, _Risk = Referral.Stage, Referral.Risk
# Staff move forward only; an order converts, a reason closes.
_BEFORE = {_Stage.CONTACTED: [_Stage.CONFIRMED], _Stage.QUALIFIED: [_Stage.CONFIRMED, _Stage.CONTACTED]}
_OPEN = [_Stage.CONFIRMED, _Stage.CONTACTED, _Stage.QUALIFIED]


def move_stage(referral_id: UUID, stage: str, reason: str = "") -> Referral:
    """Note that a friend was contacted or is qualified."""
    if stage not in _BEFORE:
        raise UnknownStage(stage=stage)
    referral = _referral(referral_id)
    if referral.stage == stage:
        return referral
    _move(referral, "stage", before=_BEFORE[stage], after=stage, cause=reason or "staff", refusal=WrongStage)
    return _referral(referral_id)


def close_referral(referral_id: UUID, reason: str) -> Referral:
    """Give a referral up, for exactly one reason of the vocabulary. A converted one stays converted."""
    if reason not in REASONS:
        raise UnknownReason(reason=reason)
    referral = _referral(referral_id)
    if referral.stage == _Stage.CLOSED and referral.close_reason == reason:
        return referral
    _move(referral, "stage", before=_OPEN, after=_Stage.CLOSED, cause=reason, refusal=WrongStage, close_reason=reason)
    give_up([referral_id], cause=reason)
    return _referral(referral_id)


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
    referral = Referral.objects.filter(id=referral_id).first()
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
