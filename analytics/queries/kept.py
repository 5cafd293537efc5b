"""Orders with what was kept of them, and statements narrowed to a segment: what is behind every figure."""

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection

from crm.models import Segment
from crm.queries.segments import members_sql

# Refunds are told when they come and count against the order they belong to, whenever that was paid.
KEPT_ORDERS = """
kept_orders AS (
  SELECT o.id, o.customer_id, o.paid_at, o.currency, o.total_minor - COALESCE(r.amount_minor, 0) AS kept_minor
  FROM crm_order o
  LEFT JOIN (
    SELECT order_id, SUM(amount_minor)::bigint AS amount_minor
    FROM crm_refund
    WHERE organisation_id = %(organisation)s AND order_id IS NOT NULL AND cancelled_at IS NULL
    GROUP BY order_id
  ) r ON r.order_id = o.id
  WHERE o.organisation_id = %(organisation)s AND o.status = 'paid'
)"""
# Where a statement says [[column]], only customers of the chosen segment stay, if one is chosen;
# [[code: column]] and [[referral: column]] name codes and referrals of referrers who are in it.
_MARK = re.compile(r"\[\[(?:(code|referral): )?(.+?)\]\]")
_THEIRS = {
    None: "SELECT id FROM chosen",
    "code": """SELECT k.id FROM referrals_referralcode k
      WHERE k.organisation_id = %(organisation)s AND k.referrer_id IN (SELECT id FROM chosen)""",
    "referral": """SELECT k.id FROM referrals_referral k
      WHERE k.organisation_id = %(organisation)s AND k.referrer_id IN (SELECT id FROM chosen)""",
}


@dataclass(frozen=True)
class Within:
    """The customers of a segment as a part of a statement: asked once there, however often they are named."""

    sql: str
    facts: dict[str, Any]


def within(segment: Segment | None) -> Within | None:
    """Make a segment ready to narrow statements; None narrows nothing."""
    if segment is None:
        return None
    return Within(*members_sql(segment, "chosen"))


def narrowed(sql: str, chosen: Within | None) -> str:
    """Fill the marks of a statement, and say at its head who is chosen."""
    if chosen is None:
        return _MARK.sub("", sql)
    filled = _MARK.sub(lambda mark: f" AND {mark[2]} IN ({_THEIRS[mark[1]]})", sql).strip()
    head = f"WITH chosen AS MATERIALIZED ({chosen.sql})"
    return f"{head}, {filled.removeprefix('WITH')}" if filled.startswith("WITH") else f"{head}\n{filled}"


def rows(sql: str, facts: dict[str, Any], chosen: Within | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(narrowed(sql, chosen), facts | chosen.facts if chosen else facts)
        return cursor.fetchall()


def row(sql: str, facts: dict[str, Any], chosen: Within | None = None) -> tuple:
    return rows(sql, facts, chosen)[0]


def ratio(part: int, whole: int) -> float | None:
    """Give a share with four decimals; None of nothing."""
    return round(part / whole, 4) if whole else None
