"""What people choose where they have a choice."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from rewards.models import CouponKind
from tenancy import door

# A reward in the place of one that was exchanged counts, the exchanged one does not. Amounts are those of the terms, so that
# an order of which a part was given back is no other option.
CHOICES = """
SELECT r.id, r.beneficiary_id, r.chosen_at IS NOT NULL AS is_chosen, r.state IN ('accrued', 'held') AS is_open,
  r.options -> r.option ->> 'kind' AS kind, r.options -> r.option ->> 'unit' AS unit,
  (r.options -> r.option ->> 'whole')::bigint AS amount,
  r.options -> r.option -> 'title' AS title, (r.options -> r.option ->> 'coupon_kind_id')::uuid AS coupon_kind_id
FROM rewards_reward AS r
WHERE r.organisation_id = %(organisation)s AND r.campaign_id = %(campaign)s AND r.options <> '[]'
  AND r.successor_id IS NULL AND r.state NOT IN ('estimated', 'lapsed')
"""


@dataclass(frozen=True)
class OptionUptake:
    """How often an option was taken: chosen, left standing because nobody chose, or standing where one may still choose."""

    kind: str
    unit: str
    amount: int
    title: Mapping[str, str]
    coupon_kind: CouponKind | None
    chosen: int
    by_default: int
    still_open: int

    @property
    def taken(self) -> int:
        return self.chosen + self.by_default + self.still_open


def option_uptake(campaign_id: UUID) -> list[OptionUptake]:
    """Count what was taken of a campaign's choices, the most chosen first."""
    rows = _rows(
        f"""
        SELECT c.kind, c.unit, c.amount, c.title, c.coupon_kind_id, count(*) FILTER (WHERE c.is_chosen),
          count(*) FILTER (WHERE NOT c.is_chosen AND NOT c.is_open), count(*) FILTER (WHERE NOT c.is_chosen AND c.is_open)
        FROM ({CHOICES}) AS c
        GROUP BY c.kind, c.unit, c.amount, c.title, c.coupon_kind_id
        ORDER BY 6 DESC, 7 DESC, 8 DESC, 1, 3
        """,
        campaign_id,
    )
    kinds = CouponKind.objects.in_bulk({row[4] for row in rows} - {None})
    return [_uptake(row, kinds) for row in rows]


def _uptake(row: tuple, kinds: Mapping[UUID, CouponKind]) -> OptionUptake:
    kind, unit, amount, title, coupon_kind_id, *counts = row
    return OptionUptake(kind, unit, amount, json.loads(title), kinds.get(coupon_kind_id), *counts)


def _rows(sql: str, campaign_id: UUID) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"organisation": str(door.organisation_id()), "campaign": str(campaign_id)})
        return cursor.fetchall()
