"""Hand over what was given in kind; undo it where the house can."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from rewards import ledger
from rewards.errors import CannotBeIssued
from rewards.models import JournalEntry, Reward, RewardMove
from rewards.operations.claiming import claim
from rewards.rules import in_kind
from tenancy import audit, door, events

State = Reward.State


@transaction.atomic
def issue_reward(reward_id: UUID, *, note: str = "") -> Reward:
    """Note that a reward in kind is in the person's hands; again changes nothing.

    Its pieces leave the books: available → redeemed, out of the reward's own lot, and
    its budget follows the lot.
    """
    reward = claim([reward_id])[reward_id]
    if reward.state == State.ISSUED:
        return reward
    if reward.state != State.AVAILABLE or reward.kind not in in_kind.IN_KIND:
        raise CannotBeIssued(state=reward.state)
    entry_id = _post(reward, JournalEntry.Kind.REDEMPTION, "available", "redeemed", key=f"issue:{reward.id}:{_round(reward)}")
    _move(reward, State.ISSUED, cause="handed_over", entry_id=entry_id)
    audit.record("reward.issued", reward, {"note": note[:200]} if note else {})
    events.publish("reward.issued", reward.id, **_news(reward))
    return reward


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
