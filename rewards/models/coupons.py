"""Coupons: in customers' hands, printed for whoever comes, and codes for everybody."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from rewards.models.coupon_kinds import CouponKind
from rewards.models.rewards import Reward
from tenancy.models import Job
from tenancy.owned import Owned


class CouponBatch(Owned):
    """Unique codes made at one time for whoever brings one: to be printed or sent."""

    class State(models.TextChoices):
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready")
        STOPPED = "stopped", _("Stopped")

    kind = models.ForeignKey(CouponKind, on_delete=models.PROTECT, related_name="batches")
    label = models.CharField(max_length=120)
    size = models.IntegerField()
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)  # none: made at once
    state = models.CharField(max_length=8, choices=State.choices, default=State.MAKING)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.CheckConstraint(condition=models.Q(size__gt=0), name="coupon_batch_not_empty")]
        indexes = [models.Index(fields=["created_at"], name="coupon_batch_due", condition=models.Q(state="making"))]


class Coupon(Owned):
    """One code. Unique ones serve once; a shared one serves everybody, and its row does not change with its uses."""

    class State(models.TextChoices):
        ISSUED = "issued", _("Valid")
        RESERVED = "reserved", _("At the till")
        REDEEMED = "redeemed", _("Redeemed")
        VOID = "void", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    kind = models.ForeignKey(CouponKind, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=24)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="coupons")  # none: the bearer's
    reward = models.ForeignKey(Reward, null=True, on_delete=models.PROTECT, related_name="coupons")
    batch = models.ForeignKey(CouponBatch, null=True, on_delete=models.PROTECT, related_name="coupons")
    is_shared = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ISSUED)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    redeemed_at = models.DateTimeField(null=True)
    redeemed_order = models.CharField(max_length=121, blank=True)  # source:external_id
    checkout_id = models.UUIDField(null=True)  # that holds or used it

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="coupon_once"),
            models.UniqueConstraint(fields=["organisation", "reward"], name="coupon_one_a_reward"),
            models.CheckConstraint(
                condition=models.Q(is_shared=False)
                | models.Q(customer=None, reward=None, batch=None, state__in=["issued", "void"]),
                name="coupon_shared_is_nobodys",
            ),
        ]
        indexes = [
            models.Index(fields=["-issued_at", "-id"], name="coupon_newest"),
            models.Index(fields=["kind", "state"], name="coupon_by_kind"),
        ]
