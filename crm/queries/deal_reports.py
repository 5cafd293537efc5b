"""Figures of sales: forecast, won and lost, conversion, cycle, ageing. In one currency at a time."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Avg, Case, Count, DurationField, ExpressionWrapper, F, Max, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncMonth

from crm.models import Deal, DealMove, DealStage
from crm.queries.deals import stages_of
from crm.rules.deals import ageing, reached, weighted, whole_days


@dataclass(frozen=True)
class ForecastMonth:
    """What is expected to close in a month; None: overdue ones and those without a day are rows of their own."""

    month: date | None
    kind: str  # month, overdue, undated
    deals: int
    amount_minor: int
    weighted_minor: int


@dataclass(frozen=True)
class Outcome:
    """Won and lost deals of one reason, owner or source."""

    key: str
    won: int
    won_minor: int
    lost: int
    lost_minor: int

    @property
    def win_rate(self) -> float | None:
        return self.won / (self.won + self.lost) if self.won + self.lost else None


@dataclass(frozen=True)
class Step:
    """How many deals of the period got to a stage, and the share of the stage before."""

    stage_id: UUID
    name: dict
    kind: str
    reached: int
    share: float | None


@dataclass(frozen=True)
class Ageing:
    """How the open deals keep in a stage."""

    stage_id: UUID
    name: dict
    limit_days: int | None
    deals: int
    amount_minor: int
    average_days: int
    oldest_days: int
    rotten: int


@dataclass(frozen=True)
class SalesReport:
    currency: str
    forecast: tuple[ForecastMonth, ...]
    won: int
    won_minor: int
    lost: int
    lost_minor: int
    median_cycle_days: int | None
    by_reason: tuple[Outcome, ...]
    by_owner: tuple[Outcome, ...]
    by_source: tuple[Outcome, ...]
    steps: tuple[Step, ...]
    ageing: tuple[Ageing, ...]

    @property
    def win_rate(self) -> float | None:
        return self.won / (self.won + self.lost) if self.won + self.lost else None


def sales_report(
    rows: QuerySet[Deal],
    *,
    pipeline_id: UUID,
    currency: str,
    since: datetime,
    until: datetime,
    moment: datetime,
    today: date,
) -> SalesReport:
    """Work out all figures over `rows` (what the reader sees): closings and conversion of [since, until), the rest now."""
    rows = rows.filter(pipeline_id=pipeline_id, currency=currency).order_by()
    closed = rows.filter(closed_at__gte=since, closed_at__lt=until)
    sums = closed.aggregate(
        won=Count("id", filter=Q(state="won")), won_minor=Sum("amount_minor", filter=Q(state="won"), default=0),
        lost=Count("id", filter=Q(state="lost")), lost_minor=Sum("amount_minor", filter=Q(state="lost"), default=0),
    )  # fmt: skip
    stages = stages_of(pipeline_id)
    return SalesReport(
        currency=currency, **sums,
        forecast=tuple(_forecast(rows.filter(state="open"), today)),
        median_cycle_days=_median_cycle(closed.filter(state="won")),
        by_reason=tuple(_outcomes(closed.filter(state="lost"), "loss_reason_id")),
        by_owner=tuple(_outcomes(closed, "owner_id")), by_source=tuple(_outcomes(closed, "source")),
        steps=tuple(_steps(rows.filter(created_at__gte=since, created_at__lt=until), stages)),
        ageing=tuple(_ageing(rows.filter(state="open"), stages, moment)),
    )  # fmt: skip


def currencies(rows: QuerySet[Deal]) -> list[str]:
    """Name the currencies in which there are deals."""
    return list(rows.order_by("currency").values_list("currency", flat=True).distinct())


def _forecast(rows: QuerySet[Deal], today: date) -> list[ForecastMonth]:
    """Sum by month of the expected close, each amount at the share of its stage; what is past is overdue."""
    kind = Case(
        When(expected_close=None, then=Value("undated")), When(expected_close__lt=today, then=Value("overdue")),
        default=Value("month"),
    )  # fmt: skip
    grouped = rows.annotate(kind=kind, month=TruncMonth("expected_close")).values("kind", "month", "stage__probability")
    found: dict[tuple[str, date | None], list[int]] = {}
    for row in grouped.annotate(n=Count("id"), sum=Sum("amount_minor")):
        key = (row["kind"], row["month"] if row["kind"] == "month" else None)
        figures = found.setdefault(key, [0, 0, 0])
        for place, more in enumerate((row["n"], row["sum"], weighted(row["sum"], row["stage__probability"]))):
            figures[place] += more
    place = {"overdue": 0, "month": 1, "undated": 2}
    ordered = sorted(found.items(), key=lambda item: (place[item[0][0]], item[0][1] or today))
    return [ForecastMonth(month, kind, *figures) for (kind, month), figures in ordered]


def _median_cycle(won: QuerySet[Deal]) -> int | None:
    """Take the middle one; of two middle ones the mean."""
    times = sorted(won.values_list("open_seconds", flat=True))
    if not times:
        return None
    middle = len(times) // 2
    return whole_days(times[middle] if len(times) % 2 else (times[middle - 1] + times[middle]) // 2)


def _outcomes(closed: QuerySet[Deal], by: str) -> list[Outcome]:
    grouped = closed.values(by).annotate(
        won=Count("id", filter=Q(state="won")), won_minor=Sum("amount_minor", filter=Q(state="won"), default=0),
        lost=Count("id", filter=Q(state="lost")), lost_minor=Sum("amount_minor", filter=Q(state="lost"), default=0),
    )  # fmt: skip
    rows = [Outcome(str(row[by] or ""), row["won"], row["won_minor"], row["lost"], row["lost_minor"]) for row in grouped]
    return sorted(rows, key=lambda row: (-row.won_minor, -row.lost_minor, row.key))


def _steps(begun: QuerySet[Deal], stages: list[DealStage]) -> list[Step]:
    """Follow the deals that were begun: who got to a stage or beyond counts for it, however it ended."""
    way = [stage for stage in stages if stage.kind != "lost"]
    place = {stage.id: at for at, stage in enumerate(way)}
    entered = DealMove.objects.filter(deal__in=begun, to_stage_id__in=place).values_list("deal_id", "to_stage_id").distinct()
    furthest: dict[UUID, int] = {}
    for deal_id, stage_id in entered:
        furthest[deal_id] = max(furthest.get(deal_id, 0), place[stage_id])
    counts = reached(furthest.values(), len(way))
    return [
        Step(
            stage.id, stage.name, stage.kind, counts[at],
            counts[at] / counts[at - 1] if at and counts[at - 1] else None,
        )
        for at, stage in enumerate(way)
    ]  # fmt: skip


def _ageing(rows: QuerySet[Deal], stages: list[DealStage], moment: datetime) -> list[Ageing]:
    age = ExpressionWrapper(Value(moment) - F("stage_since"), output_field=DurationField())
    grouped = rows.annotate(age=age).values("stage_id")
    found = {
        row["stage_id"]: row
        for row in grouped.annotate(n=Count("id"), sum=Sum("amount_minor"), mean=Avg("age"), oldest=Max("age"))
    }
    return [_aged(stage, found.get(stage.id), rows, moment) for stage in stages if stage.kind == "open"]


def _aged(stage: DealStage, row: dict | None, rows: QuerySet[Deal], moment: datetime) -> Ageing:
    if row is None:
        return Ageing(stage.id, stage.name, stage.ageing_days, 0, 0, 0, 0, 0)
    since = rows.filter(stage=stage).values_list("stage_since", flat=True)
    rotten = sum(ageing((moment - at).days, stage.ageing_days) == "rotten" for at in since)
    days = (row["mean"].days, row["oldest"].days)
    return Ageing(stage.id, stage.name, stage.ageing_days, row["n"], row["sum"], *days, rotten)
