"""Two customers become one: everything of the one that the strong room keeps belongs to the other."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from rewards import ledger
from rewards.errors.general import CustomersAreOne
from rewards.models import Coupon, DueReward, GiftOrder, JournalEntry, Reward, RewardMove
from rewards.operations.coupons.counting import count_for_another
from rewards.operations.lifecycle.claiming import claim
from tenancy import audit, door, events

UNSETTLED = (Reward.State.ACCRUED, Reward.State.HELD)
MERGED, SEPARATED = "customers_merged", "customers_separated"


@transaction.atomic
def move_customer(from_id: UUID, to_id: UUID, *, key: str) -> ledger.Posted | None:
    """Move balances, debts, lots with their dates, rewards, coupons and gift orders to another; None: no units moved.

    Debts are netted with what there is. What was said of a lot, a reward or a redemption goes
    on: a refund or a return that comes later finds it there. Refused while a payout of the
    first customer is under way. Same key: once.
    """
    if from_id == to_id:
        raise CustomersAreOne
    theirs = Reward.objects.filter(beneficiary_id=from_id)
    claim(list(theirs.values_list("id", flat=True)))
    posted = ledger.transfer(from_id, to_id, key=f"transfer:{key}", reason=MERGED)
    if posted and not posted.is_new:
        return posted
    rewards = list(theirs)  # again: with what was promised before the transfer locked the balances
    _hand_over(rewards, to_id)
    coupons = Coupon.objects.filter(customer_id=from_id).update(customer_id=to_id)
    count_for_another(from_id, to_id)
    GiftOrder.objects.filter(customer_id=from_id).update(customer_id=to_id)  # so that their points come back to this one
    facts = {"from": str(from_id), "to": str(to_id), "rewards": len(rewards), "coupons": coupons}
    if posted:
        audit.record("balance.moved", JournalEntry.objects.get(id=posted.entry_id), facts)
    events.publish("customer.moved", from_id, **facts)
    return posted


@transaction.atomic
def return_customer(
    from_id: UUID,
    to_id: UUID,
    *,
    key: str,
    move_ids: Sequence[UUID],
    lot_ids: Sequence[UUID],
    accounts: Mapping[UUID, UUID],
) -> ledger.Posted | None:
    """Take a move of a customer back: they were two after all. `accounts` are those of the rewards that go back, by id.

    Lots that such a reward opened in the meantime go back with it.
    """  # fmt: skip
    rewards = list(claim(list(accounts)).values())
    lots = {*lot_ids, *(reward.lot_id for reward in rewards if reward.lot_id)}
    posted = ledger.transfer_back(
        move_ids, key=f"transfer_back:{key}", lot_ids=sorted(lots), reward_ids=sorted(accounts), reason=SEPARATED
    )
    for reward in rewards:
        Reward.objects.filter(id=reward.id).update(beneficiary_id=to_id, account_id=accounts[reward.id])
        DueReward.objects.filter(id=reward.id).update(account_id=accounts[reward.id])
    _note([reward for reward in rewards if reward.state in UNSETTLED], SEPARATED)
    facts = {"from": str(from_id), "to": str(to_id), "rewards": len(rewards)}
    if posted:
        audit.record("balance.moved", JournalEntry.objects.get(id=posted.entry_id), facts)
    events.publish("customer.moved", from_id, **facts)
    return posted


def _hand_over(rewards: Sequence[Reward], to_id: UUID) -> None:
    """Give rewards another beneficiary; those that are not settled will be on the other's accounts."""
    Reward.objects.filter(id__in=[reward.id for reward in rewards]).update(beneficiary_id=to_id)
    unsettled = [reward for reward in rewards if reward.settled_entry_id is None]
    for unit_id in {reward.unit_id for reward in unsettled}:
        ids = [reward.id for reward in unsettled if reward.unit_id == unit_id]
        account_id = ledger.account_id(to_id, unit_id)
        Reward.objects.filter(id__in=ids).update(account_id=account_id)
        DueReward.objects.filter(id__in=ids).update(account_id=account_id)
    _note([reward for reward in unsettled if reward.state in UNSETTLED])


def _note(rewards: Sequence[Reward], cause: str = MERGED) -> None:
    actor = door.actor()
    RewardMove.objects.bulk_create(
        RewardMove(
            reward_id=reward.id, before=reward.state, after=reward.state, amount=0, cause=cause, actor_kind=actor.kind,
            actor_id=actor.id, occurred_at=door.moment(),
        )
        for reward in rewards
    )  # fmt: skip
