"""The overview: what a period brought, compared to the one before."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from analytics.queries.kept import KEPT_ORDERS, Within, ratio, row, rows, within
from crm.models import Segment
from referrals.models import Referral
from tenancy import door
from tenancy.models import Organisation

COUNT, MONEY, POINTS, SHARE = "count", "money", "points", "share"


@dataclass(frozen=True)
class Tile:
    """One figure. `unit` says how to read it: a count, money in the smallest part, points, or a share of one."""

    key: str
    label: str
    unit: str
    value: int | float | None
    before: int | float | None  # in the period before; None where a comparison means nothing

    @property
    def change(self) -> float | None:
        """Growth against the period before: 0.25 is a quarter more; None from nothing."""
        if self.value is None or not self.before:
            return None
        return round((self.value - self.before) / self.before, 4)


@dataclass(frozen=True)
class Stage:
    key: str
    label: str
    referrals: int


@dataclass(frozen=True)
class Day:
    """One day in the organisation's time zone."""

    day: date
    new_customers: int
    paid_orders: int
    kept_minor: int
    referral_minor: int
    referrals: int


@dataclass(frozen=True)
class Overview:
    since: datetime
    until: datetime
    currency: str
    tiles: tuple[Tile, ...]
    stages: tuple[Stage, ...]
    trend: tuple[Day, ...]

    def tile(self, key: str) -> Tile:
        return next(tile for tile in self.tiles if tile.key == key)


_LABELS = {
    "new_customers": (_("New customers"), COUNT),
    "paid_orders": (_("Paid orders"), COUNT),
    "kept_revenue": (_("Revenue"), MONEY),
    "referral_revenue": (_("Revenue from referrals"), MONEY),
    "referral_share": (_("Share of referrals"), SHARE),
    "referrals": (_("Referrals confirmed"), COUNT),
    "rewards_accrued": (_("Rewards promised"), MONEY),
    "rewards_settled": (_("Rewards settled"), MONEY),
    "points_liability": (_("Points outstanding"), POINTS),
}

# An order belongs to the referral programme when its customer was referred before paying it.
_PERIOD_ORDERS = f"""
{KEPT_ORDERS},
period AS (
  SELECT o.*, EXISTS (
    SELECT FROM referrals_referral f
    WHERE f.organisation_id = %(organisation)s AND f.referee_id = o.customer_id AND f.confirmed_at <= o.paid_at
  ) AS is_referred
  FROM kept_orders o
  WHERE o.paid_at >= %(since)s AND o.paid_at < %(until)s[[o.customer_id]]
)"""
_FIGURES = f"""
WITH {_PERIOD_ORDERS}
SELECT
  (SELECT COUNT(*) FROM crm_customer WHERE organisation_id = %(organisation)s AND merged_into_id IS NULL
     AND created_at >= %(since)s AND created_at < %(until)s[[id]]),
  (SELECT COUNT(*) FROM period),
  (SELECT COALESCE(SUM(kept_minor), 0)::bigint FROM period WHERE currency = %(currency)s),
  (SELECT COALESCE(SUM(kept_minor), 0)::bigint FROM period WHERE currency = %(currency)s AND is_referred),
  (SELECT COUNT(*) FROM referrals_referral WHERE organisation_id = %(organisation)s
     AND confirmed_at >= %(since)s AND confirmed_at < %(until)s[[referrer_id]]),
  (SELECT COALESCE(SUM(cost_minor), 0)::bigint FROM rewards_reward WHERE organisation_id = %(organisation)s
     AND accrued_at >= %(since)s AND accrued_at < %(until)s[[beneficiary_id]]),
  (SELECT COALESCE(SUM(cost_minor), 0)::bigint FROM rewards_reward WHERE organisation_id = %(organisation)s
     AND settled_at >= %(since)s AND settled_at < %(until)s[[beneficiary_id]])
"""
_TREND = f"""
WITH {_PERIOD_ORDERS},
happened AS (
  SELECT paid_at AS at, 0 AS customers, 1 AS orders,
    CASE WHEN currency = %(currency)s THEN kept_minor ELSE 0 END AS kept,
    CASE WHEN currency = %(currency)s AND is_referred THEN kept_minor ELSE 0 END AS referred, 0 AS referrals
  FROM period
  UNION ALL
  SELECT created_at, 1, 0, 0, 0, 0 FROM crm_customer
  WHERE organisation_id = %(organisation)s AND merged_into_id IS NULL AND created_at >= %(since)s
    AND created_at < %(until)s[[id]]
  UNION ALL
  SELECT confirmed_at, 0, 0, 0, 0, 1 FROM referrals_referral
  WHERE organisation_id = %(organisation)s AND confirmed_at >= %(since)s AND confirmed_at < %(until)s[[referrer_id]]
)
SELECT (at AT TIME ZONE %(zone)s)::date, SUM(customers)::bigint, SUM(orders)::bigint, SUM(kept)::bigint,
  SUM(referred)::bigint, SUM(referrals)::bigint
FROM happened
GROUP BY 1
"""
_LIABILITY = """
SELECT COALESCE(SUM(b.pending + b.available), 0)::bigint
FROM rewards_balance b
JOIN rewards_account a ON a.organisation_id = b.organisation_id AND a.id = b.id
JOIN rewards_unit u ON u.organisation_id = a.organisation_id AND u.id = a.unit_id
WHERE b.organisation_id = %(organisation)s AND u.kind = 'points'[[a.customer_id]]
"""
_STAGES = """
SELECT stage, COUNT(*)
FROM referrals_referral
WHERE organisation_id = %(organisation)s AND confirmed_at >= %(since)s AND confirmed_at < %(until)s[[referrer_id]]
GROUP BY stage
"""


