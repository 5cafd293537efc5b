"""What it means to take a reward back, wholly or in part, whatever became of it: in the books and beside them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from rewards import ledger
from rewards.errors.general import LedgerConflict
from rewards.models import Approval, Coupon, JournalEntry, Reward, RewardMove, WaitingReward
from rewards.operations.accounts import shortfalls
from rewards.operations.budgets.spending import refigure
from rewards.operations.lifecycle.claiming import take_right
from rewards.operations.lifecycle.issuing import undo_issue
from rewards.operations.payouts.cutting import LineCut, cut_lines
from rewards.rules import cost_of_part, in_kind
from tenancy import door, events

State = Reward.State
UNSETTLED = (State.ACCRUED, State.HELD)


@dataclass(frozen=True)
class Cut:
    """Let a reward keep only `keep` units."""

    reward_id: UUID
    keep: int
    cause: str
    key: str  # same key: cut once


@dataclass
class Reduction:
    """A reward that keeps less now; `taken` is 0 where the house bears it."""

    cut: Cut
    reward: Reward
    before: str
    taken: int
    released_minor: int
    from_line: int = 0  # of a payout that was not sent yet
    owed: int = 0
    forgiven: int = 0
    entry_id: UUID | None = None


def plan(cuts: Sequence[Cut], rewards: Mapping[UUID, Reward]) -> list[Reduction]:
    """Change rewards that the caller has locked, in memory, and say what is to be posted; each key once."""
    done = known_moves(cuts)
    new = [cut for cut in cuts if cut.key not in done]
    undo_issue([rewards[cut.reward_id] for cut in new if _can_be_undone(rewards[cut.reward_id], cut)])
    reductions = [reduction for cut in new if (reduction := _reduce(cut, rewards[cut.reward_id]))]
    paying = {one.cut.key: one for one in reductions if one.before == State.PAYING}
    from_lines = cut_lines([LineCut(key, one.reward, one.taken) for key, one in paying.items()])
    for key, amount in from_lines.items():
        paying[key].from_line = amount
    return reductions


def known_moves(changes: Sequence) -> set[str]:
    """Say which keys were used before; one that was used for another reward is a conflict."""
    moves = dict(RewardMove.objects.filter(key__in=[one.key for one in changes]).values_list("key", "reward_id"))
    for one in changes:
        if moves.get(one.key, one.reward_id) != one.reward_id:
            raise LedgerConflict(key=one.key)
    return set(moves)


def _reduce(cut: Cut, reward: Reward) -> Reduction | None:
    """Change the reward in memory; None if it keeps no more than that already."""
    keep = max(cut.keep, 0)
    if keep >= reward.kept:
        return None
    if _is_gone(reward):
        return Reduction(cut, reward, reward.state, 0, 0)
    cost = cost_of_part(cost_minor=reward.cost_minor, whole=reward.kept, part=keep)
    reduction = Reduction(cut, reward, reward.state, reward.kept - keep, reward.cost_minor - cost)
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


# --- the books --------------------------------------------------------------------------------------


def entries(reductions: Sequence[Reduction]) -> list[ledger.Entry]:
    """Say what is to be posted for the reductions that take something, in their order."""
    taking = [one for one in reductions if one.taken]
    given_again = own_entries([one.reward.id for one in taking if one.before not in UNSETTLED])
    return [_entry(one, given_again.get(one.reward.id, ())) for one in taking]


def own_entries(reward_ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Name the entries that gave rewards again what had been taken: the lots they opened are the rewards' own."""
    found: dict[UUID, tuple[UUID, ...]] = {}
    moves = RewardMove.objects.filter(reward_id__in=reward_ids, gives_again=True, entry_id__isnull=False)
    for reward_id, entry_id in moves.values_list("reward_id", "entry_id"):
        found[reward_id] = (*found.get(reward_id, ()), entry_id)
    return found


