"""The journal, narrowed by what its entries and arrows are about."""

from datetime import datetime
from uuid import UUID

from django.db.models import DateTimeField, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Greatest

from rewards.models import Account, JournalEntry, Posting, Reward

ARROWS = 20  # of an entry that a list shows


def entries() -> QuerySet[JournalEntry]:
    """The journal, each entry with its first `ARROWS` arrows as `arrows`; a settlement may have thousands.

    `booked_at` is the moment that counts: later than occurred_at where the month was
    closed before the entry came.
    """
    first = Posting.objects.select_related("account__unit", "account__customer").order_by("id")[:ARROWS]
    return JournalEntry.objects.annotate(
        booked_at=Greatest("occurred_at", "open_from", output_field=DateTimeField())
    ).prefetch_related(Prefetch("postings", queryset=first, to_attr="arrows"))


def about(
    rows: QuerySet[JournalEntry],
    *,
    unit: str = "",
    compartment: str = "",
    customer_id: UUID | None = None,
    reward_id: UUID | None = None,
) -> QuerySet[JournalEntry]:
    """Keep entries with an arrow that fits all that is asked for.

    The arrows of a customer or a reward are few and have an index; for a unit or a
    compartment the journal itself is read, newest first, until a page is full.
    """
    arrows = Posting.objects.all()
    if unit:
        arrows = arrows.filter(account__unit__code=unit)
    if compartment:
        arrows = arrows.filter(Q(source=compartment) | Q(target=compartment))
    if customer_id:
        arrows = arrows.filter(account_id__in=Account.objects.filter(customer_id=customer_id).values("id"))
    if reward_id:
        of_reward = Reward.objects.filter(id=reward_id).values("account_id")
        arrows = arrows.filter(account_id__in=of_reward, reward_id=reward_id)
    if customer_id or reward_id:
        return rows.filter(id__in=arrows.values("entry_id"))
    return rows.filter(Exists(arrows.filter(entry_id=OuterRef("id")))) if unit or compartment else rows


def booked_between(
    rows: QuerySet[JournalEntry], since: datetime | None, until: datetime | None
) -> QuerySet[JournalEntry]:
    """Keep what was booked from `since` and before `until`; both may be left out."""
    if since:
        rows = rows.filter(booked_at__gte=since)
    return rows.filter(booked_at__lt=until) if until else rows


def late(rows: QuerySet[JournalEntry]) -> QuerySet[JournalEntry]:
    """Keep what came after its month was closed."""
    return rows.filter(open_from__gt=F("occurred_at"))
