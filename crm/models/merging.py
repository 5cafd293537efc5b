"""Customers who are one person: pairs that may be, merges, and what each merge moved."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from crm.models.customers import Customer
from tenancy.owned import Hot, Owned


class Merge(Owned):
    """Two customers became one: the loser's row stays and points to the winner. Undone within some days, or for good."""

    winner = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    loser = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    choices = models.JSONField(default=dict)  # what was chosen: {"fields": {"city": "loser"}, "answers": {…}}
    moved = models.JSONField(default=dict)  # rows by table, as it was told
    merged_at = models.DateTimeField()
    merged_by_kind = models.CharField(max_length=12)
    merged_by_id = models.UUIDField(null=True)
    undo_until = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by_kind = models.CharField(max_length=12, blank=True)
    undone_by_id = models.UUIDField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "loser"], condition=Q(undone_at=None), name="merge_loser_once"),
            models.CheckConstraint(condition=~Q(winner=F("loser")), name="merge_of_two"),
        ]
        indexes = [models.Index(fields=["-merged_at", "-id"], name="merge_newest")]


class MergeStep(Hot):
    """What one merge did to one table, in order, so that it can be undone from the last to the first."""

    class Act(models.TextChoices):
        REPOINTED = "repointed", "repointed"  # rows: ids whose `column` named the loser
        CHANGED = "changed", "changed"  # rows: [{"id", "before": {…}, "after": {…}}]
        REMOVED = "removed", "removed"  # rows: whole rows
        ADDED = "added", "added"  # rows: ids
        NOTED = "noted", "noted"  # rows: facts that the room itself reads

    merge = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="steps", db_index=False)
    place = models.IntegerField()
    table = models.CharField(max_length=60)
    act = models.CharField(max_length=9, choices=Act.choices)
    column = models.CharField(max_length=40, blank=True)
    rows = models.JSONField()

    class Meta(Hot.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "merge", "place"], name="merge_step_in_order")]


class DuplicatePair(Hot):
    """Two customers who may be one person, the older first; one that somebody dismissed stays dismissed."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("a pair of duplicates", "Open")
        DISMISSED = "dismissed", pgettext_lazy("a pair of duplicates", "Not the same")

    first = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    score = models.SmallIntegerField()  # 0 to 100
    reasons = models.JSONField(default=list)  # codes of crm/rules/duplicates.py
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by_kind = models.CharField(max_length=12, blank=True)
    dismissed_by_id = models.UUIDField(null=True)

    class Meta(Hot.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=100), name="duplicate_score_in_bounds"),
        ]
        indexes = [models.Index(fields=["state", "-score", "-id"], name="duplicate_likeliest")]
