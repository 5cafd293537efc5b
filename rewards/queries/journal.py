"""The journal, narrowed by what its entries and arrows are about."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest

from rewards.models import Account, JournalEntry, Posting, Reward
from rewards.queries.scanning import BOOKED
from rewards.queries.scanning import rows as scan

ARROWS = 20  # of an entry that a list shows


def entries() -> QuerySet[JournalEntry]:
    """The journal; `booked_at` is when an entry counts: later than occurred_at if its month was closed before it came."""
    return JournalEntry.objects.annotate(booked_at=Greatest("occurred_at", "open_from", output_field=DateTimeField()))


def with_arrows(page: Iterable[JournalEntry], *, of: Collection[UUID] | None = None) -> list[JournalEntry]:
    """Give each entry its first `ARROWS` arrows as `arrows`, in two statements; a settlement may have thousands.

    `of` rewards, or of all: what others got in the same settlement is no part of a reward's story.
    """
    found = list(page)
    rewards = None if of is None else [str(one) for one in of]
    ids = [row[0] for row in scan(_FIRST_ARROWS, entries=[str(entry.id) for entry in found], most=ARROWS, rewards=rewards)]
    arrows = defaultdict(list)
    for arrow in Posting.objects.select_related("account__unit", "account__customer").filter(id__in=ids).order_by("id"):
        arrows[arrow.entry_id].append(arrow)
    for entry in found:
        entry.arrows = arrows[entry.id]
    return found


def about(
    journal: QuerySet[JournalEntry],
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
        return journal.filter(id__in=arrows.values("entry_id"))
    return journal.filter(Exists(arrows.filter(entry_id=OuterRef("id")))) if unit or compartment else journal


def booked_between(
    journal: QuerySet[JournalEntry], since: datetime | None, until: datetime | None
) -> QuerySet[JournalEntry]:
    """Keep what was booked from `since` and before `until`; both may be left out."""
    if since:
        journal = journal.filter(booked_at__gte=since)
    return journal.filter(booked_at__lt=until) if until else journal


def late(journal: QuerySet[JournalEntry]) -> QuerySet[JournalEntry]:
    """Keep what came after its month was closed."""
    return journal.filter(open_from__gt=F("occurred_at"))


def month_arrows(since: datetime | None, until: datetime) -> Iterator[tuple]:
    """Read every arrow booked in a span, with its entry, in the order of their ids, some thousands a statement."""
    last = (UUID(int=0), UUID(int=0))
    while page := scan(_ARROWS_AFTER, since=since, until=until, entry=str(last[0]), arrow=str(last[1]), most=_A_PAGE):
        yield from page
        last = (page[-1][0], page[-1][8])


_A_PAGE = 5000

_ARROWS_AFTER = f"""
SELECT e.id, {BOOKED}, e.occurred_at, e.recorded_at, e.kind, e.key, e.reason, e.reverses_id, p.id, a.customer_id,
  p.reward_id, u.code, p.source, p.target, p.amount
FROM (
  SELECT e.* FROM rewards_journalentry AS e
  WHERE e.organisation_id = %(organisation)s AND e.id >= %(entry)s
    AND {BOOKED} < %(until)s AND (%(since)s::timestamptz IS NULL OR {BOOKED} >= %(since)s)
  ORDER BY e.id LIMIT %(most)s + 1  -- the last entry again, whose arrows may not be at their end
) AS e
JOIN rewards_posting AS p ON p.organisation_id = %(organisation)s AND p.entry_id = e.id
JOIN rewards_account AS a ON a.organisation_id = %(organisation)s AND a.id = p.account_id
JOIN rewards_unit AS u ON u.organisation_id = %(organisation)s AND u.id = a.unit_id
WHERE (e.id, p.id) > (%(entry)s, %(arrow)s)
ORDER BY e.id, p.id
LIMIT %(most)s
"""

# Without an order: the arrows of an entry lie as they were written, and sorting thousands for the first few is dear.
_FIRST_ARROWS = """
SELECT p.id
FROM unnest(%(entries)s::uuid[]) AS e (id)
CROSS JOIN LATERAL (
  SELECT p.id FROM rewards_posting AS p
  WHERE p.organisation_id = %(organisation)s AND p.entry_id = e.id
    AND (%(rewards)s::uuid[] IS NULL OR p.reward_id IS NULL OR p.reward_id = ANY(%(rewards)s::uuid[]))
  LIMIT %(most)s
) AS p
"""
