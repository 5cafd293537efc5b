"""The money of deals: what is to come, what has come, what was given back. All in the deal's currency."""

from django.db import models
from django.db.models import Q

from crm.models.deals import Deal
from tenancy.owned import Owned


class Instalment(Owned):
    """A part of a deal's money that is to come by a day."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="instalments")
    due_on = models.DateField()
    amount_minor = models.BigIntegerField()
    label = models.CharField(max_length=120, blank=True)  # what for

    class Meta(Owned.Meta):
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="instalment_positive")]
        indexes = [models.Index(fields=["due_on"], name="instalment_due")]


class Receipt(Owned):
    """Money that came. Its business key is (source, external_id): told twice, it counts once."""

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="receipts")
    instalment = models.ForeignKey(Instalment, null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=80)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    received_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "source", "external_id"], name="receipt_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="receipt_positive"),
        ]


class ReceiptRefund(Owned):
    """Money of a receipt that was given back; never more than came."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="refunds")
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=80)
    amount_minor = models.BigIntegerField()
    refunded_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "source", "external_id"], name="receipt_refund_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="receipt_refund_positive"),
        ]
