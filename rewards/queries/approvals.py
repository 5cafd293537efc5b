"""Reads of what waits for a second person."""

from django.db.models import QuerySet

from rewards.models import Approval, RewardPolicy


def approvals() -> QuerySet[Approval]:
    """All questions with what a list shows of them."""
    rows = Approval.objects.select_related("customer", "reward__unit", "reward__coupon_kind", "reward__budget")
    return rows.prefetch_related("answers")


def waiting_approvals() -> QuerySet[Approval]:
    """List what waits for an answer."""
    return Approval.objects.filter(state=Approval.State.WAITING)


def reward_policy() -> RewardPolicy:
    """Give the organisation's policy; without one, what holds then."""
    return RewardPolicy.objects.first() or RewardPolicy()
