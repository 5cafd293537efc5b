"""When rewards are promised by: what is open, what is late and why, and how many were there on time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from foundation.calendar import WorkingCalendar
from rewards.models import RewardPolicy
from tenancy import door
from tenancy.calendar import own_zone

# Why a reward is not there yet; the first that fits.
CAUSES = {
    "hold": _("Waiting time"),
    "choice": _("The person has not chosen yet"),
    "review": _("Under review"),
    "approval": _("A second person has to agree"),
    "budget": _("No money in the budget"),
    "stock": _("Nothing in stock"),
    "hand_over": _("To be handed over"),
    "payout_data": _("No account to pay to"),
    "payout": _("To be paid out"),
}
CAUSE_KEYS = [(cause, cause) for cause in CAUSES]  # as the schema names them
BUCKETS = {
    "on_time": _("On time"),
    "soon": _("Due within 3 days"),
    "late": _("Late by up to a week"),
    "very_late": _("Late by more than a week"),
}
LATE = ("late", "very_late")
MONTHS = 6


@dataclass(frozen=True)
class OpenPromises:
    """How many rewards that are not there yet share a cause and a bucket, and what they cost."""

    cause: str
    bucket: str
    count: int
    cost_minor: int


@dataclass(frozen=True)
class OpenPromise:
    reward_id: UUID
    cause: str
    bucket: str
    promised_by: datetime


@dataclass(frozen=True)
class Punctuality:
    """Of the rewards promised by a day in this time: how many were there by then."""

    since: date
    promised: int
    on_time: int

    @property
    def share(self) -> float | None:
        return self.on_time / self.promised if self.promised else None


def calendar() -> WorkingCalendar:
    """Give the organisation's working days."""
    holidays = RewardPolicy.objects.values_list("holidays", flat=True).first()
    return WorkingCalendar.of(own_zone().key, holidays or ())


def board() -> list[OpenPromises]:
    """Count what is open, by cause and by how near its day is."""
    rows = _rows(f"{_OPEN} SELECT cause, bucket, count(*), sum(cost_minor)::bigint FROM open GROUP BY cause, bucket")
    causes, buckets = list(CAUSES), list(BUCKETS)
    lines = [OpenPromises(*row) for row in rows]
    return sorted(lines, key=lambda line: (causes.index(line.cause), buckets.index(line.bucket)))


def open_promises(
    *, cause: str = "", bucket: str = "", after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[OpenPromise]:
    """List what is open, the day that is nearest or longest past first; `after` is the last of the page before."""
    rows = _rows(
        f"""
        {_OPEN}
        SELECT id, cause, bucket, promised_by FROM open
        WHERE (%(cause)s = '' OR cause = %(cause)s) AND (%(bucket)s = '' OR bucket = %(bucket)s)
          AND (%(after)s::timestamptz IS NULL OR (promised_by, id) > (%(after)s::timestamptz, %(after_id)s::uuid))
        ORDER BY promised_by, id
        LIMIT %(limit)s
        """,
        cause=cause, bucket=bucket, limit=limit,
        after=after[0] if after else None, after_id=str(after[1]) if after else None,
    )  # fmt: skip
    return [OpenPromise(*row) for row in rows]


def newly_late(*, limit: int) -> list[UUID]:
    """List rewards whose day has passed and of which nobody was told, longest past first."""
    rows = _rows(
        f"""
        {_OPEN}
        SELECT o.id FROM open AS o
        WHERE o.bucket IN ('late', 'very_late') AND NOT EXISTS (
          SELECT FROM rewards_rewardmove AS m WHERE m.organisation_id = %(organisation)s AND m.key = 'late:' || o.id)
        ORDER BY o.promised_by, o.id
        LIMIT %(limit)s
        """,
        limit=limit,
    )
    return [row[0] for row in rows]


def open_causes(reward_ids: Sequence[UUID]) -> set[str]:
    """Say what holds these rewards up."""
    rows = _rows(
        f"{_OPEN} SELECT DISTINCT cause FROM open WHERE id = ANY(%(ids)s::uuid[])", ids=[str(one) for one in reward_ids]
    )
    return {row[0] for row in rows}


def punctuality(*, days: int = 90) -> Punctuality:
    """Say how many rewards promised by a day within the last `days` were there by then."""
    since = door.moment() - timedelta(days=days)
    [(promised, on_time)] = _rows(f"SELECT count(*), count(*) FILTER (WHERE is_on_time) FROM ({_DUE}) AS due", since=since)
    return Punctuality(since.astimezone(calendar().zone).date(), promised, on_time)


def punctuality_by_month() -> Sequence[Punctuality]:
    """The same for this month and those before it, in the organisation's time; months without a promise are left out."""
    zone = calendar().zone
    first = door.moment().astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for _month in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    rows = _rows(
        f"""
        SELECT date_trunc('month', promised_by AT TIME ZONE %(zone)s)::date, count(*), count(*) FILTER (WHERE is_on_time)
        FROM ({_DUE}) AS due GROUP BY 1 ORDER BY 1
        """,
        since=first, zone=zone.key,
    )  # fmt: skip
    return [Punctuality(*row) for row in rows]


def _rows(sql: str, **facts) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"organisation": str(door.organisation_id()), "now": door.moment(), **facts})
        return cursor.fetchall()


