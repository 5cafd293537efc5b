"""Reads of pipelines and deals: lists, columns of the board, history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum

from crm.models import Deal, DealLine, DealMove, DealStage, LossReason, Pipeline
from crm.queries.customers import search_ids

SEARCHED_AT_MOST = 1000
CLOSED_SHOWN = timedelta(days=30)  # how long won and lost deals stay on the board


def deals() -> QuerySet[Deal]:
    """List deals with what a list shows."""
    return Deal.objects.select_related("customer", "company", "pipeline", "stage", "owner__user", "loss_reason__parent")


def pipelines(*, archived: bool = False) -> QuerySet[Pipeline]:
    """List pipelines with their stages in order; those in use unless told."""
    rows = DealStage.objects.order_by("position", "id").select_related("responsible__user")
    found = Pipeline.objects.prefetch_related(Prefetch("stages", queryset=rows)).order_by("-is_default", "position", "id")
    return found if archived else found.filter(archived_at=None)


def stages_of(pipeline_id: UUID) -> list[DealStage]:
    """List the stages in use of a pipeline: the open ones in order, then won, then lost."""
    return in_use(DealStage.objects.filter(pipeline_id=pipeline_id).order_by("position", "id"))


def in_use(stages: Iterable[DealStage]) -> list[DealStage]:
    """Keep the stages in use of those in their order: the open ones, then won, then lost."""
    used = (stage for stage in stages if stage.archived_at is None)
    return sorted(used, key=lambda stage: ("open", "won", "lost").index(stage.kind))


def loss_reasons(*, archived: bool = False) -> list[LossReason]:
    """List reasons, each with what lies under it in `inner`."""
    rows = LossReason.objects.order_by("position", "id")
    rows = list(rows if archived else rows.filter(archived_at=None))
    for row in rows:
        row.inner = [each for each in rows if each.parent_id == row.id]
    return [row for row in rows if row.parent_id is None]


def open_in(stages: Sequence[DealStage]) -> dict[UUID, int]:
    """Count the deals of stages."""
    rows = Deal.objects.filter(stage__in=stages).order_by().values("stage_id").annotate(n=Count("id"))
    return {row["stage_id"]: row["n"] for row in rows}


# --- narrowing: the same on the board, in the list and in the API -----------------------------------------------


def narrow(rows: QuerySet[Deal], chosen: Mapping[str, Any], *, today: date) -> QuerySet[Deal]:
    """Keep the deals that fit all that is chosen; unknown names are the caller's mistake."""
    for name, value in chosen.items():
        rows = rows.filter(_CONDITIONS[name](value, today))
    return rows


def _owned(value, today) -> Q:
    return Q(owner=None) if value == "none" else Q(owner_id=value)


def _worded(text: str, today) -> Q:
    """Find by title or customer. Titles are read through: under the wall LIKE has no index, and a list has filters."""
    return Q(title__icontains=text) | Q(customer_id__in=search_ids(text, SEARCHED_AT_MOST))


def _closing(value: str, today: date) -> Q:
    first = today.replace(day=1)
    next_month = (first + timedelta(days=32)).replace(day=1)
    after_next = (next_month + timedelta(days=32)).replace(day=1)
    return {
        "overdue": Q(expected_close__lt=today, state="open"),
        "this_month": Q(expected_close__gte=first, expected_close__lt=next_month),
        "next_month": Q(expected_close__gte=next_month, expected_close__lt=after_next),
        "later": Q(expected_close__gte=after_next),
        "none": Q(expected_close=None),
    }[value]


def _attention(value: str, today: date) -> Q:
    return {
        "no_step": Q(state="open", next_step=""),
        "step_overdue": Q(state="open", next_step_on__lt=today),
    }[value]


