"""A visit to a personal link: looked up, judged and kept durably in one message to the database.

What was measured led here: docs/adr/0021-one-message-for-a-visit.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection
from django.utils import timezone

from foundation.ids import new_key, normalise_code
from tenancy import door
from tenancy.postgresql import prepared

SAME_VISIT = "30 minutes"  # so long, further looks of a visitor at the same code are the same visit


@dataclass(frozen=True)
class Visit:
    """What a visitor finds behind a code that works now. While `mark` stays the same, so does the campaign's page."""

    campaign_id: UUID
    code: str
    referrer: str  # the full name; pages show it masked
    variant: str  # a, b; empty: nothing is compared
    elsewhere: str
    language: str  # of the organisation
    time_zone: str
    mark: str
    touch_id: UUID | None  # the one that was kept now, or within the last half hour
    is_new: bool


# The commit waits for the disk like any other: whoever has the answer can rely on the touch. OFFSET 0 keeps the planner,
# which knows nothing of organisations, from reading all of one's rows where the code names the one.
_SQL = f"""
WITH found AS MATERIALIZED (
  SELECT c.id, c.campaign_id, c.code, o.language, o.time_zone, coalesce(p.elsewhere, '') AS elsewhere, here.moment,
    (SELECT r.name FROM crm_customer AS r WHERE r.organisation_id = $1::uuid AND r.id = c.referrer_id) AS name,
    coalesce((SELECT q.kind FROM referrals_referrerprofile AS q WHERE q.organisation_id = $1::uuid
      AND q.customer_id = c.referrer_id AND q.is_active LIMIT 1), 'customer') AS source,
    concat_ws('.', o.xmin, k.row_version, p.row_version, b.policy, b.exhausted_at, (
      SELECT max(v.number) FROM referrals_ruleversion AS v
      WHERE v.organisation_id = $1::uuid AND v.campaign_id = c.campaign_id)) AS mark,
    CASE WHEN coalesce(p.share_b, 0) = 0 THEN ''
      WHEN (get_byte(drawn, 0) * 256 + get_byte(drawn, 1)) * 100 / 65536 < p.share_b THEN 'b' ELSE 'a' END AS variant
  FROM tenancy_organisation AS o
  JOIN referrals_referralcode AS c ON c.organisation_id = $1::uuid AND c.code = $3 AND c.is_active
  CROSS JOIN LATERAL (
    SELECT $7::timestamptz + CASE WHEN $8::boolean THEN o.clock_offset ELSE interval '0' END AS moment) AS here
  CROSS JOIN LATERAL (SELECT sha256(convert_to(c.campaign_id::text || $4, 'UTF8')) AS drawn) AS dice
  CROSS JOIN LATERAL (
    SELECT k.xmin AS row_version, k.budget_id FROM referrals_campaign AS k
    WHERE k.organisation_id = $1::uuid AND k.id = c.campaign_id AND k.state = 'running'
      AND (k.ends_at IS NULL OR k.ends_at > here.moment) OFFSET 0) AS k
  LEFT JOIN LATERAL (
    SELECT p.xmin AS row_version, p.share_b, p.elsewhere FROM referrals_landingpage AS p
    WHERE p.organisation_id = $1::uuid AND p.campaign_id = c.campaign_id AND p.version > 0 OFFSET 0) AS p ON true
  LEFT JOIN LATERAL (
    SELECT b.policy, b.exhausted_at FROM rewards_budget AS b
    WHERE b.organisation_id = $1::uuid AND b.id = k.budget_id OFFSET 0) AS b ON true
  LEFT JOIN LATERAL (
    SELECT m.valid_from, m.valid_to FROM referrals_materialbatch AS m
    WHERE m.organisation_id = $1::uuid AND m.id = c.batch_id OFFSET 0) AS m ON true
  WHERE o.id = $1::uuid AND o.slug = $2
    AND coalesce(m.valid_from <= here.moment, true) AND coalesce(m.valid_to > here.moment, true)
), latest AS MATERIALIZED (
  SELECT t.id FROM found JOIN referrals_touch AS t ON t.organisation_id = $1::uuid AND t.visitor = $4
    AND t.occurred_at > found.moment - interval '{SAME_VISIT}' AND t.code_id = found.id
  ORDER BY t.occurred_at DESC LIMIT 1
), kept AS (
  INSERT INTO referrals_touch (organisation_id, id, code_id, campaign_id, channel, source, variant, utm, visitor,
    occurred_at)
  SELECT $1::uuid, $6::uuid, id, campaign_id, $5, source, variant, $9::jsonb, $4, moment FROM found
  WHERE $10::boolean AND NOT EXISTS (SELECT FROM latest)
  RETURNING id
)
SELECT campaign_id, code, name, variant, elsewhere, language, time_zone, mark,
  coalesce((SELECT id FROM kept), (SELECT id FROM latest)), EXISTS (SELECT FROM kept)
FROM found
"""
_STATEMENT = prepared.statement(_SQL)


def keep_visit(slug: str, code: str, *, channel: str, visitor: str, utm: Mapping[str, str], counts: bool) -> Visit | None:
    """Look a code up and keep the visit, once per visitor and code in half an hour; when this returns, it is on the disk.

    None where there is more to say than a page: the code is unknown or withdrawn, the campaign does not run, or the
    request's transaction has begun already. Whoever `counts` as no person is shown the same, and nothing is kept.
    """
    values = [
        str(door.organisation_id()), slug, normalise_code(code)[:16], visitor[:64], channel[:20] or "link",
        new_key(), _now(), settings.MOVABLE_CLOCK, orjson.dumps(utm).decode(), counts,
    ]  # fmt: skip
    with connection.alone() as is_alone:
        rows = prepared.fetch(_STATEMENT, values) if is_alone else []
    return Visit(*rows[0]) if rows else None


def _now() -> datetime:
    return timezone.now()
