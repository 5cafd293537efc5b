"""What a campaign brought: its funnel, channels and referrers."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from analytics.queries.kept import KEPT_ORDERS, ratio, row, rows, within
from crm.models import Segment
from foundation.contacts import mask_name
from foundation.errors import NotFound
from referrals.models import Campaign
from tenancy import door
from tenancy.models import Organisation


@dataclass(frozen=True)
class Step:
    """One step of the funnel; the rates are against the step before and the first one, None of nothing."""

    key: str
    label: str
    count: int
    of_previous: float | None
    of_first: float | None


@dataclass(frozen=True)
class Channel:
    channel: str
    touches: int
    visitors: int
    submitted: int
    confirmed: int
    converted: int
    conversion: float | None  # of visitors


@dataclass(frozen=True)
class Funnel:
    campaign_id: UUID
    steps: tuple[Step, ...]
    channels: tuple[Channel, ...]


@dataclass(frozen=True)
class Referrer:
    """A line of the leaderboard."""

    customer_id: UUID
    name: str
    referrals: int
    converted: int
    revenue_minor: int  # kept of orders
    deals_minor: int  # kept of what came for deals
    reward_cost_minor: int

    @property
    def income_minor(self) -> int:
        return self.revenue_minor + self.deals_minor


@dataclass(frozen=True)
class CampaignReport:
    """What came in and what it cost. `roi` is (income - cost) / cost, None without cost."""

    campaign_id: UUID
    currency: str
    referrals: int
    converted: int
    orders: int
    revenue_minor: int  # kept of orders
    deals: int
    deals_minor: int  # kept of what came for deals
    cost_accrued_minor: int
    cost_settled_minor: int
    roi: float | None
    leaders: tuple[Referrer, ...]

    @property
    def income_minor(self) -> int:
        return self.revenue_minor + self.deals_minor


_STEPS = {
    "touches": _("Link opened"),
    "visitors": _("Visitors"),
    "submitted": _("Form sent"),
    "confirmed": _("Confirmed"),
    "converted": _("Converted"),
    "rewarded": _("Rewarded"),
}
_FUNNEL = """
SELECT
  (SELECT COUNT(*) FROM referrals_touch
   WHERE organisation_id = %(organisation)s AND campaign_id = %(campaign)s[[code: code_id]]),
  (SELECT COUNT(DISTINCT visitor) FROM referrals_touch
   WHERE organisation_id = %(organisation)s AND campaign_id = %(campaign)s[[code: code_id]]),
  (SELECT COUNT(*) FROM referrals_invitation
   WHERE organisation_id = %(organisation)s AND campaign_id = %(campaign)s[[code: code_id]]),
  COUNT(*), COUNT(f.converted_at),
  COUNT(*) FILTER (WHERE EXISTS (
    SELECT FROM rewards_reward r
    WHERE r.organisation_id = %(organisation)s AND r.referral_id = f.id
      AND r.state IN ('available', 'paying', 'paid', 'issued') AND r.kept > 0))
FROM referrals_referral f
WHERE f.organisation_id = %(organisation)s AND f.campaign_id = %(campaign)s[[f.referrer_id]]
"""
_CHANNELS = """
SELECT channel, SUM(touches)::bigint, SUM(visitors)::bigint, SUM(submitted)::bigint, SUM(confirmed)::bigint,
  SUM(converted)::bigint
FROM (
  SELECT channel, COUNT(*) AS touches, COUNT(DISTINCT visitor) AS visitors, 0 AS submitted, 0 AS confirmed, 0 AS converted
  FROM referrals_touch
  WHERE organisation_id = %(organisation)s AND campaign_id = %(campaign)s[[code: code_id]] GROUP BY channel
  UNION ALL
  SELECT channel, 0, 0, COUNT(*), 0, 0
  FROM referrals_invitation
  WHERE organisation_id = %(organisation)s AND campaign_id = %(campaign)s[[code: code_id]] GROUP BY channel
  UNION ALL
  SELECT channel, 0, 0, 0, COUNT(*), COUNT(converted_at)
  FROM referrals_referral
  WHERE organisation_id = %(organisation)s AND campaign_id = %(campaign)s[[referrer_id]] GROUP BY channel
) AS parts
GROUP BY channel
ORDER BY 2 DESC, 5 DESC, channel
"""
# A referee has one referral, so what they pay after it belongs to its campaign.
_BY_REFERRER = f"""
WITH {KEPT_ORDERS},
revenue AS (
  SELECT f.referrer_id, COUNT(*) AS orders, COALESCE(SUM(o.kept_minor) FILTER (WHERE o.currency = %(currency)s), 0) AS minor
  FROM referrals_referral f
  JOIN kept_orders o ON o.customer_id = f.referee_id AND o.paid_at >= f.confirmed_at AND o.kept_minor > 0
  WHERE f.organisation_id = %(organisation)s AND f.campaign_id = %(campaign)s
  GROUP BY f.referrer_id
),
deals AS (
  SELECT f.referrer_id, COUNT(DISTINCT d.id) AS deals, SUM(m.amount_minor - COALESCE(b.amount_minor, 0)) AS minor
  FROM referrals_referral f
  JOIN crm_deal d ON d.organisation_id = f.organisation_id AND d.customer_id = f.referee_id
  JOIN crm_receipt m ON m.organisation_id = f.organisation_id AND m.deal_id = d.id AND m.received_at >= f.confirmed_at
  LEFT JOIN (
    SELECT receipt_id, SUM(amount_minor)::bigint AS amount_minor
    FROM crm_receiptrefund
    WHERE organisation_id = %(organisation)s
    GROUP BY receipt_id
  ) b ON b.receipt_id = m.id
  WHERE f.organisation_id = %(organisation)s AND f.campaign_id = %(campaign)s AND m.currency = %(currency)s
  GROUP BY f.referrer_id
),
cost AS (
  SELECT f.referrer_id, SUM(r.cost_minor) AS minor
  FROM referrals_referral f
  JOIN rewards_reward r ON r.organisation_id = f.organisation_id AND r.referral_id = f.id
  WHERE f.organisation_id = %(organisation)s AND f.campaign_id = %(campaign)s
  GROUP BY f.referrer_id
)
SELECT f.referrer_id, c.name, COUNT(*), COUNT(f.converted_at), COALESCE(MAX(v.orders), 0)::bigint,
  COALESCE(MAX(v.minor), 0)::bigint, COALESCE(MAX(d.deals), 0)::bigint, COALESCE(MAX(d.minor), 0)::bigint,
  COALESCE(MAX(k.minor), 0)::bigint
