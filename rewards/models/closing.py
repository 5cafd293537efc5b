"""Closed months, the seals over them, and the runs of the proof."""

from django.db import models
from django.db.models import F, Q

from tenancy.owned import Owned
from tenancy.postgresql.schema import APPEND_ONLY


class Closing(Owned):
    """A month that takes no more entries. What is written later is booked into the month then open.

    Each begins where the one before ends, whatever the organisation's time zone was
    meanwhile; the first takes in all that was before it.
    """

    month = models.DateField()  # its first day
    begins_at = models.DateTimeField(null=True)  # null: the first
    ends_at = models.DateTimeField()  # not in it
    closed_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12, default="system")
    actor_id = models.UUIDField(null=True)

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(fields=["organisation", "month"], name="closing_once"),
            models.UniqueConstraint(fields=["organisation", "ends_at"], name="closing_ends_once"),
            models.UniqueConstraint(fields=["organisation", "begins_at"], name="closing_no_fork", nulls_distinct=False),
            models.CheckConstraint(condition=Q(begins_at=None) | Q(begins_at__lt=F("ends_at")), name="closing_forwards"),
        ]


class Seal(Owned):
    """The figures of a closed month, and a hash over all of its entries that goes on from the month before.

    Its id is the closing's. How `digest` is made is told in rewards/queries/seals.py.
    """

    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    entries = models.BigIntegerField()
    postings = models.BigIntegerField()
    figures = models.JSONField()
    sealed_at = models.DateTimeField()

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["organisation", "previous"], name="seal_no_fork")]


class SealPage(Owned):
    """The hashes of up to a thousand entries of a closing, so that the one that differs can be named."""

    closing_id = models.UUIDField()
    number = models.IntegerField()  # from 0, in the order of the entries' ids
    content = models.BinaryField()  # 48 bytes an entry: its id, its SHA-256

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(fields=["organisation", "closing_id", "number"], name="seal_page_once"),
            models.CheckConstraint(condition=Q(number__gte=0), name="seal_page_counts"),
        ]


class ProofRun(Owned):
    """One proof of the books: what was looked at, and the first wrong row of each broken rule."""

    started_at = models.DateTimeField()
    milliseconds = models.BigIntegerField()
    is_whole = models.BooleanField()
    checked = models.JSONField(default=dict)  # rows by table
    wrong = models.JSONField(default=list)  # [{rule, row_id, expected, found}]
    actor_kind = models.CharField(max_length=12, default="system")  # system: the nightly run
    actor_id = models.UUIDField(null=True)

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
