"""Drafts of terms tried on the past, and cases that every terms of a campaign must get right."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from referrals.models.campaigns import Campaign
from tenancy.models import Job, User
from tenancy.owned import Owned


class GoldenCase(Owned):
    """One order as plain data, and what everybody must get for it; nothing is published that answers otherwise.

    `facts`: see referrals/rules/golden.py. `expected`: {"referrer": {"points": 500}, "referee": {"coupon": 1}}; {} is none.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="golden_cases")
    name = models.CharField(max_length=120)
    facts = models.JSONField(default=dict)
    expected = models.JSONField(default=dict)
    order_id = models.UUIDField(null=True)  # of the order it was made from
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "campaign", "name"], name="golden_case_named_once")]


class Simulation(Owned):
    """A draft tried on the orders of a period. Its result is data, and nothing else was changed by it."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="simulations")
    terms = models.JSONField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    result = models.JSONField(default=dict)
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+")  # none: it was few enough
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("since")), name="simulation_period_forward")]
        indexes = [models.Index(fields=["campaign", "-id"], name="simulation_newest")]


class SimulationPart(Owned):
    """What a worker has gathered for a simulation so far, so that another can go on where it stopped."""

    simulation = models.ForeignKey(Simulation, on_delete=models.CASCADE, related_name="parts")
    number = models.IntegerField()
    stories = models.JSONField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "simulation", "number"], name="simulation_part_once")]
