"""What became of every invitation that was opened, by the terms and the tier or segment it was passed on under."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from crm.models import Segment
from crm.queries.segments import is_relative, members_sql
from referrals.rules.suggesting import Tally
from tenancy import door
from tenancy.models import Organisation

LEAST_DAYS, MOST_DAYS = 30, 120
_PAST = timedelta(days=730)  # older than that says little about today
_MOST_SEGMENTS = 12

# An invitation is opened once by a visitor, or is a form or a referral that came without one. Each is looked at for as long
# as nine in ten friends took to buy: younger ones are only counted as such, later purchases for none. Only what customers
# passed on counts: colleagues, partners and printed pieces have no tier.
_SQL = """
WITH days AS (
  SELECT LEAST(%(most)s, GREATEST(%(least)s, CEIL(COALESCE(percentile_disc(0.9) WITHIN GROUP (
    ORDER BY EXTRACT(epoch FROM converted_at - COALESCE(touched_at, confirmed_at)) / 86400), 0))))::int AS n
  FROM referrals_referral
  WHERE organisation_id = %(here)s AND converted_at IS NOT NULL AND confirmed_at >= %(since)s
),
opened AS (
  SELECT t.code_id, MIN(t.occurred_at) AS at, NULL::uuid AS referral_id
  FROM referrals_touch t
  WHERE t.organisation_id = %(here)s AND t.occurred_at >= %(since)s AND t.source = 'customer'
    AND NOT EXISTS (SELECT FROM referrals_invitation i
      WHERE i.organisation_id = %(here)s AND i.code_id = t.code_id AND i.visitor = t.visitor)
  GROUP BY t.code_id, t.visitor
  UNION ALL
  SELECT i.code_id, i.submitted_at, i.referral_id
  FROM referrals_invitation i WHERE i.organisation_id = %(here)s AND i.submitted_at >= %(since)s
  UNION ALL
  SELECT f.code_id, COALESCE(f.touched_at, f.confirmed_at), f.id
  FROM referrals_referral f
  WHERE f.organisation_id = %(here)s AND f.code_id IS NOT NULL AND f.confirmed_at >= %(since)s
    AND NOT EXISTS (SELECT FROM referrals_invitation i WHERE i.organisation_id = %(here)s AND i.referral_id = f.id)
),
version AS (
  SELECT id, campaign_id, number, published_at AS since, terms ->> 'currency' AS currency,
    LEAD(published_at) OVER (PARTITION BY campaign_id ORDER BY number) AS until
  FROM referrals_ruleversion WHERE organisation_id = %(here)s
),
looked AS MATERIALIZED (
  SELECT o.at, o.at + make_interval(days => (SELECT n FROM days)) AS until, c.referrer_id, f.id AS referral_id,
    CASE WHEN f.risk <> 'confirmed' AND NOT f.is_returning THEN f.referee_id END AS referee_id,
    COALESCE(f.touched_at, f.confirmed_at) AS since, COALESCE(f.rule_version_id, v.id) AS version_id
  FROM opened o
  JOIN referrals_referralcode c ON c.organisation_id = %(here)s AND c.id = o.code_id AND c.batch_id IS NULL
  LEFT JOIN referrals_referral f ON f.organisation_id = %(here)s AND f.id = o.referral_id
  LEFT JOIN version v ON v.campaign_id = c.campaign_id AND (v.number = 1 OR v.since <= o.at)
    AND (v.until IS NULL OR v.until > o.at)
  WHERE f.id IS NULL OR f.source = 'customer'
),
placed AS MATERIALIZED (
  SELECT l.*, COALESCE(t.code, (SELECT code FROM loyalty_tier WHERE organisation_id = %(here)s ORDER BY rank LIMIT 1), '')
      AS tier,
    [[segments]] AS segments,
    (SELECT SUM(d.kept) FROM (
      SELECT d.total_minor - COALESCE((SELECT SUM(r.amount_minor) FROM crm_refund r
        WHERE r.organisation_id = %(here)s AND r.order_id = d.id AND r.cancelled_at IS NULL), 0) AS kept
      FROM crm_order d
      WHERE d.organisation_id = %(here)s AND d.customer_id = l.referee_id AND d.status = 'paid'
        AND d.currency = %(currency)s AND d.paid_at >= l.since AND d.paid_at < l.until) d
    WHERE d.kept > 0) AS kept,
    (SELECT SUM(w.cost_minor) FROM rewards_reward w
      LEFT JOIN crm_order d ON d.organisation_id = %(here)s AND d.id = w.order_id
      WHERE w.organisation_id = %(here)s AND w.referral_id = l.referral_id AND w.state NOT IN ('estimated', 'lapsed')
        AND COALESCE(d.paid_at, w.accrued_at) < l.until) AS cost
  FROM looked l
  LEFT JOIN LATERAL (
    SELECT tier_id FROM loyalty_tierperiod p
    WHERE p.organisation_id = %(here)s AND p.customer_id = l.referrer_id AND p.since <= l.at
      AND (p.until IS NULL OR p.until > l.at)
    ORDER BY p.since DESC LIMIT 1
  ) p ON true
  LEFT JOIN loyalty_tier t ON t.organisation_id = %(here)s AND t.id = p.tier_id
  WHERE l.version_id IS NOT NULL
),
by_referrer AS (
  SELECT p.version_id, p.tier, p.segments, p.referrer_id,
    COUNT(*) FILTER (WHERE p.until > %(now)s) AS young,
    COUNT(*) FILTER (WHERE p.until <= %(now)s) AS openings,
    COUNT(p.referee_id) FILTER (WHERE p.until <= %(now)s) AS signed_up,
    COUNT(p.kept) FILTER (WHERE p.until <= %(now)s) AS bought,
    SUM(p.kept) FILTER (WHERE p.until <= %(now)s) AS kept,
    SUM(p.cost) FILTER (WHERE p.until <= %(now)s) AS cost
  FROM placed p
  GROUP BY 1, 2, 3, 4
)
SELECT b.version_id, v.campaign_id, b.tier, b.segments, (SELECT n FROM days), SUM(b.young)::bigint,
  SUM(b.openings)::bigint, COUNT(*) FILTER (WHERE b.openings > 0), MAX(b.openings), SUM(b.signed_up)::bigint,
  SUM(b.bought)::bigint, COALESCE(SUM(b.kept), 0)::bigint, COALESCE(SUM(b.cost), 0)::bigint
