"""Give rewards again what was taken back, when the reason has fallen away: a refund was cancelled, a suspicion cleared."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from rewards import ledger
from rewards.models import (
    Approval,
    Coupon,
    JournalEntry,
    Lot,
    PayoutLine,
    PayoutShare,
    Posting,
    Reward,
    RewardMove,
)
from rewards.operations.accounts.units import expiry_of
from rewards.operations.budgets import figures as budgets
from rewards.operations.budgets import waiting
from rewards.operations.budgets.spending import refigure
from rewards.operations.lifecycle import asking, mirroring
from rewards.operations.lifecycle.claiming import give_right
from rewards.operations.lifecycle.mirroring import Taken
from rewards.operations.lifecycle.taking_back import known_moves, news
from rewards.rules import in_kind
from tenancy import door, events

State = Reward.State
CAUSES = (
    "refund",
    "order_cancelled",
    "fraud",
    "self_referral",
    "milestone_undone",
)  # reversals that can fall away; what a person refused stays refused
REVIEW, WINDOW = "review", "refund_window"


@dataclass(frozen=True)
class GiveAgain:
    """Let a reward keep `keep` units again, as far as reversals took them whose reason has fallen away.

    `is_held`: it is under review now, or is not; None: as it was. `budget_id` is where a
    reward waits again that waited for money.
    """

    reward_id: UUID
    keep: int
    cause: str
    key: str  # same key: given again once
    is_held: bool | None = None
    budget_id: UUID | None = None


@dataclass
class Restoration:
    """One reversal of a reward, undone in part or wholly."""

    gift: GiveAgain
    key: str
    reward: Reward
    reversal: RewardMove
    taken: Taken
    before: str
    after: str
    amount: int
    cost_minor: int
    entry_id: UUID | None = None

    @property
    def is_settled(self) -> bool:
        return self.reward.settled_entry_id is not None


def plan(gifts: Sequence[GiveAgain], rewards: Mapping[UUID, Reward]) -> list[Restoration]:
    """Change rewards that the caller has locked, in memory, newest reversal first; each key once."""
    done = known_moves(gifts)
    new = [gift for gift in gifts if gift.key not in done and _may_grow(gift, rewards[gift.reward_id])]
    reversals = _reversals([gift.reward_id for gift in new])
    left = mirroring.taken_by([move.entry_id for moves in reversals.values() for move in moves])
    return [one for gift in new for one in _restore(gift, rewards[gift.reward_id], reversals[gift.reward_id], left)]


def _may_grow(gift: GiveAgain, reward: Reward) -> bool:
    """Say whether a reward can be given more again; one that was exchanged for another option cannot."""
    return reward.successor_id is None and min(gift.keep, reward.amount) > reward.kept


def _reversals(reward_ids: Sequence[UUID]) -> dict[UUID, list[RewardMove]]:
    """List the reversals of rewards that can fall away, newest first."""
    found: dict[UUID, list[RewardMove]] = {reward_id: [] for reward_id in reward_ids}
    moves = RewardMove.objects.filter(
        reward_id__in=reward_ids, gives_again=False, cause__in=CAUSES, entry_id__isnull=False, amount__gt=0
    )
    for move in moves.exclude(key="").order_by("-id"):
        found[move.reward_id].append(move)
    return found


def _restore(
    gift: GiveAgain, reward: Reward, reversals: Sequence[RewardMove], left: Mapping[UUID, Taken]
) -> Iterator[Restoration]:
    wanted, number = min(gift.keep, reward.amount) - reward.kept, 0
    for move in reversals:
        taken = left[move.entry_id]
        amount = min(wanted, taken.left)
        if amount <= 0:
            continue
        cost = move.cost_minor * (taken.again + amount) // move.amount - move.cost_minor * taken.again // move.amount
        before = reward.state
        reward.kept, reward.cost_minor = reward.kept + amount, reward.cost_minor + cost
        _bring_back(gift, reward, move)
        key = f"{gift.key}:{number}" if number else gift.key
        yield Restoration(gift, key, reward, move, taken, before, reward.state, amount, cost)
        wanted, number = wanted - amount, number + 1


def _bring_back(gift: GiveAgain, reward: Reward, reversal: RewardMove) -> None:
    """Give a reversed reward the state it would have without the reversal; a settled one waits for the books."""
    if reward.state != State.REVERSED:
        return
    if reward.settled_entry_id:
        reward.state = State.AVAILABLE
        return
    is_held = reversal.before == State.HELD if gift.is_held is None else gift.is_held
    if is_held and gift.is_held:
        reward.hold_cause = REVIEW
    elif reward.hold_cause == REVIEW and gift.is_held is False:
        reward.hold_cause = WINDOW
    is_held = is_held or reward.hold_cause in (asking.CAUSE, waiting.CAUSE)
    reward.state = State.HELD if is_held else State.ACCRUED


# --- the books ----------------------------------------------------------------------------------------


def entries(restorations: Sequence[Restoration]) -> list[ledger.Entry]:
    """Say what is to be posted, in their order."""
    return [_entry(one) for one in restorations]


def _entry(one: Restoration) -> ledger.Entry:
    reward = one.reward
    if one.is_settled:
        arrows = mirroring.arrows(
            one.taken, one.amount, customer_id=reward.beneficiary_id, unit_id=reward.unit_id,
            expires_at=expiry_of(reward.unit), reward_id=reward.id,
        )  # fmt: skip
    else:
        arrows = (
            ledger.Arrow(reward.beneficiary_id, reward.unit_id, "programme", "pending", one.amount, reward_id=reward.id),
        )
    return ledger.Entry(
        JournalEntry.Kind.RESTORATION, f"again:{one.key}", arrows, reason=one.gift.cause, reverses=one.taken.entry_id
    )


# --- what goes along ------------------------------------------------------------------------------------


def write(restorations: Sequence[Restoration], posted: Sequence[ledger.Posted]) -> None:
    """Note what was given again, tell of it, and let rights, coupons, questions, queues and budgets follow."""
    for one, entry in zip(restorations, posted, strict=True):
        one.entry_id = entry.entry_id
    rewards = {one.reward.id: one.reward for one in restorations}
    revived = {one.reward.id: one for one in restorations if one.before == State.REVERSED}
    _reopen(revived)
    _settle_states(restorations)
    Reward.objects.bulk_update(rewards.values(), ["kept", "cost_minor", "state", "hold_cause"])
    give_right([rewards[one] for one in revived if rewards[one].state == State.ACCRUED])
    _reissue([one for one in revived if rewards[one].state == State.AVAILABLE])
    RewardMove.objects.bulk_create(_move(one) for one in restorations)
    events.publish_many(
        "reward.restored", [(one.reward.id, None, news(one.reward, one.amount, one.gift.cause)) for one in restorations]
    )
    _reserve_budgets(restorations)


def _reopen(revived: Mapping[UUID, Restoration]) -> None:
    """Ask a second person again whom the reversal had spared, and queue for money again."""
    waiting_ones = {
        one.reward.id: one.gift.budget_id
        for one in revived.values()
        if one.reward.budget_id is None and one.reward.hold_cause == waiting.CAUSE and one.gift.budget_id
    }
    waiting.queue(waiting_ones)
    pending = [one.reward.id for one in revived.values() if not one.is_settled]
    questions = Approval.objects.filter(reward_id__in=pending, state=Approval.State.WITHDRAWN)
    asked = set(questions.values_list("reward_id", flat=True))
    questions.update(state=Approval.State.WAITING)
    for reward_id in asked:
        revived[reward_id].reward.state = State.HELD


def _settle_states(restorations: Sequence[Restoration]) -> None:
    """Let a reward that a payout had to do with be paid out for the rest, or be what the payout made of it."""
    settled = [one for one in restorations if one.is_settled]
    landed, shares = _landed(settled), _held_shares([one.reward.id for one in settled])
    for one in settled:
        share = shares.get(one.reward.id)
        if share and landed[one.reward.id] > 0:
            PayoutShare.objects.filter(id=share.id).update(is_held=False)
            one.reward.state = State.AVAILABLE
        elif share and one.before == State.REVERSED:
            one.reward.state = State.PAID if share.line.state == PayoutLine.State.PAID else State.PAYING
    for one in restorations:
        one.after = one.reward.state


def _landed(restorations: Sequence[Restoration]) -> Counter:
    """Say how much each reward's person can use of what was given again; the rest has repaid a debt."""
    landed = Counter()
    arrows = Posting.objects.filter(entry_id__in=[one.entry_id for one in restorations], reward_id__isnull=False)
    for reward_id, source, target, amount in arrows.values_list("reward_id", "source", "target", "amount"):
        landed[reward_id] += amount * ((target == "available") - (source == "available"))
    return landed


