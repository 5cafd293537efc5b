"""Settle due rewards: pending → available, thousands in a few statements."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from django.db import transaction

from foundation.ids import new_code
from rewards import ledger
from rewards.models import Coupon, CouponKind, Reward, Unit
from rewards.operations.accounts.units import expiry_of
from rewards.operations.budgets import figures as budgets
from rewards.rules import in_kind
from rewards.rules.coupons import expiry_of as expiry_of_coupon
from tenancy import door, events

CHUNK = 5000  # rewards in one transaction


@transaction.atomic
def settle_due(*, limit: int = CHUNK) -> int:
    """Settle rewards whose hold has ended, at most `limit`; count them. Several workers may do it at once."""
    settled = ledger.settle(limit=limit, expiries=_expiries())
    if settled is None:
        return 0
    _issue_coupons(settled.follow_up)
    _call_on_loyalty(settled.follow_up)
    # Told a pack at a time: a listener of ours writes the event of each reward, off this path (rewards/listeners.py).
    events.publish_many(
        "rewards.settled",
        [(settled.entry_id, None, {"first": str(first), "last": str(last)}) for first, last in settled.packs],
    )
    budgets.move(
        reserved=Counter({budget: -cost for budget, cost in settled.costs.items()}), committed=Counter(settled.costs)
    )
    return settled.count


def _expiries() -> dict[UUID, datetime | None]:
    """Say when what is settled now expires, by unit or kind of coupon."""
    now = door.moment()
    ends = {unit.id: expiry_of(unit) for unit in Unit.objects.all()}
    return ends | {kind.id: _end_of_coupon(kind, now) for kind in CouponKind.objects.only("valid_days", "ends_at")}


def _end_of_coupon(kind: CouponKind, now: datetime) -> datetime:
    return expiry_of_coupon(issued_at=now, valid_days=kind.valid_days, ends_at=kind.ends_at)


def _call_on_loyalty(reward_ids: list[UUID]) -> None:
    """Let the loyalty room give the tiers and badges among these."""
    rewards = Reward.objects.filter(id__in=reward_ids, kind__in=in_kind.OF_LOYALTY).values_list(
        "id", "beneficiary_id", "kind"
    )
    news = [(one, None, {"customer_id": str(customer), "kind": kind}) for one, customer, kind in rewards]
    events.publish_many("reward.membership_due", news)


def _issue_coupons(reward_ids: list[UUID]) -> None:
    """Give each coupon reward among these its coupon."""
    now = door.moment()
    rewards = Reward.objects.filter(id__in=reward_ids, coupon_kind__isnull=False).select_related("coupon_kind")
    Coupon.objects.bulk_create(
        Coupon(
            kind=reward.coupon_kind, code=new_code(10), customer_id=reward.beneficiary_id, reward=reward,
            issued_at=now, expires_at=_end_of_coupon(reward.coupon_kind, now),
        )
        for reward in rewards
    )  # fmt: skip
