"""Settle due rewards: pending → available, thousands in a few statements."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from foundation.ids import new_code
from rewards import ledger
from rewards.models import Coupon, Reward
from rewards.operations import budgets
from tenancy import door, events

State = Reward.State
CHUNK = 5000  # rewards in one transaction


@transaction.atomic
def settle_due(*, limit: int = CHUNK) -> int:
    """Settle rewards whose hold has ended, at most `limit`; count them. Several workers may do it at once."""
    due = Reward.objects.filter(state=State.ACCRUED, hold_until__lte=door.moment()).order_by("hold_until", "id")
    rewards = _claim(due, limit)
    return _settle(rewards) if rewards else 0


def _claim(due: QuerySet, limit: int) -> dict[UUID, Reward]:
    """Take due rewards that nobody else is working on."""
    rows = due.select_for_update(skip_locked=True, of=("self",)).select_related("unit", "coupon_kind")[:limit]
    return {reward.id: reward for reward in rows}


def _settle(rewards: dict[UUID, Reward]) -> int:
    settled = ledger.settle(list(rewards))
    _note_moves(settled)
    coupons = _issue_coupons([rewards[one.reward_id] for one in settled])
    events.publish_many(
        "reward.settled",
        [(one.reward_id, None, _news(rewards[one.reward_id], coupons.get(one.reward_id))) for one in settled],
    )
    cost = Counter()
    for one in settled:
        cost[rewards[one.reward_id].budget_id] += rewards[one.reward_id].cost_minor
    budgets.move(reserved=Counter({budget: -amount for budget, amount in cost.items()}), committed=cost)
    return len(settled)


def _note_moves(settled: list[ledger.Settled]) -> None:
    """Set the rewards available and write their moves, in one statement; the rows are ours."""
    actor = door.actor()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH settled AS (
              UPDATE rewards_reward AS r SET state = 'available', settled_at = %(at)s
              FROM unnest(%(rewards)s::uuid[], %(entries)s::uuid[]) AS s (reward_id, entry_id)
              WHERE r.organisation_id = %(organisation)s AND r.id = s.reward_id AND r.state = 'accrued'
              RETURNING r.id, r.kept, s.entry_id
            )
            INSERT INTO rewards_rewardmove
              (organisation_id, id, reward_id, before, after, amount, cause, key,
               entry_id, actor_kind, actor_id, occurred_at)
            SELECT %(organisation)s, ledger_id(row_number() OVER (ORDER BY s.id)), s.id, 'accrued', 'available', s.kept,
              'hold_ended', '', s.entry_id, %(actor_kind)s, %(actor_id)s, %(at)s
            FROM settled AS s
            """,
            {
                "organisation": str(door.organisation_id()),
                "at": door.moment(),
                "rewards": [str(one.reward_id) for one in settled],
                "entries": [str(one.entry_id) for one in settled],
                "actor_kind": actor.kind,
                "actor_id": str(actor.id) if actor.id else None,
            },
        )


def _issue_coupons(rewards: list[Reward]) -> dict[UUID, Coupon]:
    """Give each coupon reward its coupon, by reward."""
    now = door.moment()
    coupons = Coupon.objects.bulk_create(
        Coupon(
            kind=reward.coupon_kind, code=new_code(10), customer_id=reward.beneficiary_id, reward=reward,
            issued_at=now, expires_at=now + timedelta(days=reward.coupon_kind.valid_days),
        )
        for reward in rewards
        if reward.coupon_kind_id
    )  # fmt: skip
    return {coupon.reward_id: coupon for coupon in coupons}


def _news(reward: Reward, coupon: Coupon | None) -> dict:
    return {
        "customer_id": str(reward.beneficiary_id),
        "role": reward.role,
        "kind": reward.kind,
        "unit": reward.unit.code,
        "amount": reward.kept,
        "coupon_id": str(coupon.id) if coupon else None,
        "referral_id": str(reward.referral_id) if reward.referral_id else None,
        "campaign_id": str(reward.campaign_id) if reward.campaign_id else None,
    }
