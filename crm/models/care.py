"""How an organisation cares for its customers: time limits, escalation, how often somebody is contacted."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenancy.models import Membership
from tenancy.owned import Owned

# Hours to the first answer and to the solution, by priority.
CASE_HOURS = {"1": [1, 8], "2": [4, 24], "3": [8, 72], "4": [24, 168]}


class CarePolicy(Owned):
    """One row an organisation; without it the defaults count."""

    class LowRating(models.TextChoices):
        TASK = "task", _("Make a follow-up task")
        REOPEN = "reopen", _("Reopen the case")

    escalate_hours = models.SmallIntegerField(default=24)
    escalate_to = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    second_hours = models.SmallIntegerField(default=48)  # after the first
    second_to = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    visits_a_week = models.SmallIntegerField(default=1)  # of one customer, over all plans
    calendar_shows_names = models.BooleanField(default=False)
    case_hours = models.JSONField(default=dict)  # what differs from CASE_HOURS
    asks_rating = models.BooleanField(default=True)
    low_rating = models.CharField(max_length=6, choices=LowRating.choices, default=LowRating.TASK)
    close_after_days = models.SmallIntegerField(default=3)  # a solved case closes by itself; 0: never
    members_open_cases = models.BooleanField(default=True)  # customers open cases themselves, in the member centre
    reopen_days = models.SmallIntegerField(default=14)  # so long after closing a customer may reopen it; 0: never

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="care_policy_once"),
            models.CheckConstraint(
                condition=Q(
                    escalate_hours__gt=0,
                    second_hours__gt=0,
                    visits_a_week__gt=0,
                    close_after_days__gte=0,
                    reopen_days__gte=0,
                ),
                name="care_policy_positive",
            ),
        ]

    @property
    def limits(self) -> dict[str, list[int]]:
        """Hours to the first answer and to the solution, by priority."""
        return CASE_HOURS | self.case_hours
