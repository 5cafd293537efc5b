"""The points programme and its tiers."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from crm.models import Customer, Order
from tenancy.owned import Owned


class Programme(Owned):
    """How an organisation's customers earn points; one row each."""

    is_active = models.BooleanField(default=True)
    points_per_unit = models.DecimalField(max_digits=8, decimal_places=4, default=Decimal(1))  # per whole unit of currency
    warn_days_before_expiry = models.SmallIntegerField(default=30)  # 0: nobody is warned
    point_cost_minor = models.DecimalField(max_digits=10, decimal_places=4, default=Decimal(1))  # what one point costs us

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation"], name="programme_once")]


class Tier(Owned):
    """A level reached by spend within a rolling window. Qualifying spend is not spendable points."""

    code = models.SlugField(max_length=20, db_index=False)
    name = models.JSONField(default=dict)  # {"zh-hans": …, "en": …}
    rank = models.SmallIntegerField()  # 0 is where everybody starts
    threshold_minor = models.BigIntegerField()
    window_days = models.SmallIntegerField(default=365)
    multiplier = models.DecimalField(max_digits=4, decimal_places=2, default=Decimal(1))
    benefits = models.JSONField(default=dict)  # {"zh-hans": [...], "en": [...]}
    colour = models.CharField(max_length=7, default="#94a3b8")

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="tier_once"),
            models.UniqueConstraint(fields=["organisation", "rank"], name="tier_rank_once"),
        ]


class TierPeriod(Owned):
    """A customer's time in a tier; the open period is the present one."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="tier_periods")
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    cause = models.CharField(max_length=40)  # enrolled, spend, spend_dropped; of a hold: reward, manual
    reason = models.CharField(max_length=200, blank=True)  # of a hold
    qualifying_minor = models.BigIntegerField(default=0)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "customer"], condition=Q(until=None), name="tier_period_one_open"
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=models.F("since")), name="tier_period_forward"),
        ]


class TierHold(Owned):
    """A tier that a customer holds whatever they spend, until its end; after it the review decides again."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="tier_holds")
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)  # none: until somebody ends it
    cause = models.CharField(max_length=10)  # reward, manual
    reason = models.CharField(max_length=200, blank=True)
    reward_id = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)  # before its time

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reward_id"], name="tier_hold_once_a_reward"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=models.F("since")), name="tier_hold_forward"),
        ]


class Badge(Owned):
    """An honour without a price."""

    code = models.SlugField(max_length=40, db_index=False)
    name = models.JSONField(default=dict)  # {"zh-hans": …, "en": …}
    about = models.JSONField(default=dict)  # what it is for, in both languages
    icon = models.CharField(max_length=20, default="star")  # one of rules.BADGE_ICONS
    colour = models.CharField(max_length=7, default="#d4a017")
    is_active = models.BooleanField(default=True)  # can still be given

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="badge_once")]


class CustomerBadge(Owned):
    """A badge given to a customer; one given for two reasons is lost only when both are."""

    key = models.CharField(max_length=160)  # reward:{id}, or by hand
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="badges")
    badge = models.ForeignKey(Badge, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    reward_id = models.UUIDField(null=True)
    given_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="customer_badge_once")]


class OrderPoints(Owned):
    """Points that an order has earned so far, so that a refund or a replay posts only the difference."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    points = models.BigIntegerField()
    revision = models.SmallIntegerField(default=0)  # how often points were posted for it; part of the ledger's key
    facts = models.JSONField(default=dict)  # kept amount, rate, tier, multiplier: the arithmetic

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "order"], name="order_points_once")]