FROM referrals_referral f
JOIN crm_customer c ON c.organisation_id = f.organisation_id AND c.id = f.referrer_id
LEFT JOIN revenue v ON v.referrer_id = f.referrer_id
LEFT JOIN deals d ON d.referrer_id = f.referrer_id
LEFT JOIN cost k ON k.referrer_id = f.referrer_id
WHERE f.organisation_id = %(organisation)s AND f.campaign_id = %(campaign)s[[f.referrer_id]]
GROUP BY f.referrer_id, c.name
ORDER BY 4 DESC, COALESCE(MAX(v.minor), 0) + COALESCE(MAX(d.minor), 0) DESC, 3 DESC, f.referrer_id
"""
_COST = """
SELECT COALESCE(SUM(cost_minor), 0)::bigint, COALESCE(SUM(cost_minor) FILTER (
  WHERE state IN ('available', 'paying', 'paid', 'issued')), 0)::bigint
FROM rewards_reward
WHERE organisation_id = %(organisation)s AND campaign_id = %(campaign)s[[referral: referral_id]]
"""


def campaign_funnel(campaign_id: UUID, *, segment: Segment | None = None) -> Funnel:
    """Count from opened links to rewarded referrals, in all and by channel; with a segment, of its referrers."""
    facts, chosen = _facts(campaign_id), within(segment)
    counts = dict(zip(_STEPS, row(_FUNNEL, facts, chosen), strict=True))
    first = counts["touches"]
    previous = [None, *counts.values()]
    steps = tuple(
        Step(key, _STEPS[key], count, ratio(count, before or 0), ratio(count, first))
        for (key, count), before in zip(counts.items(), previous, strict=False)
    )
    channels = tuple(Channel(*found, ratio(found[5], found[2])) for found in rows(_CHANNELS, facts, chosen))
    return Funnel(campaign_id, steps, channels)


def campaign_report(
    campaign_id: UUID, *, limit: int = 20, is_masked: bool = True, segment: Segment | None = None
) -> CampaignReport:
    """Say what a campaign earned and cost, and who referred best; names are masked unless asked for.

    With a segment: what its referrers brought and what was promised for it.
    """
    facts, chosen = _facts(campaign_id), within(segment)
    referrers = rows(_BY_REFERRER, facts, chosen)
    accrued, settled = row(_COST, facts, chosen)
    referrals, converted, orders, revenue, deals, of_deals = (sum(found[n] for found in referrers) for n in range(2, 8))
    return CampaignReport(
        campaign_id=campaign_id, currency=facts["currency"], referrals=referrals, converted=converted,
        orders=orders, revenue_minor=revenue, deals=deals, deals_minor=of_deals,
        cost_accrued_minor=accrued, cost_settled_minor=settled, roi=ratio(revenue + of_deals - accrued, accrued),
        leaders=tuple(_referrer(found, is_masked) for found in referrers[:limit]),
    )  # fmt: skip


def _referrer(found: tuple, is_masked: bool) -> Referrer:
    customer_id, name, referrals, converted, _orders, revenue, _deals, of_deals, cost = found
    return Referrer(customer_id, mask_name(name) if is_masked else name, referrals, converted, revenue, of_deals, cost)


def _facts(campaign_id: UUID) -> dict:
    if not Campaign.objects.filter(id=campaign_id).exists():
        raise NotFound
    organisation = Organisation.objects.get(id=door.organisation_id())
    return {"organisation": organisation.id, "currency": organisation.currency, "campaign": campaign_id}
