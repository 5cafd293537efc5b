"""Take rewards back, wholly or in part, whatever became of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from rewards import ledger
from rewards.errors import LedgerConflict
from rewards.models import Coupon, JournalEntry, Reward, RewardMove
from rewards.operations import budgets
from rewards.operations.claiming import claim, take_right
from rewards.rules import cost_of_part
from tenancy import door, events

State = Reward.State


@dataclass(frozen=True)
class Cut:
    """Let a reward keep only `keep` units."""

    reward_id: UUID
    keep: int
    cause: str
    key: str  # same key: cut once


@dataclass(frozen=True)
class _Reduction:
    cut: Cut
    reward: Reward
    before: str
    taken: int
    released_minor: int


def keep_only(reward_id: UUID, *, keep: int, cause: str, key: str) -> Reward:
    """Reduce a reward to `keep` units and post the difference; it never grows.

    Taken from pending, or from available (its own lot first), and what was spent
    becomes arrears that the next credits repay. A coupon that was used or has
    expired cannot be taken back: the house bears it, and the move says so with amount 0.
    """
    return keep_only_many([Cut(reward_id, keep, cause, key)])[0]


@transaction.atomic
def keep_only_many(cuts: Sequence[Cut]) -> list[Reward]:
    """Reduce several rewards, locking them and their balances in order; see keep_only."""
    rewards = claim({cut.reward_id for cut in cuts})
    done = _known_moves(cuts)
    reductions = [r for cut in cuts if cut.key not in done and (r := _reduce(cut, rewards[cut.reward_id]))]
    if reductions:
        _write(reductions)
    return [rewards[cut.reward_id] for cut in cuts]


def _known_moves(cuts: Sequence[Cut]) -> set[str]:
    moves = dict(RewardMove.objects.filter(key__in=[cut.key for cut in cuts]).values_list("key", "reward_id"))
    for cut in cuts:
        if moves.get(cut.key, cut.reward_id) != cut.reward_id:
            raise LedgerConflict(key=cut.key)
    return set(moves)


def _reduce(cut: Cut, reward: Reward) -> _Reduction | None:
    """Change the reward in memory; None if it keeps no more than that already."""
    keep = max(cut.keep, 0)
    if keep >= reward.kept:
        return None
    if _is_coupon_gone(reward):
        return _Reduction(cut, reward, reward.state, 0, 0)
    cost = cost_of_part(cost_minor=reward.cost_minor, whole=reward.kept, part=keep)
    reduction = _Reduction(cut, reward, reward.state, reward.kept - keep, reward.cost_minor - cost)
    reward.kept, reward.cost_minor = keep, cost
    reward.state = reward.state if keep else State.REVERSED
    return reduction


def _is_coupon_gone(reward: Reward) -> bool:
    gone = [Coupon.State.REDEEMED, Coupon.State.EXPIRED]
    return reward.kind == Reward.Kind.COUPON and reward.coupons.filter(state__in=gone).exists()


def _write(reductions: list[_Reduction]) -> None:
    taking = [reduction for reduction in reductions if reduction.taken]
    posted = ledger.post([_entry(reduction) for reduction in taking])
    entries = {one.cut.key: entry for one, entry in zip(taking, posted, strict=True)}
    Reward.objects.bulk_update([one.reward for one in taking], ["kept", "cost_minor", "state"])
    gone = [one.reward.id for one in taking if one.reward.state == State.REVERSED]
    take_right(gone)
    _void_coupons(gone)
    RewardMove.objects.bulk_create(_move(reduction, entries.get(reduction.cut.key)) for reduction in reductions)
    events.publish_many("reward.reversed", [(one.reward.id, None, _news(one)) for one in taking])
    _release_budgets(taking)


def _entry(reduction: _Reduction) -> ledger.Entry:
    reward, is_settled = reduction.reward, reduction.before == State.AVAILABLE
    arrow = ledger.Arrow(
        reward.beneficiary_id, reward.unit_id, "available" if is_settled else "pending", "programme", reduction.taken,
        preferred=(reward.lot_id,) if is_settled else (), may_owe=True, reward_id=reward.id,
    )  # fmt: skip
    return ledger.Entry(
        kind=JournalEntry.Kind.REVERSAL, key=f"keep:{reduction.cut.key}", arrows=(arrow,), reason=reduction.cut.cause,
        reverses=reward.settled_entry_id,
    )  # fmt: skip


def _void_coupons(reward_ids: list[UUID]) -> None:
    Coupon.objects.filter(reward_id__in=reward_ids, state=Coupon.State.ISSUED).update(state=Coupon.State.VOID)


def _move(reduction: _Reduction, posted: ledger.Posted | None) -> RewardMove:
    actor = door.actor()
    return RewardMove(
        reward_id=reduction.reward.id, before=reduction.before, after=reduction.reward.state, amount=reduction.taken,
        owed=posted.short if posted else 0, cause=reduction.cut.cause, key=reduction.cut.key,
        entry_id=posted.entry_id if posted else None, actor_kind=actor.kind, actor_id=actor.id, occurred_at=door.moment(),
    )  # fmt: skip


def _release_budgets(reductions: list[_Reduction]) -> None:
    reserved, committed = Counter(), Counter()
    for one in reductions:
        figure = committed if one.before == State.AVAILABLE else reserved
        figure[one.reward.budget_id] -= one.released_minor
    budgets.move(reserved=reserved, committed=committed)


def _news(reduction: _Reduction) -> dict:
    reward = reduction.reward
    return {
        "customer_id": str(reward.beneficiary_id),
        "role": reward.role,
        "kind": reward.kind,
        "unit": reward.unit.code,
        "amount": reduction.taken,
        "kept": reward.kept,
        "cause": reduction.cut.cause,
    }
