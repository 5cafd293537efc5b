"""The RFM map, its segments, and who moved."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from analytics.models import RfmMove, RfmRun, RfmScore
from analytics.queries.kept import Within, ratio, rows, within
from analytics.rules import MARKS, SEGMENTS, Segment, segment_at
from crm.models import Segment as CustomerSegment
from crm.queries.segments import within as rows_within
from tenancy import door
from tenancy.models import Organisation


@dataclass(frozen=True)
class RfmCell:
    """One of the 25 fields: `r` is recency, `value` how often and how much together; 5 is best."""

    r: int
    value: int
    segment: str
    customers: int
    monetary_minor: int


@dataclass(frozen=True)
class RfmSegment:
    """How many customers a segment has, and what they have brought."""

    segment: Segment
    customers: int
    share: float | None
    monetary_minor: int
    monetary_share: float | None
    average_recency_days: int
    average_frequency: float

    @property
    def key(self) -> str:
        return self.segment.key


@dataclass(frozen=True)
class RfmFlow:
    """How many customers went from one segment to another in the newest run; "" is: had no marks, or has none now."""

    before: str
    after: str
    customers: int


@dataclass(frozen=True)
class RfmMap:
    as_of: datetime | None  # None: never scored
    currency: str
    customers: int
    monetary_minor: int
    seconds: float
    cut_points: dict[str, list[int]]
    cells: tuple[RfmCell, ...]
    segments: tuple[RfmSegment, ...]
    flows: tuple[RfmFlow, ...]


_CELLS = """
SELECT r, (f + m + 1) / 2 AS value, COUNT(*), SUM(monetary_minor)::bigint, SUM(recency_days)::bigint, SUM(frequency)::bigint
FROM analytics_rfmscore
WHERE organisation_id = %(organisation)s[[customer_id]]
GROUP BY 1, 2
"""
_FLOWS = """
SELECT before, after, COUNT(*)
FROM analytics_rfmmove
WHERE organisation_id = %(organisation)s AND run_id = %(run)s[[customer_id]]
GROUP BY before, after
ORDER BY 3 DESC, before, after
"""


def latest_run() -> RfmRun | None:
    return RfmRun.objects.order_by("-as_of", "-id").first()


def rfm_map(*, within_segment: CustomerSegment | None = None) -> RfmMap:
    """Count customers and money in each of the 25 fields and each segment, with the newest run's moves."""
    chosen = within(within_segment)
    organisation = Organisation.objects.get(id=door.organisation_id())
    run = latest_run()
    found = {(r, value): sums for r, value, *sums in rows(_CELLS, {"organisation": organisation.id}, chosen)}
    cells = tuple(_cell(r, value, found) for r in reversed(MARKS) for value in MARKS)
    customers, money = sum(cell.customers for cell in cells), sum(cell.monetary_minor for cell in cells)
    return RfmMap(
        as_of=run.as_of if run else None, currency=organisation.currency, customers=customers, monetary_minor=money,
        seconds=run.seconds if run else 0.0, cut_points=run.cut_points if run else {}, cells=cells,
        segments=tuple(_segment(segment, found, customers, money) for segment in SEGMENTS.values()),
        flows=_flows(organisation.id, run, chosen) if run else (),
    )  # fmt: skip


def _cell(r: int, value: int, found: dict) -> RfmCell:
    customers, money, *_ = found.get((r, value), (0, 0))
    return RfmCell(r, value, segment_at(r, value), customers, money)


def _segment(segment: Segment, found: dict, all_customers: int, all_money: int) -> RfmSegment:
    mine = [sums for (r, value), sums in found.items() if segment_at(r, value) == segment.key]
    customers, money, days, orders = (sum(sums[place] for sums in mine) for place in range(4))
    return RfmSegment(
        segment, customers, ratio(customers, all_customers), money, ratio(money, all_money),
        round(days / customers) if customers else 0, round(orders / customers, 2) if customers else 0.0,
    )  # fmt: skip


def _flows(organisation_id: UUID, run: RfmRun, chosen: Within | None) -> tuple[RfmFlow, ...]:
    facts = {"organisation": organisation_id, "run": run.id}
    return tuple(RfmFlow(*flow) for flow in rows(_FLOWS, facts, chosen))


def scores(*, within_segment: CustomerSegment | None = None) -> QuerySet[RfmScore]:
    """List present marks; `value` is added as the map's column."""
    rows = RfmScore.objects.select_related("customer").annotate(value=(F("f") + F("m") + 1) / 2)
    return rows_within(rows, within_segment)


def score_of(customer_id: UUID) -> RfmScore | None:
    return scores().filter(customer_id=customer_id).first()


def moves_of(customer_id: UUID) -> QuerySet[RfmMove]:
    """List how a customer's segment has changed, newest first."""
    return RfmMove.objects.filter(customer_id=customer_id).order_by("-occurred_at", "-id")