# Three ways in, each by an index: the queue of what may settle; what is held; what is settled and not in the person's hands.
_OPEN = """
WITH waiting AS (
  SELECT r.id, r.promised_by, r.cost_minor,
    CASE WHEN r.options <> '[]' AND r.chosen_at IS NULL THEN 'choice' ELSE 'hold' END AS cause
  FROM rewards_duereward AS d
  JOIN rewards_reward AS r ON r.organisation_id = %(organisation)s AND r.id = d.id
  WHERE d.organisation_id = %(organisation)s
  UNION ALL
  SELECT r.id, r.promised_by, r.cost_minor,
    CASE WHEN r.hold_cause IN ('approval', 'budget') THEN r.hold_cause ELSE 'review' END
  FROM rewards_reward AS r
  WHERE r.organisation_id = %(organisation)s AND NOT (r.hold_cause = 'refund_window') AND r.state = 'held'
  UNION ALL
  SELECT r.id, r.promised_by, r.cost_minor,
    CASE
      WHEN r.kind = 'cash' AND r.state = 'available' AND NOT EXISTS (
        SELECT FROM rewards_payoutaccount AS a
        WHERE a.organisation_id = %(organisation)s AND a.customer_id = r.beneficiary_id AND a.retired_at IS NULL)
      THEN 'payout_data'
      WHEN r.kind = 'cash' THEN 'payout'
      WHEN EXISTS (
        SELECT FROM rewards_catalogueitem AS i
        WHERE i.organisation_id = %(organisation)s AND i.id::text = r.details ->> 'item_id' AND i.stock < r.kept)
      THEN 'stock'
      ELSE 'hand_over'
    END
  FROM rewards_reward AS r
  WHERE r.organisation_id = %(organisation)s AND NOT (r.kind IN ('points', 'coupon'))
    AND r.kind IN ('cash', 'gift', 'service_upgrade') AND r.state IN ('available', 'paying')
), open AS (
  SELECT w.id, w.promised_by, w.cost_minor, w.cause,
    CASE
      WHEN w.promised_by < %(now)s - interval '7 days' THEN 'very_late'
      WHEN w.promised_by < %(now)s THEN 'late'
      WHEN w.promised_by < %(now)s + interval '3 days' THEN 'soon'
      ELSE 'on_time'
    END AS bucket
  FROM waiting AS w
)
"""

# What the house owed by a day that has passed. What was taken back before it arrived was not owed any more.
_DUE = """
SELECT r.promised_by,
  coalesce(CASE
    WHEN r.kind IN ('cash', 'gift', 'service_upgrade') THEN (
      SELECT min(m.occurred_at) FROM rewards_rewardmove AS m
      WHERE m.organisation_id = %(organisation)s AND m.reward_id = r.id AND m.after IN ('issued', 'paid'))
    ELSE r.settled_at
  END <= r.promised_by, false) AS is_on_time
FROM rewards_reward AS r
WHERE r.organisation_id = %(organisation)s AND r.promised_by >= %(since)s AND r.promised_by < %(now)s
  AND r.state NOT IN ('estimated', 'lapsed') AND (r.state <> 'reversed' OR r.settled_at IS NOT NULL)
"""
