"""Referrals and how they moved."""

from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from referrals.models.campaigns import Campaign, RuleVersion
from referrals.models.codes import ReferralCode
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY


class Referral(Owned):
    """Who brought whom, under which terms. Four axes, never mixed: stage, attribution, risk, and the rewards' states."""

    class Stage(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        CONTACTED = "contacted", _("Contacted")
        QUALIFIED = "qualified", _("Qualified")
        CONVERTED = "converted", _("Converted")
        CLOSED = "closed", _("Closed")

    class Attribution(models.TextChoices):
        CLAIMED = "claimed", _("Claimed")
        ACCEPTED = "accepted", _("Accepted")
        CONTESTED = "contested", _("Contested")
        DECIDED = "decided", _("Decided")

    class Risk(models.TextChoices):
        CLEAR = "clear", _("Clear")
        FLAGGED = "flagged", _("Flagged")
        HELD = "held", _("Held")
        CLEARED = "cleared", _("Cleared")
        CONFIRMED = "confirmed", _("Confirmed fraud")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="referrals")
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")
    code = models.ForeignKey(ReferralCode, null=True, on_delete=models.PROTECT, related_name="+")
    referrer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="referrals_made")
    referee = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="referrals_received")
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.CONFIRMED)
    attribution = models.CharField(max_length=10, choices=Attribution.choices, default=Attribution.ACCEPTED)
    risk = models.CharField(max_length=10, choices=Risk.choices, default=Risk.CLEAR)
    close_reason = models.CharField(max_length=40, blank=True)  # vocabulary in referrals/reasons.py
    channel = models.CharField(max_length=20, default="link")
    source = models.CharField(max_length=20, default="customer")  # customer, employee, partner, community, material
    touched_at = models.DateTimeField(null=True)  # the touch it is attributed to
    confirmed_at = models.DateTimeField()
    converted_at = models.DateTimeField(null=True)
    converting_order_id = models.UUIDField(null=True)
    # What both were when the referral began, as far as terms ask: {"referrer": {"tier": …}, "referee": {…}}.
    traits = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    class Meta(Owned.Meta):
        constraints = [
            # Checked at the end of each statement, so that two can change places when customers become one.
            models.UniqueConstraint(
                fields=["organisation", "referee"], name="referral_one_referrer", deferrable=Deferrable.IMMEDIATE
            ),
            models.CheckConstraint(condition=~Q(referrer=F("referee")), name="referral_not_of_oneself"),
        ]
        indexes = [
            models.Index(fields=["-confirmed_at", "-id"], name="referral_newest"),
            models.Index(fields=["campaign", "stage"], name="referral_by_stage"),
            models.Index(fields=["referrer", "-confirmed_at"], name="referral_by_referrer"),
        ]


class ReferralMove(Hot):
    """Every move on an axis: who, when, from, to, why."""

    referral_id = models.UUIDField()
    axis = models.CharField(max_length=12)  # stage, attribution, risk
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    cause = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        indexes = [models.Index(fields=["referral_id", "id"], name="referral_move_history")]
