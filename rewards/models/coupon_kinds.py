"""What a coupon is good for."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from tenancy.owned import Hot, Owned


class CouponKind(Owned):
    """What a coupon is good for, for whom, when, and beside which others. Coupons refer to this row: no counters here."""

    class Effect(models.TextChoices):
        VALUE = "value", _("Amount off")
        PERCENT = "percent", _("Percent off")
        GIFT = "gift", _("Free article")
        SHIPPING = "shipping", _("Free shipping")

    class Scope(models.TextChoices):
        ORDER = "order", _("What the fitting articles cost together")
        LINE = "line", _("Each fitting article by itself")

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody")
        NAMED = "named", _("Named customers only")
        FIRST = "first", _("First order only")
        EXISTING = "existing", _("Existing customers only")

    code = models.CharField(max_length=40)
    name = models.JSONField(default=dict)  # {"zh-hans": …, "en": …}
    conditions = models.JSONField(default=dict)  # what the house adds in its own words; same languages
    effect = models.CharField(max_length=8, choices=Effect.choices)
    scope = models.CharField(max_length=5, choices=Scope.choices, default=Scope.ORDER)
    value_minor = models.BigIntegerField(default=0)  # off; for a line: off each piece; of a gift: what it is worth
    percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)  # for percent
    cap_minor = models.BigIntegerField(null=True)  # most that percent or shipping takes off; also its cost in a budget
    gift_sku = models.CharField(max_length=80, blank=True)  # the article that is put in the basket for nothing
    minimum_minor = models.BigIntegerField(default=0)  # of the fitting articles, before any coupon
    currency = models.CharField(max_length=3)
    # Of articles: sku and category as crm.Product has them; an empty list fits everything.
    products = models.JSONField(default=list)
    categories = models.JSONField(default=list)
    excluded_products = models.JSONField(default=list)
    excluded_categories = models.JSONField(default=list)
    audience = models.CharField(max_length=9, choices=Audience.choices, default=Audience.EVERYBODY)
    starts_at = models.DateTimeField(null=True)  # besides valid_days, the window of the whole kind
    ends_at = models.DateTimeField(null=True)
    valid_days = models.IntegerField(default=60)  # from the day a coupon is issued
    per_person = models.IntegerField(null=True)  # uses; none: no limit
    total = models.IntegerField(null=True)
    stack_group = models.CharField(max_length=40, blank=True)  # at most one coupon of a group on an order
    is_exclusive = models.BooleanField(default=False)  # no other coupon beside it
    priority = models.SmallIntegerField(default=0)  # decides between coupons that take off the same; higher first
    withdrawn_at = models.DateTimeField(null=True)  # nothing is issued any more; what customers hold stays good
    created_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="coupon_kind_once"),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100, value_minor__gte=0, minimum_minor__gte=0, valid_days__gt=0),
                name="coupon_kind_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(starts_at=None) | Q(ends_at__gt=F("starts_at")), name="coupon_kind_window"
            ),
            models.CheckConstraint(
                condition=(Q(per_person=None) | Q(per_person__gt=0)) & (Q(total=None) | Q(total__gt=0)),
                name="coupon_kind_limits_positive",
            ),
        ]

    def is_open(self, moment: datetime) -> bool:
        """Say whether coupons of it can still be promised and issued."""
        return self.withdrawn_at is None and (self.ends_at is None or self.ends_at > moment)


class CouponGuest(Hot):
    """A customer whom a kind for named customers is meant for."""

    kind = models.ForeignKey(CouponKind, on_delete=models.CASCADE, related_name="guests", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")

    class Meta(Hot.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "kind", "customer"], name="coupon_guest_once")]


class CouponCounter(Hot):
    """How often a kind is in use: by everybody (no customer) and by each customer.

    Its id follows from kind and customer. Nothing refers to it, because it is
    updated by every use, and it refers to nothing, so that it locks nothing else.
    The limit is not kept here but asked with the count, so that it can be changed.
    """

    kind_id = models.UUIDField()
    customer_id = models.UUIDField(null=True)
    uses = models.IntegerField()

    class Meta(Hot.Meta):
        constraints = [models.CheckConstraint(condition=Q(uses__gte=0), name="coupon_counter_not_negative")]
