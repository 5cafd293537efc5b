"""Sound the alarm over rewards that are not there on the day promised: once for each."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import translation

from messaging.operations import Notice, notify_many
from rewards.models import Reward, RewardMove
from rewards.queries.promises import CAUSES, newly_late, open_causes
from tenancy import door
from tenancy.models import Membership

CHUNK = 500
LATE = "promise_late"


@transaction.atomic
def tell_of_late(*, limit: int = CHUNK) -> int:
    """Note on each reward that its day has passed, and tell owners and finance of all of them at once; count the rewards."""
    rewards = _noted(newly_late(limit=limit))
    if rewards:
        notify_many([_notice(rewards, member_id) for member_id in _readers()])
    return len(rewards)


def _noted(reward_ids: Sequence[UUID]) -> list[Reward]:
    """Write the move that says so; another worker may have been faster with some."""
    rewards = {reward.id: reward for reward in Reward.objects.filter(id__in=reward_ids).order_by("promised_by")}
    moves = RewardMove.objects.bulk_create(
        (
            RewardMove(
                reward_id=reward.id, before=reward.state, after=reward.state, amount=0, cause=LATE, key=f"late:{reward.id}",
                occurred_at=door.moment(),
            )
            for reward in rewards.values()
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    written = set(RewardMove.objects.filter(id__in=[move.id for move in moves]).values_list("reward_id", flat=True))
    return [reward for reward in rewards.values() if reward.id in written]


def _readers() -> Sequence[UUID]:
    told = Membership.objects.filter(is_active=True, role__in=[Membership.Role.OWNER, Membership.Role.FINANCE])
    return list(told.order_by("id").values_list("id", flat=True))


def _notice(rewards: Sequence[Reward], member_id: UUID) -> Notice:
    first = rewards[0]
    return Notice(
        kind="promises_late",
        key=f"promises_late:{first.id}:{member_id}",
        member_id=member_id,
        link=f"/rewards/{first.id}/" if len(rewards) == 1 else "/promises/",
        context={"count": len(rewards), "promised_on": first.promised_by, "causes": _causes(rewards)},
    )


def _causes(rewards: Sequence[Reward]) -> dict[str, str]:
    """Name what holds these rewards up, in every language."""
    causes = open_causes([reward.id for reward in rewards])
    said = {}
    for language, comma in (("zh-hans", "、"), ("en", ", ")):
        with translation.override(language):
            said[language] = comma.join(str(label) for code, label in CAUSES.items() if code in causes)
    return said
