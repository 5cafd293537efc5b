"""Let budgets follow what becomes of settled rewards: committed → spent when used, back when they expire unused.

The ledger notes each reward whose lots it touched, in the same transaction. What is spent of a reward is a pure function of
its lots, so it is worked out anew and set: a note that is heard twice, or late, changes nothing. The budget's row, which
thousands of redemptions would have to queue for, is locked once for many of them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from rewards.models import Reward, TouchedReward
from rewards.operations.budgets import figures as budgets
from rewards.operations.lifecycle.claiming import claim
from rewards.queries.spending import units_gone
from rewards.rules.budgets import spent_and_returned
from tenancy import door

CHUNK = 2000


@transaction.atomic
def follow_spending(*, limit: int = CHUNK) -> int:
    """Follow at most so many notes; count them. Several workers may do it at once."""
    notes = list(TouchedReward.objects.select_for_update(skip_locked=True).order_by("id")[:limit])
    if notes:
        TouchedReward.objects.filter(id__in=[note.id for note in notes]).delete()
        refigure(claim({note.reward_id for note in notes}).values())
    return len(notes)


def refigure(
    rewards: Collection[Reward], *, cut_minor: Mapping[UUID, int] | None = None, reserved: Counter | None = None
) -> None:
    """Work out anew what is spent of settled rewards that the caller has locked, and move their budgets by the difference.

    `cut_minor` is by how much a reward costs less than before, `reserved` what happens to promises meanwhile.
    """
    changes = [_Change(reward, (cut_minor or {}).get(reward.id, 0)) for reward in rewards]
    gone = units_gone([reward.id for reward in rewards]) if changes else {}
    for change in changes:
        change.refigure(*gone.get(change.reward.id, (0, 0, 0)))
    if moved := [change for change in changes if change.spent or change.returned]:
        _write(moved)
    budgets.move(
        reserved=reserved,
        committed=_sums((change.reward.budget_id, change.committed) for change in changes),
        spent=_sums((change.reward.budget_id, change.spent) for change in changes),
        returned=_sums((change.reward.budget_id, change.returned) for change in changes),
        kept=_sums((change.reward.budget_id, max(change.grown, 0)) for change in changes),
    )


@dataclass
class _Change:
    """How the figures of one settled reward change; its cost has been cut by `cut_minor` already."""

    reward: Reward
    cut_minor: int
    spent: int = 0
    returned: int = 0

    def refigure(self, used: int, expired: int, left: int) -> None:
        reward = self.reward
        spent, returned = spent_and_returned(
            cost_minor=reward.cost_minor, kept=reward.kept, used=used, expired=expired, left=left
        )
        self.spent, self.returned = spent - reward.spent_minor, returned - reward.returned_minor
        reward.spent_minor, reward.returned_minor = spent, returned

    @property
    def committed(self) -> int:
        return -self.spent - self.returned - self.cut_minor

    @property
    def grown(self) -> int:
        """Say by how much the budget has to give more: a lot that had expired lives again, or a penny of rounding."""
        return -self.returned - self.cut_minor


def _sums(pairs: Iterable[tuple[UUID | None, int]]) -> Counter:
    sums = Counter()
    for budget_id, amount in pairs:
        sums[budget_id] += amount
    return sums


def _write(changes: Sequence[_Change]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE rewards_reward AS r SET spent_minor = n.spent, returned_minor = n.returned
            FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS n (id, spent, returned)
            WHERE r.organisation_id = %s AND r.id = n.id
            """,
            [
                [str(one.reward.id) for one in changes], [one.reward.spent_minor for one in changes],
                [one.reward.returned_minor for one in changes], str(door.organisation_id()),
            ],
        )  # fmt: skip
