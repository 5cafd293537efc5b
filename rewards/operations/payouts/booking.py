"""What payouts do to the books: cash is set aside, paid, given back; lines, rewards and moves go along, budgets follow.

Rewards are locked first, in the order of their ids, then lines, then balances: as everywhere.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from rewards import ledger
from rewards.errors.general import GivesBackTooMuch
from rewards.models import JournalEntry, PayoutLine, PayoutShare, Reward, RewardMove, TouchedReward
from rewards.operations.lifecycle.claiming import claim
from rewards.operations.payouts.saving import save_all
from tenancy import door, events

State = PayoutLine.State


@dataclass(frozen=True)
class HeldLine:
    """A line with its rewards, all of them locked."""

    line: PayoutLine
    shares: Sequence[PayoutShare]
    rewards: dict[UUID, Reward]

    @property
    def lots(self) -> tuple[UUID, ...]:
        found = (self.rewards[share.reward_id].lot_id for share in self.shares)
        return tuple(lot_id for lot_id in found if lot_id)


def hold(line_ids: Collection[UUID]) -> list[HeldLine]:
    """Lock lines and their rewards, in the order of the lines' ids."""
    rewards = claim(set(PayoutShare.objects.filter(line_id__in=line_ids).values_list("reward_id", flat=True)))
    rows = PayoutLine.objects.select_for_update(of=("self",)).filter(id__in=line_ids)
    lines = list(rows.select_related("batch__unit", "account").order_by("id"))
    shares: dict[UUID, list[PayoutShare]] = {line.id: [] for line in lines}
    for share in PayoutShare.objects.filter(line_id__in=line_ids).order_by("reward_id"):
        shares[share.line_id].append(share)
    return [HeldLine(line, shares[line.id], rewards) for line in lines]


def set_aside(held: Sequence[HeldLine]) -> None:
    """Reserve what lines pay: available → paying, the rewards' own lots first. Raises InsufficientBalance."""
    posted = ledger.post([_entry(one, "reserved", "available", "paying", preferred=one.lots) for one in held])
    for one, entry in zip(held, posted, strict=True):
        one.line.state, one.line.entry_id = State.RESERVED, entry.entry_id
        for share in one.shares:
            share.is_held = True
    save_all([one.line for one in held], "state", "entry_id", "account_id", "gross_minor", "amount_minor")
    save_all([share for one in held for share in one.shares], "amount", "is_held")
    _move_rewards(held, posted, Reward.State.AVAILABLE, Reward.State.PAYING, "payout")


def give_back(held: Sequence[HeldLine], *, state: str) -> None:
    """Let what was set aside be available again, in the lots it came from."""
    posted = ledger.post([_entry(one, "returned", "paying", "available", gives_back=one.line.entry_id) for one in held])
    _end(held, state=state)
    _move_rewards(held, posted, Reward.State.PAYING, Reward.State.AVAILABLE, f"payout_{state}")


def book_paid(held: Sequence[HeldLine]) -> None:
    """Book what the provider has paid: paying → paid, budgets committed → spent."""
    posted = ledger.post([_entry(one, "paid", "paying", "paid") for one in held])
    _end(held, state=State.PAID)
    paid = _move_rewards(held, posted, Reward.State.PAYING, Reward.State.PAID, "payout_paid")
    _tell("payout.paid", held)
    _let_budgets_follow(paid)


def book_failed(held: Sequence[HeldLine]) -> None:
    """Book what the provider could not pay: it is available again, for the next payout. Why is in the lines."""
    give_back(held, state=State.FAILED)
    _tell("payout.failed", held)


def book_paid_after_all(one: HeldLine, *, occasion: UUID) -> None:
    """Book a payment that the provider has made though we had given the money back; what is not there is owed."""
    posted = ledger.post([_entry(one, f"paid:{occasion}", "available", "paid", preferred=one.lots, may_owe=True)])
    waiting = [share for share in one.shares if one.rewards[share.reward_id].state == Reward.State.AVAILABLE]
    PayoutShare.objects.filter(id__in=[share.id for share in waiting]).update(is_held=True)
    for share in waiting:
        share.is_held = True
    one.line.entry_id = posted[0].entry_id
    _end([one], state=State.PAID)
    paid = _move_rewards([one], posted, Reward.State.AVAILABLE, Reward.State.PAID, "payout_paid")
    _tell("payout.paid", [one])
    _let_budgets_follow(paid)


def book_came_back(one: HeldLine, *, occasion: UUID) -> None:
    """Book a payment that came back after it was paid: paid → available."""
    posted = _came_back(one, f"came_back:{occasion}")
    _end([one], state=State.FAILED)
    unpaid = _move_rewards([one], posted, Reward.State.PAID, Reward.State.AVAILABLE, "payout_failed")
    _tell("payout.failed", [one])
    _let_budgets_follow(unpaid)


