"""Who is taken to have brought a friend: what points to a referrer, what was decided, and how it is divided."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Customer
from referrals.models.campaigns import Campaign
from referrals.models.codes import ReferralCode
from referrals.models.referrals import Referral
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY


class Trace(Owned):
    """What points from a friend to a referrer, beside links that were followed: forms, codes given, somebody's word.

    Of a friend who has not confirmed only the keyed hash of the contact is known. Never changed but by a merge.
    """

    class Kind(models.TextChoices):
        FORM = "form", _("Form sent")
        CODE = "code", _("Code given")
        WORD = "word", _("Named by somebody")
        IMPORT = "import", _("From a list")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    referrer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    referee = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+")
    contact_hash = models.CharField(max_length=64, blank=True)
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.PROTECT, related_name="+")  # none: any
    code = models.ForeignKey(ReferralCode, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=20, blank=True)
    visitor = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=300, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(referee__isnull=False) | ~Q(contact_hash=""), name="trace_names_a_friend")
        ]
        indexes = [
            models.Index(fields=["contact_hash", "occurred_at"], name="trace_by_contact", condition=~Q(contact_hash=""))
        ]


class AttributionDecision(Hot):
    """What was decided about who brought a friend, with every candidate and every check; also when it is nobody."""

    class Outcome(models.TextChoices):
        NONE = "none", pgettext_lazy("who brought somebody", "Nobody")
        ONE = "one", _("One referrer")
        SPLIT = "split", _("Divided")

    key = models.CharField(max_length=160)
    referral_id = models.UUIDField(null=True)
    referee_id = models.UUIDField()
    campaign_id = models.UUIDField(null=True)
    claim_id = models.UUIDField(null=True)
    cause = models.CharField(max_length=20)  # confirmed, late_touch, order, claim, appeal, staff, import
    policy = models.JSONField(default=dict)  # all of it, as it stood; the referral keeps the one it came in under
    candidates = models.JSONField(default=list)
    outcome = models.CharField(max_length=6, choices=Outcome.choices)
    why = models.CharField(max_length=24)  # the model, the check that failed, or "claim"
    parts = models.JSONField(default=list)  # [{"referrer", "part"}], hundredths of a percent
    touched_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="attribution_decision_once")]
        indexes = [
            models.Index(fields=["referral_id", "id"], name="attribution_by_referral"),
            models.Index(fields=["referee_id", "id"], name="attribution_by_referee"),
        ]


class Share(Owned):
    """A referrer's part in a referral that is divided, or was given to somebody else.

    Seat 0 is whom the friend first counted for: the engine gives them their part, and operations/sharing.py the others.
    """

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="shares")
    referrer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    seat = models.SmallIntegerField()
    part = models.IntegerField()  # hundredths of a percent

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "referral", "seat"], name="share_one_a_seat"),
            models.CheckConstraint(condition=Q(part__gte=0, part__lte=10_000), name="share_is_a_part"),
        ]
