"""Lock rewards before they are changed."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from rewards.models import DueReward, Reward


def claim(reward_ids: Collection[UUID]) -> dict[UUID, Reward]:
    """Lock rewards, in the order of their ids, and give them with their unit, by id; a missing one is DoesNotExist.

    The right to settle is locked first: a settlement that has taken it is waited for, and
    one that comes later passes over it. Everybody locks in this order, so nobody waits in a ring.
    """
    while (rewards := _claimed(reward_ids)) is None:
        pass
    for missing in set(reward_ids) - set(rewards):
        raise Reward.DoesNotExist(missing)
    return rewards


@transaction.atomic
def _claimed(reward_ids: Collection[UUID]) -> dict[UUID, Reward] | None:
    """Lock rights, then rewards; None, and no lock, where a settlement has a right that came between the two."""
    rights = _locked(DueReward.objects.select_for_update(), reward_ids)
    rows = Reward.objects.select_for_update(of=("self",)).filter(id__in=reward_ids).select_related("unit").order_by("id")
    rewards = {reward.id: reward for reward in rows}
    late = {one.id for one in rewards.values() if one.state == Reward.State.ACCRUED} - rights
    if late:  # released from a hold a moment ago
        late = set(DueReward.objects.filter(id__in=late).values_list("id", flat=True))
        if late != _locked(DueReward.objects.select_for_update(skip_locked=True), late):
            transaction.set_rollback(True)
            return None
    return rewards


def _locked(rights, reward_ids: Collection[UUID]) -> set[UUID]:
    return set(rights.filter(id__in=reward_ids).order_by("id").values_list("id", flat=True))


def give_right(rewards: Collection[Reward]) -> None:
    """Let accrued rewards settle when their hold ends."""
    DueReward.objects.bulk_create(
        DueReward(id=one.id, hold_until=one.hold_until, account_id=one.account_id) for one in rewards
    )


def take_right(reward_ids: Collection[UUID]) -> None:
    """Keep rewards from settling."""
    DueReward.objects.filter(id__in=reward_ids).delete()
