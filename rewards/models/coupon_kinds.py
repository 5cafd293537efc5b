"""What a coupon is good for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.owned import Owned


class CouponKind(Owned):
    """What a coupon is good for."""

    class Effect(models.TextChoices):
        VALUE = "value", _("Amount off")
        PERCENT = "percent", _("Percent off")

    code = models.CharField(max_length=40)
    name = models.JSONField(default=dict)  # {"zh-hans": …, "en": …}
    effect = models.CharField(max_length=8, choices=Effect.choices)
    value_minor = models.BigIntegerField(default=0)  # for value
    percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)  # for percent
    cap_minor = models.BigIntegerField(null=True)  # most that a percent coupon takes off; also its cost in a budget
    minimum_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    valid_days = models.IntegerField(default=60)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="coupon_kind_once")]