def _held_shares(reward_ids: Sequence[UUID]) -> dict[UUID, PayoutShare]:
    shares = PayoutShare.objects.filter(reward_id__in=reward_ids, is_held=True).select_related("line")
    return {share.reward_id: share for share in shares}


def _reissue(reward_ids: Sequence[UUID]) -> None:
    """Let withdrawn coupons be valid again for as long as their lots live, and ask loyalty for its tiers and badges."""
    rewards = list(Reward.objects.filter(id__in=reward_ids))
    lots = Lot.objects.in_bulk([one.lot_id for one in rewards])
    for coupon in Coupon.objects.filter(reward_id__in=reward_ids, state=Coupon.State.VOID).select_related("reward"):
        lot = lots.get(coupon.reward.lot_id)
        ends_at = lot.expires_at if lot and lot.expires_at else coupon.expires_at
        Coupon.objects.filter(id=coupon.id).update(state=Coupon.State.ISSUED, expires_at=ends_at)
    due = [one for one in rewards if one.kind in in_kind.OF_LOYALTY]
    facts = [(one.id, None, {"customer_id": str(one.beneficiary_id), "kind": one.kind}) for one in due]
    events.publish_many("reward.membership_due", facts)


def _move(one: Restoration) -> RewardMove:
    actor = door.actor()
    return RewardMove(
        reward_id=one.reward.id, before=one.before, after=one.after, amount=one.amount, cost_minor=one.cost_minor,
        gives_again=True, cause=one.gift.cause, key=one.key, entry_id=one.entry_id, actor_kind=actor.kind,
        actor_id=actor.id, occurred_at=door.moment(),
    )  # fmt: skip


def _reserve_budgets(restorations: Sequence[Restoration]) -> None:
    """Let budgets bear again what they had promised, over the limit where they must."""
    reserved, kept, cut = Counter(), Counter(), Counter()
    settled = {}
    for one in restorations:
        if one.is_settled:
            settled[one.reward.id] = one.reward
            cut[one.reward.id] -= one.cost_minor
        elif one.reward.budget_id:
            reserved[one.reward.budget_id] += one.cost_minor
            kept[one.reward.budget_id] += one.cost_minor
    budgets.move(reserved=reserved, kept=kept)
    refigure(settled.values(), cut_minor=cut)
