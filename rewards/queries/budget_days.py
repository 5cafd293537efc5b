"""What happened to budgets day by day."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from tenancy import door


@dataclass(frozen=True)
class DayChange:
    """Of one day: what was promised, and of what was settled on it the cost and what of that is spent by now."""

    promised: int = 0
    settled: int = 0
    spent: int = 0


def promised_by_day(since: datetime, zone: str) -> Mapping[UUID, Mapping[date, DayChange]]:
    """Sum what was promised, at what it costs now, by budget and day."""
    return _by_budget(_PROMISED, since, zone)


def changes_by_day(since: datetime, zone: str) -> Mapping[UUID, Mapping[date, DayChange]]:
    """The same with what was settled: reads all rewards."""
    return _by_budget(f"{_PROMISED} UNION ALL {_SETTLED}", since, zone)


def _by_budget(parts: str, since: datetime, zone: str) -> Mapping[UUID, Mapping[date, DayChange]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT budget_id, day, sum(promised), sum(settled), sum(spent) FROM ({parts}) AS c GROUP BY budget_id, day",
            {"organisation": str(door.organisation_id()), "since": since, "zone": zone},
        )
        found: dict[UUID, dict[date, DayChange]] = defaultdict(dict)
        for budget_id, day, *figures in cursor.fetchall():
            found[budget_id][day] = DayChange(*(int(figure) for figure in figures))
    return found


_PROMISED = """
SELECT r.budget_id, (r.accrued_at AT TIME ZONE %(zone)s)::date AS day, r.cost_minor AS promised, 0 AS settled, 0 AS spent
FROM rewards_reward AS r
WHERE r.organisation_id = %(organisation)s AND r.budget_id IS NOT NULL AND r.accrued_at >= %(since)s
  AND r.state NOT IN ('estimated', 'lapsed')
"""
_SETTLED = """
SELECT r.budget_id, (r.settled_at AT TIME ZONE %(zone)s)::date, 0, r.cost_minor - r.returned_minor, r.spent_minor
FROM rewards_reward AS r
WHERE r.organisation_id = %(organisation)s AND r.budget_id IS NOT NULL AND r.settled_at >= %(since)s
"""
