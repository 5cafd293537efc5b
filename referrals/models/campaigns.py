"""Campaigns and the versions of their terms."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Segment
from rewards.models import Budget
from tenancy.models import Membership
from tenancy.owned import Owned
from tenancy.postgresql.schema import APPEND_ONLY


class Campaign(Owned):
    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    template = models.CharField(max_length=40)  # key in referrals/templates.py
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    target = models.JSONField(default=dict)  # who may refer: {"stages": […], "tiers": […], "tags": […]}; {} is everybody
    segment = models.ForeignKey(Segment, null=True, on_delete=models.PROTECT, related_name="+")  # only its members may refer
    texts = models.JSONField(default=dict)  # {"zh-hans": {"headline","offer","terms","share"}, "en": {...}}
    budget = models.ForeignKey(Budget, null=True, on_delete=models.PROTECT, related_name="+")
    responsible = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    follow_up_hours = models.SmallIntegerField(default=24)
    script = models.JSONField(default=dict)  # {"zh-hans": …, "en": …}: what to say to a referred friend
    # Who is taken to have brought a friend (referrals/rules/attribution_policy.py); {} is the default.
    attribution = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="campaign_window_forward")
        ]
        indexes = [models.Index(fields=["state", "starts_at"], name="campaign_by_state")]


class RuleVersion(Owned):
    """The terms of a campaign as validated data (referrals/rules/terms.py). A referral keeps the one it came in under."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    terms = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.UUIDField(null=True)

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["organisation", "campaign", "number"], name="rule_version_once")]
