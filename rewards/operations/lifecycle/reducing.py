"""Bring rewards to what they are to keep: less after a refund, more again after one that was cancelled."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from rewards import ledger
from rewards.models import Reward
from rewards.operations.budgets import figures as budgets
from rewards.operations.lifecycle import restoring, taking_back
from rewards.operations.lifecycle.claiming import claim
from rewards.operations.lifecycle.restoring import GiveAgain
from rewards.operations.lifecycle.taking_back import Cut


def keep_only(reward_id: UUID, *, keep: int, cause: str, key: str) -> Reward:
    """Reduce a reward to `keep` units and post the difference; it never grows.

    Taken from pending, or from available (its own lot first); what was spent is owed, or
    borne by the house, by the unit's policy. A coupon that was used or has expired, and a
    gift that was handed over, cannot be taken back: the house bears it, and the move says
    so with amount 0. Tiers and badges can.
    """
    return keep_only_many([Cut(reward_id, keep, cause, key)])[0]


def keep_only_many(cuts: Sequence[Cut]) -> list[Reward]:
    """Reduce several rewards; see keep_only."""
    rewards = change_rewards(cuts)
    return [rewards[cut.reward_id] for cut in cuts]


def give_again(reward_id: UUID, *, keep: int, cause: str, key: str) -> Reward:
    """Let a reward keep `keep` units again, at most what was promised, as far as refunds took them; it never shrinks.

    What was pending is pending again. Else what was owed goes first, then the lots are
    filled that the reversal emptied; one that has expired meanwhile lives thirty days more.
    """
    return change_rewards(gifts=[GiveAgain(reward_id, keep, cause, key)])[reward_id]


@transaction.atomic
def change_rewards(cuts: Sequence[Cut] = (), gifts: Sequence[GiveAgain] = ()) -> dict[UUID, Reward]:
    """Take from rewards and give again to others at once, locking them, balances and budgets in this order.

    Gives all of them by id, as they are now. One reward is either cut or given to.
    """
    rewards = claim({one.reward_id for one in (*cuts, *gifts)})
    reductions, restorations = taking_back.plan(cuts, rewards), restoring.plan(gifts, rewards)
    taking = taking_back.entries(reductions)
    posted = ledger.post([*taking, *restoring.entries(restorations)])
    with budgets.gathered():
        if reductions:
            taking_back.write(reductions, posted[: len(taking)])
        if restorations:
            restoring.write(restorations, posted[len(taking) :])
    return rewards
