"""Budgets: money set aside for rewards."""

from django.db import models
from django.db.models import F, Q

from tenancy.owned import Owned


class Budget(Owned):
    """Money set aside for rewards: reserved when promised, committed when settled, spent when used."""

    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    limit_minor = models.BigIntegerField()
    reserved_minor = models.BigIntegerField(default=0)
    committed_minor = models.BigIntegerField(default=0)
    spent_minor = models.BigIntegerField(default=0)

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(
                name="budget_figures_not_negative",
                condition=Q(reserved_minor__gte=0, committed_minor__gte=0, spent_minor__gte=0, limit_minor__gte=0),
            ),
            models.CheckConstraint(
                name="budget_not_exceeded",
                condition=Q(limit_minor__gte=F("reserved_minor") + F("committed_minor") + F("spent_minor")),
            ),
        ]
