"""Four eyes: what needs a second person, who was asked, and what they answered."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Customer
from rewards.models.rewards import Reward
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY


class RewardPolicy(Owned):
    """When a second person has to agree, and the days on which nobody works; one row each."""

    approve_cost_from = models.BigIntegerField(null=True)  # a reward that costs so much or more; none: not by its cost
    approve_cash = models.BooleanField(default=False)  # every reward in cash
    approve_risky = models.BooleanField(default=False)  # rewards of referrals whose risk is not clear
    approve_points_from = models.BigIntegerField(null=True)  # adjustments of so many points, up or down
    holidays = models.JSONField(default=list)  # ISO dates beside Saturdays and Sundays

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="reward_policy_once"),
            models.CheckConstraint(
                name="reward_policy_thresholds_positive",
                condition=(Q(approve_cost_from=None) | Q(approve_cost_from__gt=0))
                & (Q(approve_points_from=None) | Q(approve_points_from__gt=0)),
            ),
        ]


class Approval(Owned):
    """A question to a second person: may this reward go on, may these points be booked?"""

    class Kind(models.TextChoices):
        REWARD = "reward", _("Reward")
        POINTS = "points", _("Adjustment of points")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("an approval", "Waiting")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("No longer needed")

    key = models.CharField(max_length=160)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    reward = models.ForeignKey(Reward, null=True, on_delete=models.PROTECT, related_name="approvals")
    amount = models.BigIntegerField()  # in the reward's unit, or points to add (below zero: to take away)
    cost_minor = models.BigIntegerField(default=0)
    reasons = models.JSONField(default=list)  # codes: cost, cash, risk, points
    words = models.CharField(max_length=200, blank=True)  # what the asker gave as the reason
    makers = models.JSONField(default=list)  # ids of people and keys it goes back to: none of them may answer
    asked_by_kind = models.CharField(max_length=12)
    asked_by_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="approval_once"),
            models.CheckConstraint(
                name="approval_names_its_reward",
                condition=(Q(kind="reward") & Q(reward__isnull=False)) | (Q(kind="points") & Q(reward=None)),
            ),
        ]
        indexes = [models.Index(fields=["-id"], name="approval_waiting", condition=Q(state="waiting"))]


class ApprovalAnswer(Hot):
    """What the second person answered, once for each question."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="answers", db_index=False)
    is_approved = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    entry_id = models.UUIDField(null=True)  # what it booked
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    person_id = models.UUIDField()  # the user, also where a key of theirs answered
    answered_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["organisation", "approval"], name="approval_answered_once")]
