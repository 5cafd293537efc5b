"""How many of a month's new customers keep buying."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from analytics.queries.kept import KEPT_ORDERS, ratio, rows, within
from crm.models import Segment
from tenancy import door
from tenancy.models import Organisation


@dataclass(frozen=True)
class Cohort:
    """The customers of one sign-up month; `active[n]` of them paid something in the n-th month after it."""

    month: date
    customers: int
    active: tuple[int, ...]
    retention: tuple[float | None, ...]


_ACTIVE = f"""
WITH {KEPT_ORDERS},
members AS (
  SELECT id, date_trunc('month', created_at AT TIME ZONE %(zone)s)::date AS month
  FROM crm_customer
  WHERE organisation_id = %(organisation)s AND merged_into_id IS NULL AND created_at <= %(now)s
    AND created_at >= (date_trunc('month', %(now)s AT TIME ZONE %(zone)s) - %(back)s * interval '1 month')
      AT TIME ZONE %(zone)s[[id]]
),
bought AS (
  SELECT DISTINCT m.month, m.id, age(date_trunc('month', o.paid_at AT TIME ZONE %(zone)s), m.month) AS later
  FROM members m
  JOIN kept_orders o ON o.customer_id = m.id AND o.kept_minor > 0 AND o.paid_at <= %(now)s
)
SELECT month, -1, COUNT(*) FROM members GROUP BY month
UNION ALL
SELECT month, (extract(year FROM later) * 12 + extract(month FROM later))::int, COUNT(*)
FROM bought WHERE later >= interval '0' GROUP BY 1, 2
ORDER BY 1, 2
"""


def cohorts(months: int = 12, *, segment: Segment | None = None) -> tuple[Cohort, ...]:
    """Follow the customers of the last `months` sign-up months, oldest first; months nobody signed up in are left out.

    With a segment: those of its present members.
    """
    organisation = Organisation.objects.get(id=door.organisation_id())
    facts = {"organisation": organisation.id, "zone": organisation.time_zone, "now": door.moment(), "back": months - 1}
    found = rows(_ACTIVE, facts, within(segment))
    sizes = {month: count for month, later, count in found if later == -1}
    active = {(month, later): count for month, later, count in found if later >= 0}
    this_month = door.moment().astimezone(ZoneInfo(organisation.time_zone)).date()
    return tuple(_cohort(month, size, active, this_month) for month, size in sorted(sizes.items()))


def _cohort(month: date, size: int, active: dict, this_month: date) -> Cohort:
    length = (this_month.year - month.year) * 12 + this_month.month - month.month + 1
    counts = tuple(active.get((month, later), 0) for later in range(length))
    return Cohort(month, size, counts, tuple(ratio(count, size) for count in counts))
