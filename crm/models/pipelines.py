"""How deals are worked: pipelines, stages, reasons for losing. All of it is for the organisation to change."""

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from tenancy.models import Membership
from tenancy.owned import Owned


class Pipeline(Owned):
    """One way of selling. Never deleted, as deals tell of it; archived when it is no longer used."""

    name = models.JSONField(default=dict)  # {"zh-hans": …, "en": …}
    position = models.SmallIntegerField(default=0)
    is_default = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(is_default=True), name="pipeline_one_default"),
            models.CheckConstraint(condition=Q(is_default=False) | Q(archived_at=None), name="pipeline_default_is_used"),
        ]


class DealStage(Owned):
    """A step of a pipeline. A pipeline in use has one stage for won and one for lost."""

    class Kind(models.TextChoices):
        OPEN = "open", pgettext_lazy("deal", "Open")
        WON = "won", pgettext_lazy("deal", "Won")
        LOST = "lost", pgettext_lazy("deal", "Lost")

    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="stages")
    name = models.JSONField(default=dict)
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.OPEN)
    position = models.SmallIntegerField(default=0)
    probability = models.SmallIntegerField(default=0)  # percent, for the forecast
    colour = models.CharField(max_length=7, default="#64707d")
    ageing_days = models.SmallIntegerField(null=True)  # a deal that stays longer is marked; none: never
    responsible = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    responsible_role = models.CharField(max_length=12, choices=Membership.Role.choices, blank=True)
    required_fields = models.JSONField(default=list)  # names of crm.rules.deals.REQUIRABLE, or custom:<key>
    archived_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "pipeline", "kind"],
                condition=~Q(kind="open") & Q(archived_at=None),
                name="deal_stage_one_end_of_each",
            ),
            models.CheckConstraint(condition=Q(probability__gte=0, probability__lte=100), name="deal_stage_probability"),
            models.CheckConstraint(
                condition=Q(kind="open") | Q(kind="won", probability=100) | Q(kind="lost", probability=0),
                name="deal_stage_end_is_certain",
            ),
            models.CheckConstraint(condition=Q(ageing_days__gt=0), name="deal_stage_ageing_positive"),
        ]


class LossReason(Owned):
    """Why a deal was lost, in two levels: a reason, and what exactly."""

    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    name = models.JSONField(default=dict)
    position = models.SmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        pass
