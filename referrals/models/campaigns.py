"""Campaigns and the versions of their terms."""

from django.db import models
from django.db.models import F, Q, Value
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
    follow_up_hours = models.SmallIntegerField(default=9)  # of working time; nine are a usual day
    script = models.JSONField(default=dict)  # {"zh-hans": …, "en": …}: what to say to a referred friend
    # Who is taken to have brought a friend (referrals/rules/attribution_policy.py); {} is the default.
    attribution = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    goal = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField())
    )  # {"aim": …, "friends": 50, "revenue_minor": …}
    draft_terms = models.JSONField(null=True)  # terms being written; in force once they are published
    is_wechat_safe = models.BooleanField(default=False, db_default=False)  # inducing words stop the start; else they warn

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="campaign_window_forward")
        ]
        indexes = [models.Index(fields=["state", "starts_at"], name="campaign_by_state")]


class RuleVersion(Owned):
    """The terms of a campaign as validated data (referrals/rules/terms.py). A referral keeps the one it came in under.

    `honour` says what these terms mean for who came before they were published.
    """

    class Honour(models.TextChoices):
        HONOUR_OLD = "honour_old", _("Who came before keeps the old terms")
        BETTER_OF_BOTH = "better_of_both", _("Who came before and has not converted gets whichever is better")
        NEW_FOR_NEW = "new_for_new", _("Only who follows the link from now on gets the new terms")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    terms = models.JSONField()
    honour = models.CharField(max_length=16, choices=Honour.choices, default=Honour.HONOUR_OLD, db_default="honour_old")
    published_at = models.DateTimeField()
    published_by = models.UUIDField(null=True)

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["organisation", "campaign", "number"], name="rule_version_once")]


class LegalNote(Owned):
    """A legal note that somebody of the organisation has read and acknowledged (referrals/rules/law.py)."""

    note = models.CharField(max_length=40)
    acknowledged_by = models.UUIDField(null=True)
    acknowledged_at = models.DateTimeField()

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["organisation", "note"], name="legal_note_once")]
