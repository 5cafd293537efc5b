"""Orders with what was kept of them: the one sentence behind every figure about money."""

from typing import Any

from django.db import connection

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


def rows(sql: str, facts: dict[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return cursor.fetchall()


def row(sql: str, facts: dict[str, Any]) -> tuple:
    return rows(sql, facts)[0]


def ratio(part: int, whole: int) -> float | None:
    """Give a share with four decimals; None of nothing."""
    return round(part / whole, 4) if whole else None
