"""Who acts on a payout, and the steps it has taken."""

from uuid import UUID

from rewards.errors.payouts import PersonNeeded
from rewards.models import PayoutBatch, PayoutStep
from tenancy import audit, door
from tenancy.models import ApiKey


def person() -> UUID:
    """Name the person who acts, also where a key of theirs does; the house itself makes no payouts."""
    actor = door.actor()
    if actor.kind == "user" and actor.id:
        return actor.id
    if actor.kind == "api_key":
        maker = ApiKey.objects.filter(id=actor.id).values_list("created_by_id", flat=True).first()
        return maker or actor.id
    raise PersonNeeded


def note_step(batch: PayoutBatch, *, action: str, reason: str = "", **facts) -> None:
    """Write down that a batch has reached its present state, and who brought it there."""
    actor = door.actor()
    PayoutStep.objects.create(
        batch_id=batch.id, state=batch.state, reason=reason[:200], actor_kind=actor.kind, actor_id=actor.id,
        occurred_at=door.moment(),
    )  # fmt: skip
    if action:
        audit.record(action, batch, {"state": batch.state, **facts})
