"""Take rewards back, wholly or in part, whatever became of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from rewards import ledger
from rewards.errors import LedgerConflict
from rewards.models import Approval, Coupon, JournalEntry, Reward, RewardMove, WaitingReward
from rewards.operations.claiming import claim, take_right
from rewards.operations.issuing import undo_issue
from rewards.operations.payouts.cutting import LineCut, cut_lines
from rewards.operations.spending import refigure
from rewards.rules import cost_of_part, in_kind
from tenancy import door, events

State = Reward.State
_UNSETTLED = (State.ACCRUED, State.HELD)


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
    expired, and a gift that was handed over, cannot be taken back: the house bears it,
    and the move says so with amount 0. Tiers and badges can.
    """
    return keep_only_many([Cut(reward_id, keep, cause, key)])[0]


@transaction.atomic
def keep_only_many(cuts: Sequence[Cut]) -> list[Reward]:
    """Reduce several rewards, locking them and their balances in order; see keep_only."""
    rewards = claim({cut.reward_id for cut in cuts})
    done = _known_moves(cuts)
    undo_issue([rewards[cut.reward_id] for cut in cuts if cut.key not in done and _can_be_undone(rewards[cut.reward_id], cut)])
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
    if _is_gone(reward):
        return _Reduction(cut, reward, reward.state, 0, 0)
    cost = cost_of_part(cost_minor=reward.cost_minor, whole=reward.kept, part=keep)
    reduction = _Reduction(cut, reward, reward.state, reward.kept - keep, reward.cost_minor - cost)
    reward.kept, reward.cost_minor = keep, cost
    reward.state = reward.state if keep else State.REVERSED
    return reduction


def _can_be_undone(reward: Reward, cut: Cut) -> bool:
    return reward.state == State.ISSUED and reward.kind in in_kind.OF_LOYALTY and cut.keep < reward.kept


def _is_gone(reward: Reward) -> bool:
    gone = [Coupon.State.REDEEMED, Coupon.State.EXPIRED]
    if reward.state == State.ISSUED:
        return True
    return reward.kind == Reward.Kind.COUPON and reward.coupons.filter(state__in=gone).exists()


def _write(reductions: list[_Reduction]) -> None:
    taking = [reduction for reduction in reductions if reduction.taken]
    Reward.objects.bulk_update([one.reward for one in taking], ["kept", "cost_minor", "state"])
    in_payouts = cut_lines([LineCut(one.cut.key, one.reward, one.taken) for one in taking if one.before == State.PAYING])
    posted = ledger.post([_entry(one, from_line=in_payouts.get(one.cut.key, 0)) for one in taking])
    entries = {one.cut.key: entry for one, entry in zip(taking, posted, strict=True)}
    gone = [one.reward.id for one in taking if one.reward.state == State.REVERSED]
    take_right(gone)
    _void_coupons(gone)
    WaitingReward.objects.filter(id__in=gone).delete()
    Approval.objects.filter(reward_id__in=gone, state=Approval.State.WAITING).update(state=Approval.State.WITHDRAWN)
    RewardMove.objects.bulk_create(_move(reduction, entries.get(reduction.cut.key)) for reduction in reductions)
    events.publish_many("reward.reversed", [(one.reward.id, None, _news(one)) for one in taking])
    _release_budgets(taking)


def _entry(reduction: _Reduction, *, from_line: int) -> ledger.Entry:
    """Take the difference from pending; of a settled reward from a payout that was not sent yet, then from the person."""
    if reduction.before in _UNSETTLED:
        arrows = [_arrow(reduction, "pending", reduction.taken)]
    else:
        arrows = [_arrow(reduction, "paying", from_line), _arrow(reduction, "available", reduction.taken - from_line)]
    return ledger.Entry(
        kind=JournalEntry.Kind.REVERSAL, key=f"keep:{reduction.cut.key}",
        arrows=tuple(arrow for arrow in arrows if arrow.amount), reason=reduction.cut.cause,
        reverses=reduction.reward.settled_entry_id,
    )  # fmt: skip


def _arrow(reduction: _Reduction, source: str, amount: int) -> ledger.Arrow:
    reward = reduction.reward
    return ledger.Arrow(
        reward.beneficiary_id, reward.unit_id, source, "programme", amount, may_owe=True, reward_id=reward.id,
        preferred=(reward.lot_id,) if source == "available" and reward.lot_id else (),
    )  # fmt: skip


def _void_coupons(reward_ids: list[UUID]) -> None:
    held = [Coupon.State.ISSUED, Coupon.State.RESERVED]  # a till that has reserved one is told when it redeems
    Coupon.objects.filter(reward_id__in=reward_ids, state__in=held).update(state=Coupon.State.VOID)


def _move(reduction: _Reduction, posted: ledger.Posted | None) -> RewardMove:
    actor = door.actor()
    return RewardMove(
        reward_id=reduction.reward.id, before=reduction.before, after=reduction.reward.state, amount=reduction.taken,
        owed=posted.short if posted else 0, cause=reduction.cut.cause, key=reduction.cut.key,
        entry_id=posted.entry_id if posted else None, actor_kind=actor.kind, actor_id=actor.id, occurred_at=door.moment(),
    )  # fmt: skip


def _release_budgets(reductions: list[_Reduction]) -> None:
    reserved, cut = Counter(), Counter()
    settled = {}
    for one in reductions:
        if one.before in _UNSETTLED:
            reserved[one.reward.budget_id] -= one.released_minor
        else:
            settled[one.reward.id] = one.reward
            cut[one.reward.id] += one.released_minor
    refigure(settled.values(), cut_minor=cut, reserved=reserved)


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
