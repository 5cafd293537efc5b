"""Places in a column. Whoever ranks holds the stage, so that two who drop at once do not get one place."""

from uuid import UUID

from django.db import connection
from django.db.models import Max, Min

from crm.errors import ColumnChanged
from crm.models import Deal, DealMove, DealStage
from crm.operations.deals.facts import event_facts
from crm.rules.deals import GAP, rank_between
from tenancy import door, events

_SPREAD = """
UPDATE crm_deal AS deal
SET rank = placed.place * %s
FROM (
  SELECT id, row_number() OVER (ORDER BY rank, id) AS place
  FROM crm_deal
  WHERE organisation_id = %s AND stage_id = %s
) AS placed
WHERE deal.organisation_id = %s AND deal.id = placed.id
"""


def rank_in(stage: DealStage, *, after_id: UUID | None = None, besides: UUID | None = None) -> int:
    """Find a place in a held stage: behind a deal, or (None) at the top. `besides` is the deal that moves.

    Raises ColumnChanged when the deal it was dropped behind has left the column.
    """
    rank = _try(stage, after_id, besides)
    if rank is None:
        spread_out(stage)
        rank = _try(stage, after_id, besides)
    return rank


def _try(stage: DealStage, after_id: UUID | None, besides: UUID | None) -> int | None:
    column = Deal.objects.filter(stage=stage).exclude(id=besides)
    if after_id is None:
        return rank_between(None, column.aggregate(first=Min("rank"))["first"])
    above = column.filter(id=after_id).values_list("rank", flat=True).first()
    if above is None:
        raise ColumnChanged
    return rank_between(above, column.filter(rank__gt=above).aggregate(first=Min("rank"))["first"])


def spread_out(stage: DealStage) -> None:
    """Give every deal of a held stage room around it again; nothing that people see changes."""
    here = str(door.organisation_id())
    with connection.cursor() as cursor:
        cursor.execute(_SPREAD, [GAP, here, str(stage.id), here])


def bring_all(source: DealStage, target: DealStage) -> None:
    """Put all deals of one held stage at the end of another, in their order, with a row in each one's history."""
    who, now = door.actor(), door.moment()
    deals = list(Deal.objects.filter(stage=source).select_for_update(no_key=True, of=("self",)).order_by("rank", "id"))
    last = Deal.objects.filter(stage=target).aggregate(last=Max("rank"))["last"] or 0
    DealMove.objects.bulk_create(
        DealMove(
            deal=deal, kind=DealMove.Kind.MOVED, from_stage=source, to_stage=target, occurred_at=now,
            stayed_seconds=max(0, int((now - deal.stage_since).total_seconds())), actor_kind=who.kind, actor_id=who.id,
        )
        for deal in deals
    )  # fmt: skip
    for place, deal in enumerate(deals, start=1):
        deal.stage, deal.rank, deal.stage_since = target, last + place * GAP, now
        deal.version, deal.updated_at = deal.version + 1, now
    Deal.objects.bulk_update(deals, ["stage", "rank", "stage_since", "version", "updated_at"])
    change = {"from_stage_id": str(source.id), "to_stage_id": str(target.id), "old_state": "open", "new_state": "open"}
    events.publish_many("deal.stage_changed", [(deal.id, None, event_facts(deal) | change) for deal in deals])
