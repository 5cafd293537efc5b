"""What customers of each segment choose where they have a choice."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from analytics.queries.kept import rows
from analytics.rules import SEGMENTS
from foundation.errors import NotFound
from referrals.models import Campaign
from rewards.models import CouponKind
from rewards.queries.choices import CHOICES
from tenancy import door


@dataclass(frozen=True)
class SegmentChoice:
    """What a segment chose most: how often, of how many choices that its customers made."""

    segment: str
    kind: str
    unit: str
    amount: int
    title: Mapping[str, str]
    coupon_kind: CouponKind | None
    chosen: int
    of: int


def choices_by_segment(campaign_id: UUID) -> list[SegmentChoice]:
    """Say what each segment chose most in a campaign; whom nobody has scored, and who did not choose, are left out."""
    if not Campaign.objects.filter(id=campaign_id).exists():
        raise NotFound
    found = rows(_BY_SEGMENT, {"organisation": str(door.organisation_id()), "campaign": str(campaign_id)})
    kinds = CouponKind.objects.in_bulk({row[5] for row in found} - {None})
    choices = [SegmentChoice(*row[:4], json.loads(row[4]), kinds.get(row[5]), *row[6:]) for row in found]
    return sorted(choices, key=lambda choice: list(SEGMENTS).index(choice.segment))


_BY_SEGMENT = f"""
SELECT DISTINCT ON (segment) segment, kind, unit, amount, title, coupon_kind_id, chosen, made FROM (
  SELECT s.segment, c.kind, c.unit, c.amount, c.title::text AS title, c.coupon_kind_id, count(*) AS chosen,
    sum(count(*)) OVER (PARTITION BY s.segment)::bigint AS made
  FROM ({CHOICES}) AS c
  JOIN analytics_rfmscore AS s ON s.organisation_id = %(organisation)s AND s.customer_id = c.beneficiary_id
  WHERE c.is_chosen
  GROUP BY s.segment, c.kind, c.unit, c.amount, c.title, c.coupon_kind_id
) AS told
ORDER BY segment, chosen DESC, kind, amount
"""