def _came_back(one: HeldLine, what: str) -> list[ledger.Posted]:
    """Fill the lots again; what had not come out of lots but was owed is granted anew, which repays debts first."""
    try:
        with transaction.atomic():
            return ledger.post([_entry(one, what, "paid", "available", gives_back=one.line.entry_id)])
    except GivesBackTooMuch:
        gone, line = _entry(one, what, "paid", "programme"), one.line
        anew = ledger.Arrow(line.customer_id, line.batch.unit_id, "programme", "available", line.amount_minor)
        return ledger.post([replace(gone, arrows=(*gone.arrows, anew))])


def release_rewards(shares: Sequence[PayoutShare], rewards: dict[UUID, Reward], *, cause: str) -> None:
    """Let rewards that have no part in a line's money be available again; the books do not move."""
    paying = [share for share in shares if rewards[share.reward_id].state == Reward.State.PAYING]
    RewardMove.objects.bulk_create(
        _move(share, rewards[share.reward_id], after=Reward.State.AVAILABLE, cause=cause, entry_id=None) for share in paying
    )
    Reward.objects.filter(id__in=[share.reward_id for share in paying]).update(state=Reward.State.AVAILABLE)
    PayoutShare.objects.filter(id__in=[share.id for share in shares]).update(is_held=False)


def _entry(
    one: HeldLine, what: str, source: str, target: str, *, preferred: tuple[UUID, ...] = (), may_owe: bool = False,
    gives_back: UUID | None = None,
) -> ledger.Entry:  # fmt: skip
    """One entry a line, with an arrow for each reward that has a part in it."""
    line = one.line
    arrows = tuple(
        ledger.Arrow(
            line.customer_id,
            line.batch.unit_id,
            source,
            target,
            share.amount,
            preferred=preferred,
            may_owe=may_owe,
            gives_back=gives_back,
            reward_id=share.reward_id,
        )
        for share in one.shares
        if share.amount
    )
    return ledger.Entry(kind=JournalEntry.Kind.PAYOUT, key=f"payout:{line.id}:{what}", arrows=arrows, reason=line.reference)


def _end(held: Sequence[HeldLine], *, state: str) -> None:
    for one in held:
        one.line.state, one.line.finished_at = state, door.moment()
    save_all([one.line for one in held], "state", "cause", "finished_at", "entry_id", "provider_id")
    if state != State.PAID:
        PayoutShare.objects.filter(line_id__in=[one.line.id for one in held]).update(is_held=False)


def _move_rewards(
    held: Sequence[HeldLine], posted: Sequence[ledger.Posted], before: str, after: str, cause: str
) -> list[Reward]:
    """Move the rewards that these lines hold in the former state, and give them. Reversed ones stay reversed."""
    entries = {one.line.id: entry.entry_id for one, entry in zip(held, posted, strict=True)}
    moving = [(share, one.rewards[share.reward_id]) for one in held for share in one.shares if share.is_held]
    moving = [(share, reward) for share, reward in moving if reward.state == before]
    RewardMove.objects.bulk_create(
        _move(share, reward, after=after, cause=cause, entry_id=entries[share.line_id]) for share, reward in moving
    )
    Reward.objects.filter(id__in=[reward.id for _, reward in moving]).update(state=after)
    for _, reward in moving:
        reward.state = after
    return [reward for _, reward in moving]


def _move(share: PayoutShare, reward: Reward, *, after: str, cause: str, entry_id: UUID | None) -> RewardMove:
    actor = door.actor()
    return RewardMove(
        reward_id=reward.id, before=reward.state, after=after, amount=share.amount, cause=cause,
        entry_id=entry_id if share.amount else None, actor_kind=actor.kind, actor_id=actor.id, occurred_at=door.moment(),
    )  # fmt: skip


def _let_budgets_follow(rewards: Sequence[Reward]) -> None:
    """Note that these were paid, or not after all: their budgets follow soon, many at once (budgets/spending.py)."""
    TouchedReward.objects.bulk_create(TouchedReward(reward_id=reward.id) for reward in rewards)


def _tell(kind: str, held: Sequence[HeldLine]) -> None:
    events.publish_many(kind, [(one.line.id, None, _news(one)) for one in held])


def _news(one: HeldLine) -> dict:
    line = one.line
    return {
        "customer_id": str(line.customer_id),
        "batch_id": str(line.batch_id),
        "reference": line.reference,
        "unit": line.batch.unit.code,
        "amount": line.amount_minor,
        "reward_ids": [str(share.reward_id) for share in one.shares],
    }