def _entry(reduction: Reduction, given_again: tuple[UUID, ...]) -> ledger.Entry:
    """Take the difference from pending; of a settled reward from a payout that was not sent yet, then from the person."""
    if reduction.before in UNSETTLED:
        arrows = [_arrow(reduction, "pending", reduction.taken)]
    else:
        own = (reduction.reward.lot_id, *given_again) if reduction.reward.lot_id else given_again
        from_person = _arrow(
            reduction, "available", reduction.taken - reduction.from_line, preferred=own,
            **shortfalls.terms(reduction.reward.unit),
        )  # fmt: skip
        arrows = [_arrow(reduction, "paying", reduction.from_line), from_person]
    return ledger.Entry(
        kind=JournalEntry.Kind.REVERSAL, key=f"keep:{reduction.cut.key}",
        arrows=tuple(arrow for arrow in arrows if arrow.amount), reason=reduction.cut.cause,
        reverses=reduction.reward.settled_entry_id,
    )  # fmt: skip


def _arrow(reduction: Reduction, source: str, amount: int, **terms) -> ledger.Arrow:
    reward = reduction.reward
    return ledger.Arrow(reward.beneficiary_id, reward.unit_id, source, "programme", amount, reward_id=reward.id, **terms)


# --- what goes along ----------------------------------------------------------------------------------


def write(reductions: Sequence[Reduction], posted: Sequence[ledger.Posted]) -> None:
    """Note what was taken back, tell of it, and let coupons, questions, places in a queue and budgets follow."""
    taking = [reduction for reduction in reductions if reduction.taken]
    _take_on(taking, posted)
    Reward.objects.bulk_update([one.reward for one in taking], ["kept", "cost_minor", "state"])
    gone = [one.reward.id for one in taking if one.reward.state == State.REVERSED]
    take_right(gone)
    _void_coupons(gone)
    WaitingReward.objects.filter(id__in=gone).delete()
    Approval.objects.filter(reward_id__in=gone, state=Approval.State.WAITING).update(state=Approval.State.WITHDRAWN)
    RewardMove.objects.bulk_create(_move(reduction) for reduction in reductions)
    told = [(one.reward.id, None, news(one.reward, one.taken, one.cut.cause)) for one in taking]
    events.publish_many("reward.reversed", told)
    _release_budgets(taking)


def _take_on(taking: Sequence[Reduction], posted: Sequence[ledger.Posted]) -> None:
    units = {p.entry_id: (one.reward.unit, one.reward.beneficiary_id) for one, p in zip(taking, posted, strict=True)}
    forgiven = shortfalls.forgive(units, posted)
    for one, entry in zip(taking, posted, strict=True):
        one.entry_id, one.owed, one.forgiven = entry.entry_id, entry.short, forgiven.get(entry.entry_id, 0)


def _void_coupons(reward_ids: list[UUID]) -> None:
    held = [Coupon.State.ISSUED, Coupon.State.RESERVED]  # a till that has reserved one is told when it redeems
    Coupon.objects.filter(reward_id__in=reward_ids, state__in=held).update(state=Coupon.State.VOID)


def _move(one: Reduction) -> RewardMove:
    actor = door.actor()
    return RewardMove(
        reward_id=one.reward.id, before=one.before, after=one.reward.state, amount=one.taken, owed=one.owed,
        forgiven=one.forgiven, cost_minor=one.released_minor, cause=one.cut.cause, key=one.cut.key, entry_id=one.entry_id,
        actor_kind=actor.kind, actor_id=actor.id, occurred_at=door.moment(),
    )  # fmt: skip


def _release_budgets(reductions: Sequence[Reduction]) -> None:
    reserved, cut = Counter(), Counter()
    settled = {}
    for one in reductions:
        if one.before in UNSETTLED:
            reserved[one.reward.budget_id] -= one.released_minor
        else:
            settled[one.reward.id] = one.reward
            cut[one.reward.id] += one.released_minor
    refigure(settled.values(), cut_minor=cut, reserved=reserved)


def news(reward: Reward, amount: int, cause: str) -> dict:
    """Say in an event what became of a reward's units."""
    return {
        "customer_id": str(reward.beneficiary_id),
        "role": reward.role,
        "kind": reward.kind,
        "unit": reward.unit.code,
        "amount": amount,
        "title": reward.title,
        "kept": reward.kept,
        "cause": cause,
    }
