"""Put rewards under review, and let them go on."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from rewards.errors.budgets import WaitsForBudget
from rewards.errors.general import ApprovalWaiting, CannotBeHeld, NotOnHold
from rewards.models import Approval, Reward, RewardMove, WaitingReward
from rewards.operations.budgets import waiting
from rewards.operations.lifecycle.asking import CAUSE
from rewards.operations.lifecycle.claiming import claim, give_right, take_right
from tenancy import audit, door

State = Reward.State
LENGTHENED = "longer_check"


@transaction.atomic
def put_on_hold(reward_id: UUID, *, cause: str) -> Reward:
    """Keep a reward from settling until it is released; repeating it changes nothing.

    One that waits for a second person, or for money, waits for both from then on.
    """
    reward = claim([reward_id])[reward_id]
    if reward.state == State.HELD and reward.hold_cause not in (CAUSE, waiting.CAUSE):
        return reward
    if reward.state not in (State.ACCRUED, State.HELD):
        raise CannotBeHeld(state=reward.state)
    return _change(reward, State.HELD, cause=cause, action="reward.held")


@transaction.atomic
def release_hold(reward_id: UUID, *, cause: str = "released") -> Reward:
    """Let a reward settle when its time comes, at once if that has passed, unless money or a second person is awaited."""
    reward = claim([reward_id])[reward_id]
    if reward.state != State.HELD:
        raise NotOnHold(state=reward.state)
    if WaitingReward.objects.filter(id=reward_id).exists():
        if reward.hold_cause == waiting.CAUSE:
            raise WaitsForBudget
        return _change(reward, State.HELD, cause=waiting.CAUSE, action="reward.released")
    if not Approval.objects.filter(reward_id=reward_id, state=Approval.State.WAITING).exists():
        return _change(reward, State.ACCRUED, cause=cause, action="reward.released")
    if reward.hold_cause == CAUSE:
        raise ApprovalWaiting
    return _change(reward, State.HELD, cause=CAUSE, action="reward.released")


def _change(reward: Reward, state: str, *, cause: str, action: str) -> Reward:
    actor = door.actor()
    RewardMove.objects.create(
        reward_id=reward.id, before=reward.state, after=state, amount=0, cause=cause,
        actor_kind=actor.kind, actor_id=actor.id, occurred_at=door.moment(),
    )  # fmt: skip
    audit.record(action, reward, {"state": [reward.state, state], "cause": cause})
    reward.state = state
    reward.hold_cause = cause if state == State.HELD else "refund_window"
    reward.save(update_fields=["state", "hold_cause"])
    if state == State.HELD:
        take_right([reward.id])
    else:
        give_right([reward])
    return reward


@transaction.atomic
def lengthen_hold(reward_id: UUID, *, until: datetime) -> Reward:
    """Let an accrued reward wait longer, once: what was lengthened before, or does not wait, stays as it is."""
    reward = claim([reward_id])[reward_id]
    was_lengthened = RewardMove.objects.filter(reward_id=reward_id, cause=LENGTHENED).exists()
    if reward.state != State.ACCRUED or until <= reward.hold_until or was_lengthened:
        return reward
    actor = door.actor()
    RewardMove.objects.create(
        reward_id=reward.id, before=reward.state, after=reward.state, amount=0, cause=LENGTHENED,
        actor_kind=actor.kind, actor_id=actor.id, occurred_at=door.moment(),
    )  # fmt: skip
    audit.record("reward.hold_lengthened", reward, {"hold_until": [str(reward.hold_until), str(until)]})
    reward.promised_by = max(reward.promised_by, until + (reward.promised_by - reward.hold_until))
    reward.hold_until = until
    reward.save(update_fields=["hold_until", "promised_by"])
    take_right([reward.id])
    give_right([reward])
    return reward
