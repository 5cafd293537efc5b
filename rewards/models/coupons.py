"""Coupons: their kinds, and those in customers' hands."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from rewards.models.coupon_kinds import CouponKind
from rewards.models.rewards import Reward
from tenancy.owned import Owned


class Coupon(Owned):
    """One coupon in one customer's hands."""

    class State(models.TextChoices):
        ISSUED = "issued", _("Valid")
        REDEEMED = "redeemed", _("Redeemed")
        VOID = "void", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    kind = models.ForeignKey(CouponKind, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=16)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="coupons")
    reward = models.ForeignKey(Reward, null=True, on_delete=models.PROTECT, related_name="coupons")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ISSUED)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    redeemed_at = models.DateTimeField(null=True)
    redeemed_order = models.CharField(max_length=121, blank=True)  # source:external_id

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="coupon_once"),
            models.UniqueConstraint(fields=["organisation", "reward"], name="coupon_one_a_reward"),
        ]
