"""The catalogue: what points buy, its stock and pictures."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenancy.models import Membership
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY
from tenancy.sealing import SealedTextField


class CatalogueItem(Owned):
    """Something that points buy. What is not on offer can still be given as a reward in kind."""

    class Kind(models.TextChoices):
        GIFT = "gift", _("Gift")
        VOUCHER = "voucher", _("Voucher code")
        SERVICE = "service", _("Service")
        EVENT = "event", _("Event invitation")
        TRIAL = "trial", _("Product trial")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.JSONField(default=dict)  # {"zh-hans": …, "en": …}
    description = models.JSONField(default=dict)
    points = models.BigIntegerField()  # price of one
    money_minor = models.BigIntegerField(default=0)  # to be paid at pick-up or delivery, beside the points
    currency = models.CharField(max_length=3, blank=True)
    stock = models.BigIntegerField(null=True)  # pieces that are still free; none: without limit
    per_customer = models.IntegerField(null=True)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    can_be_sent = models.BooleanField(default=False)
    can_be_fetched = models.BooleanField(default=False)
    position = models.IntegerField(default=0)  # on the page
    is_on_offer = models.BooleanField(default=True)
    responsible = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    picture_version = models.CharField(max_length=16, blank=True)  # of its picture, in its address; empty: there is none
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(stock__gte=0), name="catalogue_never_oversold"),
            models.CheckConstraint(condition=Q(points__gt=0, money_minor__gte=0), name="catalogue_price_positive"),
            models.CheckConstraint(condition=Q(money_minor=0) | ~Q(currency=""), name="catalogue_money_has_currency"),
            models.CheckConstraint(condition=Q(per_customer__gt=0), name="catalogue_limit_positive"),
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="catalogue_window_in_order"),
        ]
        indexes = [models.Index(fields=["position", "id"], name="catalogue_in_order")]


class CataloguePicture(Owned):
    """The picture of an item, made small when it was taken in. Its id is the item's."""

    content = models.BinaryField()
    media_type = models.CharField(max_length=20)

    class Meta(Owned.Meta):
        pass


class VoucherCode(Owned):
    """A code that waits to be issued to whoever orders its item."""

    item = models.ForeignKey(CatalogueItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = SealedTextField()
    fingerprint = models.CharField(max_length=64)  # so that a code is not taken in twice
    order_id = models.UUIDField(null=True)  # it was issued to this order
    added_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "item", "fingerprint"], name="voucher_code_once")]
        indexes = [models.Index(fields=["item", "id"], name="voucher_code_free", condition=Q(order_id=None))]


class StockMove(Hot):
    """Every change of an item's stock; their sum is the stock."""

    class Cause(models.TextChoices):
        PUT_IN = "put_in", _("Put in")
        COUNTED = "counted", _("Counted")
        UNLIMITED = "unlimited", _("No longer limited")
        ORDERED = "ordered", _("Ordered")
        CANCELLED = "cancelled", _("Order cancelled")
        RETURNED = "returned", _("Returned")

    item = models.ForeignKey(CatalogueItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    order_id = models.UUIDField(null=True)
    amount = models.BigIntegerField()
    cause = models.CharField(max_length=10, choices=Cause.choices)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="stock_move_moves")]
        indexes = [models.Index(fields=["item", "-id"], name="stock_move_by_item")]
