"""Orders of gifts: what was redeemed for points, or given as a reward in kind, on its way to the customer."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from rewards.models.catalogue import CatalogueItem
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY
from tenancy.sealing import SealedJSONField, SealedTextField


class GiftOrder(Owned):
    """Pieces of one item for one customer. Every move of it is a `GiftOrderMove`."""

    class State(models.TextChoices):
        ORDERED = "ordered", _("Ordered")
        PACKED = "packed", _("Packed")
        SHIPPED = "shipped", _("Shipped")
        DELIVERED = "delivered", _("Delivered")
        READY = "ready", _("Ready for pick-up")
        PICKED_UP = "picked_up", _("Picked up")
        ISSUED = "issued", _("Handed over")
        CANCELLED = "cancelled", _("Cancelled")
        RETURNED = "returned", _("Returned")

    class Way(models.TextChoices):
        SEND = "send", _("Delivery")
        FETCH = "fetch", _("Pick-up")
        HAND_OVER = "hand_over", _("No delivery needed")

    key = models.CharField(max_length=160)
    code = models.CharField(max_length=12)  # what customer and staff call it
    item = models.ForeignKey(CatalogueItem, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="gift_orders")
    quantity = models.IntegerField(default=1)
    points = models.BigIntegerField()  # of all pieces; none for a reward in kind
    money_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    money_paid_at = models.DateTimeField(null=True)
    reward_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ORDERED)
    way = models.CharField(max_length=10, choices=Way.choices)
    address = SealedJSONField(null=True)  # {"name", "phone", "street", "city", "postcode"}; erased some time after the end
    issued = SealedTextField(null=True)  # the code, link or words that were handed over
    carrier = models.CharField(max_length=40, blank=True)
    tracking_number = models.CharField(max_length=60, blank=True)
    stock_taken = models.BigIntegerField(default=0)  # pieces that it holds of the item's stock
    redemption_id = models.UUIDField(null=True)  # the entry that took the points
    return_id = models.UUIDField(null=True)  # the entry that gave them back
    ordered_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    erase_at = models.DateTimeField(null=True)  # when the address goes; none: while it is needed, or it is gone

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="gift_order_once"),
            models.UniqueConstraint(fields=["organisation", "code"], name="gift_order_code_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0, points__gte=0), name="gift_order_amounts"),
            models.CheckConstraint(
                condition=Q(points=0, redemption_id=None) | Q(points__gt=0, redemption_id__isnull=False),
                name="gift_order_points_are_in_the_books",
            ),
            models.CheckConstraint(
                condition=Q(points=0) | Q(state__in=["cancelled", "returned"], return_id__isnull=False)
                | (~Q(state__in=["cancelled", "returned"]) & Q(return_id=None)),
                name="gift_order_points_go_back",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["-ordered_at", "-id"], name="gift_order_newest"),
            models.Index(fields=["state", "ordered_at"], name="gift_order_board"),
            models.Index(fields=["reward_id"], name="gift_order_by_reward", condition=Q(reward_id__isnull=False)),
            models.Index(fields=["erase_at"], name="gift_order_to_erase", condition=Q(erase_at__isnull=False)),
        ]


class GiftOrderMove(Hot):
    """One step of an order: who, when, from, to, why."""

    order_id = models.UUIDField()
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    note = models.CharField(max_length=200, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        indexes = [models.Index(fields=["order_id", "id"], name="gift_order_move_history")]
