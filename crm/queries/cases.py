"""Reads of cases: lists, what was said, how well it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Aggregate, Avg, Count, DurationField, ExpressionWrapper, F, FloatField, Q, QuerySet
from django.db.models.functions import Coalesce, Extract

from crm.models import Case, CaseCategory, CaseMessage, CaseMove, CaseRating
from crm.rules.cases import NEW, OPEN, UNFINISHED, WAITING

OVERDUE = "overdue"


def cases() -> QuerySet[Case]:
    """List cases with what a list shows."""
    return Case.objects.select_related("customer", "category", "owner__user")


def case_views(moment: datetime) -> dict[str, Q]:
    """Part cases into the tabs of the list."""
    unfinished = Q(status__in=UNFINISHED)
    return {
        "open": unfinished,
        "new": Q(status=NEW),
        "waiting": Q(status=WAITING),
        OVERDUE: late(moment),
        "queue": unfinished & Q(owner=None),
        "solved": Q(status="solved"),
        "closed": Q(status__in=["closed", "merged"]),
    }


def late(moment: datetime) -> Q:
    """Say which cases are late: not answered in time, or not solved in time while it is our turn."""
    ours = Q(status__in=[NEW, OPEN])
    return (ours & Q(resolve_due_at__lt=moment)) | Q(status=NEW, response_due_at__lt=moment, first_response_at=None)


def said_in(case_id: UUID) -> QuerySet[CaseMessage]:
    rows = CaseMessage.objects.filter(case_id=case_id).select_related("author__user", "file")
    return rows.defer("file__content").order_by("said_at", "id")


def cases_of(customer_id: UUID) -> QuerySet[Case]:
    """List a customer's own cases, newest first; one that was merged away lives on in the other."""
    rows = Case.objects.filter(customer_id=customer_id).exclude(status="merged").select_related("category")
    return rows.order_by("-opened_at", "-id")


def said_to_customer(case_id: UUID) -> QuerySet[CaseMessage]:
    """List what a customer may read of a case: never our notes."""
    return said_in(case_id).exclude(kind=CaseMessage.Kind.NOTE)


def moves_of(case_id: UUID) -> QuerySet[CaseMove]:
    return CaseMove.objects.filter(case_id=case_id).order_by("id")


def ratings_of(case_id: UUID) -> QuerySet[CaseRating]:
    return CaseRating.objects.filter(case_id=case_id).order_by("-round")


def categories(kind: str, *, all: bool = False) -> QuerySet[CaseCategory]:
    rows = CaseCategory.objects.filter(kind=kind).order_by("position", "id")
    return rows if all else rows.filter(is_active=True)


# --- how well it went ---------------------------------------------------------------------------------------


class Median(Aggregate):
    """The middle value, so that one case that took a year does not speak for all."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True)
class CaseFigures:
    """How cases that were opened in a time went. Times in seconds; rates from 0 to 1; None where nothing counts."""

    label: str
    opened: int
    solved: int
    resolution_rate: float | None
    median_response: float | None
    median_resolution: float | None  # without the times in which we waited
    in_time: float | None  # solved before their deadline
    satisfaction: float | None  # stars
    rated: int
    reopened_rate: float | None


def case_figures(rows: QuerySet[Case], since: datetime, until: datetime) -> CaseFigures:
    """Sum up the cases opened in a time."""
    counted = _in_time(rows, since, until).aggregate(**_sums())
    return _figures("", counted)


def case_figures_by(rows: QuerySet[Case], since: datetime, until: datetime, by: str) -> Sequence[CaseFigures]:
    """The same by category, owner, priority, channel or cause, the most cases first."""
    path = {"category": "category__name", "owner": "owner__user__name", "cause": "cause__name"}.get(by, by)
    found = _in_time(rows, since, until).values(label=F(path)).annotate(**_sums()).order_by("-opened", "label")
    return [_figures(_label(by, row.pop("label")), row) for row in found]


def _label(by: str, value) -> str:
    choices = {"priority": Case.Priority, "channel": Case.Channel}
    return str(choices[by](value).label) if by in choices else value or ""


def _in_time(rows: QuerySet[Case], since: datetime, until: datetime) -> QuerySet[Case]:
    return rows.filter(opened_at__gte=since, opened_at__lt=until).exclude(status="merged").order_by()


def _sums() -> dict:
    solved = Q(solved_at__isnull=False)
    taken = _seconds("solved_at") - F("paused_seconds") + _last_pause()
    return {
        "opened": Count("id"), "solved": Count("id", filter=solved), "rated": Count("id", filter=Q(rating__isnull=False)),
        "median_response": Median(_seconds("first_response_at")),
        "median_resolution": Median(taken, filter=solved),
        "punctual": Count("id", filter=solved & Q(solved_at__lte=F("resolve_due_at"))),
        "satisfaction": Avg("rating"), "reopened": Count("id", filter=Q(reopened__gt=0)),
    }  # fmt: skip


def _seconds(end: str):
    return Extract(ExpressionWrapper(F(end) - F("opened_at"), output_field=DurationField()), "epoch")


def _last_pause():
    """What was paused between solving and closing came after the solution, so it is not taken off it."""
    after = ExpressionWrapper(F("closed_at") - F("solved_at"), output_field=DurationField())
    return Coalesce(Extract(after, "epoch"), 0.0, output_field=FloatField())


def _figures(label: str, row: dict) -> CaseFigures:
    opened, solved = row["opened"], row["solved"]
    return CaseFigures(
        label, opened, solved, _share(solved, opened), row["median_response"], row["median_resolution"],
        _share(row["punctual"], solved), float(row["satisfaction"]) if row["satisfaction"] is not None else None,
        row["rated"], _share(row["reopened"], opened),
    )  # fmt: skip


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
