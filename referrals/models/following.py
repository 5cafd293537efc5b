"""Who looks after a referral, until when, who hears of it when it is late, and how it passes from hand to hand."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.models.campaigns import Campaign
from referrals.models.referrals import Referral
from tenancy.models import Membership
from tenancy.owned import Owned


class Responsibility(Owned):
    """Who owns a stage of a campaign's referrals: a person or a role, a time limit and what is handed over.

    A stage without a row belongs to whom the campaign names as responsible.
    """

    class Stage(models.TextChoices):
        CONFIRMED = "confirmed", _("First contact")
        CONTACTED = "contacted", _("Finding out what they need")
        QUALIFIED = "qualified", _("Bringing it to an order")
        CONVERTED = "converted", _("Looking after the reward")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    member = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    role = models.CharField(max_length=12, blank=True)  # anybody of it; empty: the person
    hours = models.SmallIntegerField(null=True)  # of working time; null: no limit
    checklist = models.JSONField(default=list, blank=True)  # sentences gone through before it is handed on

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "campaign", "stage"], name="responsibility_once"),
            models.CheckConstraint(condition=Q(hours=None) | Q(hours__gt=0), name="responsibility_hours_positive"),
        ]


class FollowUp(Owned):
    """The clock of a referral: who has it, and until when its present stage has to be left."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="follow_ups")
    stage = models.CharField(max_length=10)  # whose limit runs
    holder = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    contact_due_at = models.DateTimeField()  # of the first contact; kept when the stage is left
    contacted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    began_at = models.DateTimeField()  # the present stage
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    step = models.SmallIntegerField(default=0)  # how far up it has gone
    next_step_at = models.DateTimeField(null=True)
    escalated_to = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    wake_at = models.DateTimeField(null=True)  # when a worker has something to do
    expires_at = models.DateTimeField(null=True)  # when no order can count any more
    ended_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "referral"], name="follow_up_once")]
        indexes = [
            models.Index(fields=["wake_at"], name="follow_up_wake", condition=Q(wake_at__isnull=False)),
            models.Index(fields=["holder", "due_at"], name="follow_up_of", condition=Q(ended_at=None)),
        ]


class ReferralHandOver(Owned):
    """A referral passes to a colleague with its checklist; it is theirs at once, and they say that they have it."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("a hand-over", "Waiting")
        ACCEPTED = "accepted", pgettext_lazy("a hand-over", "Accepted")
        DECLINED = "declined", pgettext_lazy("a hand-over", "Declined")
        LAPSED = "lapsed", pgettext_lazy("a hand-over", "Over before it was answered")

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="hand_overs")
    stage = models.CharField(max_length=10)
    giver = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    receiver = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    checklist = models.JSONField(default=list, blank=True)  # [{"text", "is_done"}]
    note = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "referral"], condition=Q(state="waiting"), name="referral_hand_over_waits_once"
            )
        ]
        indexes = [models.Index(fields=["receiver", "asked_at"], name="hand_over_waiting_for", condition=Q(state="waiting"))]


class Closing(Owned):
    """Why a referral was given up: the one reason that counts, what a colleague said, and what may come of it yet."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="closings")
    reason = models.CharField(max_length=40)  # vocabulary in referrals/reasons.py; lateness is set by the system
    stated = models.CharField(max_length=40, blank=True)  # what was said where the time stamps say otherwise
    note = models.CharField(max_length=500, blank=True)
    competitor = models.CharField(max_length=80, blank=True)
    revisit_on = models.DateField(null=True)
    contact_due_at = models.DateTimeField(null=True)
    contacted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField()

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["referral", "-id"], name="closing_of_referral")]