_CONDITIONS = {
    "q": _worded,
    "owner": _owned,
    "pipeline": lambda value, today: Q(pipeline_id=value),
    "stage": lambda value, today: Q(stage_id=value),
    "state": lambda value, today: Q(state=value),
    "customer": lambda value, today: Q(customer_id=value) | Q(company_id=value),
    "closing": _closing,
    "attention": _attention,
    "product": lambda value, today: Q(id__in=DealLine.objects.filter(product_id=value).values("deal_id")),
    "at_least": lambda value, today: Q(amount_minor__gte=value),
    "at_most": lambda value, today: Q(amount_minor__lte=value),
    "currency": lambda value, today: Q(currency=value),
    "source": lambda value, today: Q(source=value),
}


# --- the board ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """A stage with its first deals; counts and sums are over all of it."""

    stage: DealStage
    count: int
    sums: tuple[tuple[str, int], ...]  # currency, amount
    deals: tuple[Deal, ...]
    after: tuple[int, UUID] | None  # where it goes on


def on_board(rows: QuerySet[Deal], moment: datetime) -> QuerySet[Deal]:
    """Leave out what was closed long ago."""
    return rows.filter(Q(state="open") | Q(closed_at__gte=moment - CLOSED_SHOWN))


def board(rows: QuerySet[Deal], pipeline_id: UUID, *, size: int) -> list[Column]:
    """Give the columns of a pipeline; one statement for all counts and sums, one for the cards of each stage."""
    rows = rows.filter(pipeline_id=pipeline_id)
    figures = _figures(rows)
    return [_column(rows, stage, figures.get(stage.id, []), None, size) for stage in stages_of(pipeline_id)]


def column(rows: QuerySet[Deal], stage: DealStage, *, after: tuple[int, UUID] | None = None, size: int) -> Column:
    """Give one column, or what comes after a place in it."""
    rows = rows.filter(stage=stage)
    return _column(rows, stage, _figures(rows).get(stage.id, []), after, size)


def _figures(rows: QuerySet[Deal]) -> dict[UUID, list[dict]]:
    found: dict[UUID, list[dict]] = {}
    sums = rows.order_by().values("stage_id", "currency").annotate(n=Count("id"), sum=Sum("amount_minor"))
    for row in sums.order_by("currency"):
        found.setdefault(row["stage_id"], []).append(row)
    return found


def _column(rows, stage, figures, after, size) -> Column:
    rows = rows.filter(stage=stage)
    if after:
        rank, deal_id = after
        rows = rows.filter(Q(rank__gt=rank) | Q(rank=rank, id__gt=deal_id))
    found = list(rows.order_by("rank", "id")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Column(
        stage, sum(row["n"] for row in figures), tuple((row["currency"], row["sum"]) for row in figures),
        tuple(found[:size]), (last.rank, last.id) if last else None,
    )  # fmt: skip


# --- one deal ------------------------------------------------------------------------------------------------------


def history(deal_id: UUID) -> list[DealMove]:
    """List what happened with a deal, newest first."""
    rows = DealMove.objects.filter(deal_id=deal_id)
    related = ("from_stage", "to_stage", "reason__parent", "from_owner__user", "to_owner__user")
    return list(rows.select_related(*related).order_by("-id"))


def time_in_stages(deal: Deal, moves: Sequence[DealMove], moment: datetime) -> dict[UUID, int]:
    """Sum the seconds a deal has spent in each stage, the present one up to now while it is open."""
    spent: dict[UUID, int] = {}
    for move in moves:
        if move.from_stage_id and move.stayed_seconds is not None:
            spent[move.from_stage_id] = spent.get(move.from_stage_id, 0) + move.stayed_seconds
    if deal.state == Deal.State.OPEN:
        here = max(0, int((moment - deal.stage_since).total_seconds()))
        spent[deal.stage_id] = spent.get(deal.stage_id, 0) + here
    return spent


def deals_of(customer_id: UUID) -> QuerySet[Deal]:
    """List the deals of a customer or company, open ones first."""
    order = (F("closed_at").desc(nulls_first=True), "-created_at", "-id")
    return deals().filter(Q(customer_id=customer_id) | Q(company_id=customer_id)).order_by(*order)