def overview(since: datetime, until: datetime, *, segment: Segment | None = None) -> Overview:
    """Show [since, until) beside the equally long period before it. Money is in the organisation's currency.

    With a segment: what its customers bought, whom they referred, and what they were promised.
    """
    chosen = within(segment)
    organisation = Organisation.objects.get(id=door.organisation_id())
    facts = {"organisation": organisation.id, "currency": organisation.currency, "zone": organisation.time_zone}
    period = facts | {"since": since, "until": until}
    now = _figures(period, chosen)
    before = _figures(facts | {"since": since - (until - since), "until": since}, chosen)
    now["points_liability"], before["points_liability"] = row(_LIABILITY, facts, chosen)[0], None
    return Overview(
        since=since, until=until, currency=organisation.currency,
        tiles=tuple(Tile(key, label, unit, now[key], before[key]) for key, (label, unit) in _LABELS.items()),
        stages=_stages(period, chosen), trend=_trend(period, ZoneInfo(organisation.time_zone), chosen),
    )  # fmt: skip


def _figures(facts: dict, chosen: Within | None) -> dict[str, int | float | None]:
    customers, orders, revenue, referred, referrals, accrued, settled = row(_FIGURES, facts, chosen)
    return {
        "new_customers": customers, "paid_orders": orders, "kept_revenue": revenue, "referral_revenue": referred,
        "referral_share": ratio(referred, revenue), "referrals": referrals, "rewards_accrued": accrued,
        "rewards_settled": settled,
    }  # fmt: skip


def _stages(facts: dict, chosen: Within | None) -> tuple[Stage, ...]:
    found = dict(rows(_STAGES, facts, chosen))
    return tuple(Stage(stage.value, stage.label, found.get(stage.value, 0)) for stage in Referral.Stage)


def _trend(facts: dict, zone: ZoneInfo, chosen: Within | None) -> tuple[Day, ...]:
    found = {day: sums for day, *sums in rows(_TREND, facts, chosen)}
    first = facts["since"].astimezone(zone).date()
    last = (facts["until"] - timedelta(microseconds=1)).astimezone(zone).date()
    days = (first + timedelta(days=place) for place in range((last - first).days + 1))
    return tuple(Day(day, *found.get(day, (0, 0, 0, 0, 0))) for day in days)
