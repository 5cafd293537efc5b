"""Codes and who followed them."""

from django.db import models
from django.db.models import Q

from crm.models import Customer
from referrals.models.campaigns import Campaign
from referrals.models.sources import MaterialBatch
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY


class ReferralCode(Owned):
    """A customer's personal code in a campaign, or that of a printed piece; the link, the QR and the poster carry it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    referrer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=16)
    is_active = models.BooleanField(default=True)
    # Of somebody who became one with its referrer, who had a code already: printed codes go on to work.
    is_inherited = models.BooleanField(default=False, db_default=False)
    # Of a printed piece, of which a referrer may have any number.
    batch = models.ForeignKey(MaterialBatch, null=True, on_delete=models.PROTECT, related_name="codes", db_index=False)
    serial = models.IntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="referral_code_once"),
            models.UniqueConstraint(
                fields=["organisation", "campaign", "referrer"],
                condition=Q(is_inherited=False, batch__isnull=True),
                name="referral_code_one_each",
            ),
            models.UniqueConstraint(
                fields=["organisation", "batch", "serial"],
                condition=Q(batch__isnull=False),
                name="referral_code_serial_once",
            ),
        ]


class Touch(Hot):
    """Somebody followed a code. All touches are kept; who they were stays a keyed hash."""

    code_id = models.UUIDField()
    campaign_id = models.UUIDField()
    channel = models.CharField(max_length=20, default="link")  # wechat, weibo, poster, qr …
    source = models.CharField(max_length=20, default="customer", db_default="customer")  # of what kind who shared it is
    variant = models.CharField(max_length=1, default="", db_default="", blank=True)  # a, b: of a page that is compared
    utm = models.JSONField(default=dict, db_default={})  # campaign tags of the address, as they came
    visitor = models.CharField(max_length=64)  # HMAC of a first-party random cookie
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        indexes = [
            models.Index(fields=["campaign_id", "occurred_at"], name="touch_by_campaign"),
            models.Index(fields=["code_id", "occurred_at"], name="touch_by_code"),
            models.Index(fields=["visitor", "occurred_at"], name="touch_by_visitor"),
        ]
