"""Hand over what was given in kind; undo it where the house can."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from rewards import ledger
from rewards.errors.general import CannotBeIssued, GoesByTheBoard
from rewards.models import GiftOrder, JournalEntry, Reward, RewardMove
from rewards.operations.gifts.moves import cancel_gift
from rewards.operations.gifts.orders import deliver_gift
from rewards.operations.lifecycle.claiming import claim
from rewards.rules import in_kind
from rewards.rules.gift_orders import CANCELLABLE
from tenancy import audit, door, events

State = Reward.State
DELIVERED = (GiftOrder.State.DELIVERED, GiftOrder.State.PICKED_UP, GiftOrder.State.ISSUED)


@transaction.atomic
def issue_reward(reward_id: UUID, *, note: str = "") -> Reward:
    """Note that a reward in kind is in the person's hands; again changes nothing.

    Its pieces leave the books: available → redeemed, out of the reward's own lot, and
    its budget follows the lot. A gift out of the catalogue is issued by the end of its order.
    """
    reward = claim([reward_id])[reward_id]
    if reward.state == State.ISSUED:
        return reward
    if reward.state != State.AVAILABLE or reward.kind not in in_kind.IN_KIND:
        raise CannotBeIssued(state=reward.state)
    if reward.details.get("item_id") and not orders_of(reward_id).filter(state__in=DELIVERED).exists():
        raise GoesByTheBoard
    key = f"issue:{reward.id}:{_round(reward)}"
    entry_id = _post(reward, JournalEntry.Kind.REDEMPTION, "available", "redeemed", key=key)
    _move(reward, State.ISSUED, cause="handed_over", entry_id=entry_id)
    audit.record("reward.issued", reward, {"note": note[:200]} if note else {})
    events.publish("reward.issued", reward.id, **_news(reward))
    return reward


def issue_delivered(reward_id: UUID) -> None:
    """Issue a reward whose order has ended well, if it still can be."""
    if Reward.objects.filter(id=reward_id, state=State.AVAILABLE).exists():
        issue_reward(reward_id)


def send_gift(reward_id: UUID, *, way: str = "", address: Mapping[str, str] | None = None) -> GiftOrder:
    """Put a gift that is available on the delivery board; the order that is there already, if there is one."""
    reward = Reward.objects.get(id=reward_id)
    orders = orders_of(reward_id)
    if under_way := orders.exclude(state__in=[GiftOrder.State.CANCELLED, GiftOrder.State.RETURNED]).first():
        return under_way
    if reward.state != State.AVAILABLE or not reward.details.get("item_id"):
        raise CannotBeIssued(state=reward.state)
    return deliver_gift(
        UUID(reward.details["item_id"]), reward.beneficiary_id, key=f"reward:{reward_id}:{orders.count()}",
        reward_id=reward_id, quantity=reward.kept, way=way, address=address,
    )  # fmt: skip


def call_gifts_off(reward_ids: Collection[UUID]) -> None:
    """Cancel orders of gifts that were taken back before they left the house."""
    for order in orders_of(*reward_ids).filter(state__in=CANCELLABLE):
        cancel_gift(order.id, note="reward_reversed")


def orders_of(*reward_ids: UUID) -> QuerySet[GiftOrder]:
    """List the orders that bring rewards to their owners."""
    return GiftOrder.objects.filter(reward_id__in=reward_ids).order_by("id")


def undo_issue(rewards: Collection[Reward]) -> None:
    """Take tiers and badges back into the books, so that they can be reversed. The caller holds the rewards."""
    for reward in rewards:
        issue = RewardMove.objects.filter(reward_id=reward.id, after=State.ISSUED).latest("id")
        entry_id = _post(
            reward, JournalEntry.Kind.RETURN, "redeemed", "available", key=f"undo:{issue.entry_id}",
            gives_back=issue.entry_id, reverses=issue.entry_id,
        )  # fmt: skip
        _move(reward, State.AVAILABLE, cause="taken_back", entry_id=entry_id)


def _round(reward: Reward) -> int:
    return RewardMove.objects.filter(reward_id=reward.id, after=State.ISSUED).count()


def _post(reward: Reward, kind: str, source: str, target: str, *, key: str, gives_back=None, reverses=None) -> UUID:
    arrow = ledger.Arrow(
        reward.beneficiary_id, reward.unit_id, source, target, reward.kept, gives_back=gives_back, reward_id=reward.id,
        preferred=(reward.lot_id,) if source == "available" else (),
    )  # fmt: skip
    return ledger.post([ledger.Entry(kind=kind, key=key, arrows=(arrow,), reverses=reverses)])[0].entry_id


def _move(reward: Reward, after: str, *, cause: str, entry_id: UUID) -> None:
    actor = door.actor()
    RewardMove.objects.create(
        reward_id=reward.id, before=reward.state, after=after, amount=reward.kept, cause=cause, entry_id=entry_id,
        actor_kind=actor.kind, actor_id=actor.id, occurred_at=door.moment(),
    )  # fmt: skip
    reward.state = after
    reward.save(update_fields=["state"])


def _news(reward: Reward) -> dict:
    return {
        "customer_id": str(reward.beneficiary_id),
        "role": reward.role,
        "kind": reward.kind,
        "unit": reward.unit.code,
        "amount": reward.kept,
        "title": reward.title,
        "referral_id": str(reward.referral_id) if reward.referral_id else None,
        "campaign_id": str(reward.campaign_id) if reward.campaign_id else None,
    }
