"""Rewards that wait for money: queued when a budget has no room, let go on oldest first when it has."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from rewards.errors.general import BudgetExhausted
from rewards.models import Approval, Budget, Reward, RewardMove, WaitingReward
from rewards.operations.budgets import figures as budgets
from rewards.operations.lifecycle import asking
from rewards.operations.lifecycle.claiming import claim, give_right
from tenancy import door

CAUSE = "budget"  # what a reward is held for while there is no money for it
FUNDED = "funded"  # why it goes on
CHUNK = 500
State = Reward.State


def queue(budget_of: Mapping[UUID, UUID]) -> None:
    """Let rewards wait for their budgets, behind those that wait already."""
    now = door.moment()
    WaitingReward.objects.bulk_create(
        WaitingReward(id=reward_id, budget_id=budget_id, queued_at=now) for reward_id, budget_id in budget_of.items()
    )


def take_place(successor_id: UUID, predecessor: WaitingReward | None) -> None:
    """Let a reward wait at the place of the one that it replaces."""
    if predecessor:
        WaitingReward.objects.filter(id=successor_id).update(queued_at=predecessor.queued_at)


def release_waiting(*, limit: int = CHUNK) -> int:
    """Let rewards go on for which there is money now, at most `limit` of each budget; count them."""
    ids = WaitingReward.objects.order_by("budget_id").values_list("budget_id", flat=True).distinct()
    return sum(_release(Budget.objects.get(id=budget_id), limit) for budget_id in list(ids))


def _release(budget: Budget, limit: int) -> int:
    """Fund the oldest that the budget covers; a smaller one behind does not pass. Another worker may be faster."""
    if not budgets.is_in_force(budget):
        return 0
    oldest = WaitingReward.objects.filter(budget=budget).order_by("queued_at", "id")[:limit]
    ids = [row.id for row in oldest]
    try:
        with transaction.atomic():
            rewards = claim(ids)
            here = set(WaitingReward.objects.filter(id__in=ids).values_list("id", flat=True))
            covered = _covered([rewards[one] for one in ids if one in here], budget.left_minor)
            _fund(covered, budget)
    except BudgetExhausted:
        return 0
    return len(covered)


def _covered(rewards: Sequence[Reward], left: int) -> list[Reward]:
    covered = []
    for reward in rewards:
        left -= reward.cost_minor
        if left < 0:
            break
        covered.append(reward)
    return covered


def _fund(rewards: Sequence[Reward], budget: Budget) -> None:
    """Give rewards their budget; those that nothing else holds may settle. What a review holds stays held."""
    ids = [reward.id for reward in rewards]
    WaitingReward.objects.filter(id__in=ids).delete()
    asked = set(Approval.objects.filter(reward_id__in=ids, state=Approval.State.WAITING).values_list("reward_id", flat=True))
    waited = [reward for reward in rewards if reward.hold_cause == CAUSE]
    free = [reward for reward in waited if reward.id not in asked]
    Reward.objects.filter(id__in=ids).update(budget=budget)
    Reward.objects.filter(id__in=[one.id for one in waited]).update(hold_cause=asking.CAUSE)
    Reward.objects.filter(id__in=[one.id for one in free]).update(state=State.ACCRUED, hold_cause="refund_window")
    give_right(free)
    actor = door.actor()
    RewardMove.objects.bulk_create(
        RewardMove(
            reward_id=one.id, before=State.HELD, after=State.ACCRUED if one in free else State.HELD, amount=0,
            cause=FUNDED, actor_kind=actor.kind, actor_id=actor.id, occurred_at=door.moment(),
        )
        for one in rewards
    )  # fmt: skip
    budgets.move(reserved=Counter({budget.id: sum(reward.cost_minor for reward in rewards)}))
