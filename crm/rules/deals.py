"""What is decided about deals without asking anybody: ranks, lines, cycles, ageing, the money plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.money import percent_of

GAP = 2**20  # between two neighbours of a column: twenty halvings before it has to be spread out again
LABELS = {
    "amount": _("Amount"),
    "expected_close": _("Expected close"),
    "next_step": _("Next step"),
    "owner": pgettext_lazy("of a deal", "Owner"),
    "company": _("Company"),
    "source_id": _("Where it came from"),
    "lines": _("Products"),
}
REQUIRABLE = tuple(LABELS)
CUSTOM = "custom:"
_ALMOST = Decimal("0.75")  # of the limit: it ages


def rank_between(above: int | None, below: int | None) -> int | None:
    """Give a rank between two neighbours (None: the end of the column), or None where no room is left."""
    if above is None and below is None:
        return 0
    if above is None:
        return below - GAP
    if below is None:
        return above + GAP
    middle = (above + below) // 2
    return middle if above < middle < below else None


def line_amount(quantity: int, unit_minor: int, discount_percent: Decimal) -> int:
    """Multiply, less the discount, which is rounded half up."""
    full = quantity * unit_minor
    return full - percent_of(full, discount_percent)


def missing_fields(required: Iterable[str], present: Mapping[str, Any], custom: Mapping[str, Any]) -> list[str]:
    """Name the required fields that are empty. A figure of nothing counts as empty."""

    def is_empty(name: str) -> bool:
        value = custom.get(name.removeprefix(CUSTOM)) if name.startswith(CUSTOM) else present.get(name)
        return value in (None, "", 0, [], {})

    return [name for name in required if is_empty(name)]


def whole_days(seconds: int) -> int:
    """Count days begun as days gone by: 36 hours are one day."""
    return seconds // 86_400


def days_between(start: datetime, end: datetime) -> int:
    return max(0, (end - start) // timedelta(days=1))


def ageing(days_in_stage: int, limit: int | None) -> str:
    """Say how a deal keeps in its stage: fresh, ageing from three quarters of the limit, rotten beyond it."""
    if not limit:
        return "fresh"
    if days_in_stage > limit:
        return "rotten"
    return "ageing" if days_in_stage >= limit * _ALMOST else "fresh"


def weighted(amount_minor: int, probability: int) -> int:
    """Take a stage's share of an amount, rounded half up."""
    return percent_of(amount_minor, Decimal(probability))


# --- the money plan ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """An instalment as it was agreed."""

    id: UUID
    due_on: date
    amount_minor: int
    label: str = ""


@dataclass(frozen=True)
class Came:
    """What has come and stayed of one receipt, and the instalment it was for (None: whichever is first)."""

    kept_minor: int
    instalment_id: UUID | None = None


@dataclass(frozen=True)
class Planned:
    """An instalment beside what has come of it."""

    due: Due
    received_minor: int
    is_overdue: bool

    @property
    def open_minor(self) -> int:
        return self.due.amount_minor - self.received_minor

    @property
    def state(self) -> str:
        if not self.open_minor:
            return "paid"
        return "overdue" if self.is_overdue else "partly" if self.received_minor else "expected"


def plan(dues: Sequence[Due], came: Iterable[Came], today: date) -> list[Planned]:
    """Lay receipts on instalments: first those that name one, then the rest and what spills over, earliest due first."""
    ordered = sorted(dues, key=lambda due: (due.due_on, due.id))
    filled = {due.id: 0 for due in ordered}
    room = {due.id: due.amount_minor for due in ordered}
    rest = 0
    for receipt in came:
        fits = min(receipt.kept_minor, room.get(receipt.instalment_id, 0))
        if fits:
            filled[receipt.instalment_id] += fits
            room[receipt.instalment_id] -= fits
        rest += receipt.kept_minor - fits
    for due in ordered:
        fits = min(rest, room[due.id])
        filled[due.id] += fits
        rest -= fits
    return [Planned(due, filled[due.id], due.due_on < today and filled[due.id] < due.amount_minor) for due in ordered]


# --- conversion ---------------------------------------------------------------------------------------------


def reached(furthest: Iterable[int], steps: int) -> list[int]:
    """Count how many deals got to each step of a pipeline; who is at the third has been at the second."""
    counts = [0] * steps
    for place in furthest:
        for step in range(min(place + 1, steps)):
            counts[step] += 1
    return counts