FROM by_referrer b
JOIN version v ON v.id = b.version_id AND v.currency = %(currency)s
GROUP BY 1, 2, 3, 4
ORDER BY 2, 1, 3, 4
"""


@dataclass(frozen=True)
class Past:
    """What became of the invitations of one version of terms that referrers of one tier and these segments passed on."""

    version_id: UUID
    campaign_id: UUID
    tier: str
    segments: tuple[str, ...]
    days: int  # that each was looked at
    young: int  # opened too recently to be counted
    tally: Tally

    @property
    def about(self) -> dict[str, Any]:
        return {"referrer.tier": self.tier, "referrer.segments": list(self.segments), "referral.source": "customer"}


def past_offers(segment_ids: Sequence[str] = ()) -> list[Past]:
    """Count, in one statement, what came of the invitations of the last two years.

    Tiers are those of the day an invitation was opened; segments those of today, since only followed ones know their past.
    """
    marks, facts = _segments(segment_ids)
    now = door.moment()
    told = {
        "here": str(door.organisation_id()), "now": now, "since": now - _PAST, "least": LEAST_DAYS, "most": MOST_DAYS,
        "currency": Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SQL.replace("[[segments]]", marks), told | facts)
        return [_past(*row) for row in cursor.fetchall()]


def _past(version_id, campaign_id, tier, segments, days, young, *counted) -> Past:
    openings, referrers, most, signed_up, bought, kept, cost = counted
    tally = Tally(openings, referrers, most, signed_up, bought, kept, cost)
    return Past(version_id, campaign_id, tier, tuple(segments), days, young, tally)


def _segments(ids: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Write which of these segments a referrer is in, as an array within the statement."""
    parts, facts = [], {}
    rows = [row for row in Segment.objects.filter(id__in=ids).order_by("id")[:_MOST_SEGMENTS] if not is_relative(row)]
    for place, segment in enumerate(rows):
        sql, values = members_sql(segment, f"segment_{place}")
        facts |= values | {f"segment_{place}_id": str(segment.id)}
        parts.append(f"CASE WHEN l.referrer_id IN ({sql}) THEN %(segment_{place}_id)s END")
    listed = f"array_remove(ARRAY[{', '.join(parts)}]::text[], NULL)" if parts else "ARRAY[]::text[]"
    return listed, facts
