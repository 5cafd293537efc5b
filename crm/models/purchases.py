"""What customers bought and what they gave back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.customers import Customer
from tenancy.owned import Owned


class Product(Owned):
    sku = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=80, blank=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "sku"], name="product_once")]


class Order(Owned):
    """A purchase. Its business key is (source, external_id): the same on every path into the house."""

    class Status(models.TextChoices):
        PLACED = "placed", _("Placed")
        PAID = "paid", _("Paid")
        CANCELLED = "cancelled", _("Cancelled")

    source = models.CharField(max_length=40)  # shop, pos, import …
    external_id = models.CharField(max_length=80)
    input_hash = models.CharField(max_length=64)  # of customer, amount, currency, lines, time
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="orders")
    status = models.CharField(max_length=10, choices=Status.choices)
    channel = models.CharField(max_length=20, default="online")
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "source", "external_id"], name="order_once"),
            models.CheckConstraint(condition=Q(total_minor__gte=0), name="order_total_not_negative"),
            models.CheckConstraint(condition=~Q(status="paid") | Q(paid_at__isnull=False), name="order_paid_has_time"),
        ]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
            models.Index(fields=["-total_minor", "-id"], name="order_largest"),
            models.Index(fields=["customer", "placed_at"], name="order_for_rfm", include=["total_minor", "status"]),
        ]


class OrderLine(Owned):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    position = models.SmallIntegerField()
    sku = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=200, blank=True)
    quantity = models.IntegerField()
    unit_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()


class Refund(Owned):
    """Money given back. Told before its order is there or paid, it waits, and counts once it is.

    One that was cancelled (the money stayed with us after all) counts no more, and cannot be told again.
    """

    source = models.CharField(max_length=40)  # the order's source too
    external_id = models.CharField(max_length=80)
    order_external_id = models.CharField(max_length=80)
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="refunds")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    refunded_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    problem = models.CharField(max_length=40, blank=True)  # error code: why a waiting refund does not fit its order
    recorded_at = models.DateTimeField(auto_now_add=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "source", "external_id"], name="refund_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_positive"),
        ]
        indexes = [models.Index(fields=["source", "order_external_id"], name="refund_waiting", condition=Q(order=None))]
