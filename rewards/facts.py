"""What the strong room tells of customers, for conditions."""

from django.db.models import Count, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from crm.queries.facts import Fact, Facts, Many, One, Total
from crm.rules.conditions import MONEY, NUMBER, SET
from rewards.models import Account, Balance, Coupon, GiftOrder, Reward

GROUP = _("Rewards")
_PROMISED = (Reward.State.ACCRUED, Reward.State.HELD, Reward.State.AVAILABLE, Reward.State.PAYING, Reward.State.PAID,
             Reward.State.ISSUED)  # fmt: skip


def _points():
    return Account.objects.filter(unit__code="POINT")


def _balance(compartment: str):
    return lambda: Coalesce(Subquery(Balance.objects.filter(id=OuterRef("id")).values(compartment)), 0)


def _rewards():
    return Reward.objects.filter(state__in=_PROMISED, successor_id=None)


def _coupons():
    return Coupon.objects.filter(state=Coupon.State.ISSUED)


def _gifts():
    return GiftOrder.objects.exclude(state=GiftOrder.State.CANCELLED)


FACTS = (
    Facts("customer", (
        Fact("points", _("Points to use"), GROUP, NUMBER, One(_points, _balance("available"), nothing=0),
             permission="rewards:read"),
        Fact("points_pending", _("Points on the way"), GROUP, NUMBER, One(_points, _balance("pending"), nothing=0),
             permission="rewards:read"),
        Fact("reward_count", _("Number of rewards"), GROUP, NUMBER,
             Total(_rewards, Count("id"), by="beneficiary_id", window="accrued_at"), permission="rewards:read"),
        Fact("reward_cost", _("Cost of the rewards"), GROUP, MONEY,
             Total(_rewards, Sum("cost_minor"), by="beneficiary_id", window="accrued_at"), permission="rewards:read"),
        Fact("reward_kinds", _("Kinds of reward"), GROUP, SET,
             Many(_rewards, "kind", by="beneficiary_id", window="accrued_at"), Reward.Kind.choices, "rewards:read"),
        Fact("valid_coupons", _("Valid coupons"), GROUP, NUMBER, Total(_coupons, Count("id")), permission="rewards:read"),
        Fact("gift_orders", _("Gifts ordered"), GROUP, NUMBER, Total(_gifts, Count("id")), permission="rewards:read"),
    )),
)  # fmt: skip
