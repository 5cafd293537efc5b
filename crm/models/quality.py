"""What an organisation wants to know of its customers, and how their stages follow from what happens."""

from django.db import models

from crm.models.customers import Customer
from crm.models.segments import Segment
from tenancy.owned import Owned


class DataStandard(Owned):
    """What an organisation wants to know of its customers; one row each."""

    required = models.JSONField(default=dict)  # {"lead": ["phone"], …}: columns and contacts by stage
    weights = models.JSONField(default=dict)  # {"phone": 3, …}: what a field counts for; none: crm.rules.quality.WEIGHTS
    stale_days = models.SmallIntegerField(default=180)  # without contact or purchase
    hands_off_days = models.SmallIntegerField(default=30)  # a stage set by hand is left alone so long

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation"], name="data_standard_once")]


class LifecycleRule(Owned):
    """When the conditions hold, the stage becomes another one. The first rule that holds decides."""

    name = models.CharField(max_length=80)
    conditions = models.JSONField(default=dict)
    segment = models.ForeignKey(Segment, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)  # and in it
    stage = models.CharField(max_length=10, choices=Customer.Stage.choices)
    position = models.SmallIntegerField()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    last_run_at = models.DateTimeField(null=True)
    last_moved = models.IntegerField(default=0)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="lifecycle_rule_once")]
