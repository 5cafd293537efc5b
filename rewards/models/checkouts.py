"""The till: an order's coupons and points, reserved while the customer pays, then redeemed or released."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Customer
from rewards.models.coupons import Coupon
from tenancy.owned import Hot, Owned


class Checkout(Hot):
    """What coupons and points do for one order, with the arithmetic as it was shown. One alive for an order."""

    class State(models.TextChoices):
        RESERVED = "reserved", _("Reserved")
        REDEEMED = "redeemed", _("Redeemed")
        RELEASED = "released", _("Released")
        REVERSED = "reversed", pgettext_lazy("a redemption", "Taken back")
        TIMED_OUT = "timed_out", _("Timed out")

    source = models.CharField(max_length=40)  # of the order; with external_id its business key
    external_id = models.CharField(max_length=80)
    input_hash = models.CharField(max_length=64)  # of all that was asked
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    lines = models.JSONField(default=list)  # the basket: [{sku, name, category, quantity, amount_minor}]
    codes = models.JSONField(default=list)  # as they were given
    steps = models.JSONField(default=list)  # the arithmetic: rewards.rules.basket.Step
    refusals = models.JSONField(default=list)  # coupons that do not count, and why
    goods_minor = models.BigIntegerField()
    shipping_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)  # of all coupons, that on shipping included
    points = models.BigIntegerField(default=0)  # paid with
    points_minor = models.BigIntegerField(default=0)
    to_pay_minor = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.RESERVED)
    reserved_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    redeemed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # released, timed out or taken back
    points_entry_id = models.UUIDField(null=True)  # that took the points
    points_return_id = models.UUIDField(null=True)  # that gave them back

    class Meta(Hot.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "source", "external_id"],
                condition=Q(state__in=["reserved", "redeemed"]),
                name="checkout_one_alive",
            ),
            models.CheckConstraint(
                condition=Q(
                    to_pay_minor=models.F("goods_minor")
                    + models.F("shipping_minor")
                    - models.F("discount_minor")
                    - models.F("points_minor")
                ),
                name="checkout_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(to_pay_minor__gte=0, discount_minor__gte=0, points_minor__gte=0, points__gte=0),
                name="checkout_never_below_zero",
            ),
        ]
        indexes = [
            models.Index(fields=["-reserved_at", "-id"], name="checkout_newest"),
            models.Index(fields=["source", "external_id"], name="checkout_by_order"),
            models.Index(fields=["expires_at"], name="checkout_due", condition=Q(state="reserved")),
        ]


class CouponUse(Hot):
    """One coupon on one checkout. Each can be taken back alone."""

    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="uses")
    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="uses")
    kind_id = models.UUIDField()  # the coupon's
    customer_id = models.UUIDField(null=True)  # whose limit it counts against
    state = models.CharField(max_length=9, choices=Checkout.State.choices, default=Checkout.State.RESERVED)
    discount_minor = models.BigIntegerField()
    worth_minor = models.BigIntegerField(default=0)  # of a gift, which takes nothing off
    used_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    entry_id = models.UUIDField(null=True)  # of the redemption, where the coupon came from a reward
    return_id = models.UUIDField(null=True)  # of the entry that took the redemption back

    class Meta(Hot.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "checkout", "coupon"], name="coupon_use_once"),
            models.CheckConstraint(condition=Q(discount_minor__gte=0), name="coupon_use_not_negative"),
        ]
        indexes = [models.Index(fields=["kind_id", "used_at"], name="coupon_use_by_kind")]


class TillTerms(Owned):
    """How an organisation's till works; one row each, with these defaults without one."""

    hold_minutes = models.SmallIntegerField(default=15)
    points_step = models.IntegerField(default=100)  # so many points (0: points pay for nothing) …
    step_minor = models.BigIntegerField(default=100)  # … pay so much
    points_percent = models.SmallIntegerField(default=100)  # most of what is to pay that points may cover

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="till_terms_once"),
            models.CheckConstraint(
                condition=Q(hold_minutes__gte=1, hold_minutes__lte=1440, points_step__gte=0, step_minor__gt=0)
                & Q(points_percent__gte=1, points_percent__lte=100),
                name="till_terms_in_bounds",
            ),
        ]
