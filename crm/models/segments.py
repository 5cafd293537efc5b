"""Groups of customers: by conditions that are asked anew each time, or as a list somebody keeps."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from crm.models.customers import Customer
from tenancy.models import Membership
from tenancy.owned import Owned


class Segment(Owned):
    class Kind(models.TextChoices):
        DYNAMIC = "dynamic", pgettext_lazy("kind of segment", "By conditions")
        STATIC = "static", pgettext_lazy("kind of segment", "Fixed list")

    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.DYNAMIC)
    conditions = models.JSONField(default=dict, blank=True)  # a tree of crm/rules/conditions.py; {} is everybody
    owner = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    is_shared = models.BooleanField(default=True)  # otherwise only its owner sees it
    is_followed = models.BooleanField(default=False)  # somebody wants to know who comes and goes
    followed_at = models.DateTimeField(null=True)  # when its stays were last taken; none: they begin anew
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="segment_once")]

    def __str__(self) -> str:
        return self.name


class SegmentMember(Owned):
    """A customer on a fixed list."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="members")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="lists")
    added_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "segment", "customer"], name="segment_member_once")]


class SegmentStay(Owned):
    """How long a customer was in a segment that is followed: one row from entering to leaving."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="stays", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="stays")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    was_there = models.BooleanField(default=False)  # was in it when it began to be followed: did not enter then

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "segment", "customer"], condition=Q(left_at=None), name="segment_stay_open_once"
            ),
            models.CheckConstraint(condition=Q(left_at=None) | Q(left_at__gte=F("entered_at")), name="segment_stay_in_time"),
        ]
        indexes = [models.Index(fields=["segment", "entered_at"], name="segment_stay_by_entry")]


class SegmentCount(Owned):
    """How many a segment held on a day."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="counts")
    day = models.DateField()
    customers = models.IntegerField()
    counted_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "segment", "day"], name="segment_count_once_a_day")]
