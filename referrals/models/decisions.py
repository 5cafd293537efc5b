"""What counts, and what was decided about it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Customer, Order
from referrals.models.campaigns import Campaign, RuleVersion
from referrals.models.referrals import Referral
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY


class Conversion(Owned):
    """An order that counts for a referral, as of now: what limits count, and what a refund takes back.

    `round` counts how often it has begun again after it was withdrawn.
    """

    class State(models.TextChoices):
        COUNTED = "counted", _("Counted")
        WITHDRAWN = "withdrawn", _("Taken back")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="conversions")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    referrer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.COUNTED)
    round = models.SmallIntegerField(default=0)
    kept_minor = models.BigIntegerField()
    paid_at = models.DateTimeField()
    counted_at = models.DateTimeField()
    cost_minor = models.BigIntegerField(default=0, db_default=0)  # of what it earned, for limits by money

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "order"], name="conversion_once")]
        indexes = [
            models.Index(fields=["referrer", "campaign", "paid_at"], name="conversion_limits", condition=Q(state="counted")),
            models.Index(fields=["campaign", "paid_at"], name="conversion_by_campaign", condition=Q(state="counted")),
        ]


class MilestoneReached(Owned):
    """A milestone of the terms that counts for a referral, as of now; what `Conversion` is for orders by themselves."""

    class State(models.TextChoices):
        COUNTED = "counted", _("Counted")
        WITHDRAWN = "withdrawn", _("Taken back")

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="milestones")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    referrer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    milestone = models.CharField(max_length=24)  # its key in the terms
    trigger = models.CharField(max_length=16)
    subject_kind = models.CharField(max_length=8)  # referral, order, deal, receipt, answer
    subject_id = models.UUIDField()
    source_id = models.UUIDField(null=True)  # of a receipt its deal
    state = models.CharField(max_length=10, choices=State.choices, default=State.COUNTED)
    round = models.SmallIntegerField(default=0)
    kept_minor = models.BigIntegerField()
    cost_minor = models.BigIntegerField(default=0)
    paid_at = models.DateTimeField()  # when it was reached
    counted_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "referral", "milestone", "subject_id"], name="milestone_reached_once"
            )
        ]
        indexes = [
            models.Index(fields=["referrer", "campaign", "paid_at"], name="milestone_limits", condition=Q(state="counted")),
            models.Index(fields=["campaign", "paid_at"], name="milestone_by_campaign", condition=Q(state="counted")),
        ]


class Decision(Hot):
    """What was decided about an order or a milestone, with the facts and every check; also when the answer is no."""

    class Outcome(models.TextChoices):
        EARNED = "earned", _("Earned")
        DECLINED = "declined", _("Not earned")
        REDUCED = "reduced", _("Reduced")
        WITHDRAWN = "withdrawn", _("Taken back")

    key = models.CharField(max_length=160)  # decision:{order}:{state of the order it judged}
    order_id = models.UUIDField(null=True)  # of an order by itself; what reached a milestone is the subject
    milestone = models.CharField(max_length=24, blank=True, default="", db_default="")  # its key in the terms
    subject_kind = models.CharField(max_length=8, blank=True, default="", db_default="")  # order, deal, receipt …
    subject_id = models.UUIDField(null=True)
    customer_id = models.UUIDField(null=True)  # whose order
    referral_id = models.UUIDField(null=True)
    campaign_id = models.UUIDField(null=True)
    rule_version = models.ForeignKey(RuleVersion, null=True, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    checks = models.JSONField(default=list)  # [{"check", "expected", "actual", "passed"}]
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    effects = models.JSONField(default=list)  # [{"reward_id","role","kind","unit","amount","release_at"}]
    decided_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="decision_once")]
        indexes = [
            models.Index(fields=["order_id", "id"], name="decision_by_order"),
            models.Index(fields=["referral_id", "id"], name="decision_by_referral"),
            models.Index(
                fields=["subject_id", "milestone", "id"], name="decision_by_subject", condition=Q(subject_id__isnull=False)
            ),
            models.Index(fields=["customer_id", "-id"], name="decision_by_customer"),
        ]
