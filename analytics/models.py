"""Scores of customers, with their history."""

from django.db import models

from crm.models import Customer
from tenancy.models import Job
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY


class RfmRun(Owned):
    """One scoring of all customers; the cut points say how the marks were given."""

    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    as_of = models.DateTimeField()
    customers = models.IntegerField(default=0)
    cut_points = models.JSONField(default=dict)  # {"recency_days": [4], "frequency": [4], "monetary_minor": [4]}
    seconds = models.FloatField(default=0)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["-as_of"], name="rfm_run_newest")]


class RfmScore(Owned):
    """A customer's present marks (1 to 5, 5 is best) and segment."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(RfmRun, on_delete=models.PROTECT, related_name="+")
    recency_days = models.IntegerField()
    frequency = models.IntegerField()
    monetary_minor = models.BigIntegerField()
    r = models.SmallIntegerField()
    f = models.SmallIntegerField()
    m = models.SmallIntegerField()
    segment = models.CharField(max_length=20)  # key in analytics/rules.py

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "customer"], name="rfm_score_once")]
        indexes = [
            models.Index(fields=["segment"], name="rfm_by_segment"),
            models.Index(fields=["r", "f"], name="rfm_by_cell"),
        ]


class RfmMove(Hot):
    """A customer's segment changed (or was given for the first time) in a run."""

    run_id = models.UUIDField()
    customer_id = models.UUIDField()
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20)
    r = models.SmallIntegerField()
    f = models.SmallIntegerField()
    m = models.SmallIntegerField()
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        indexes = [
            models.Index(fields=["customer_id", "-id"], name="rfm_move_history"),
            models.Index(fields=["run_id"], name="rfm_move_by_run"),
        ]
