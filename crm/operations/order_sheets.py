"""Take orders in by columns: one COPY, then a statement for each table they go to.

For rows of a list that were read whole, have no lines of products and stand there once. New orders of customers whom we
know, or of nobody, are recorded; what says nothing new is passed over; the places of all others are given back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from crm import rules
from crm.models import Customer, Order
from crm.operations.order_locks import hold_keys_of
from crm.reports import SheetTaken
from foundation.ids import new_key
from tenancy import audit, bulk, door, events

KINDS = ("external", "phone", "email")
_TABLE = "order_sheet"
_TYPES = {
    "place": "integer", "line": "integer", "id": "uuid", "key": "uuid", "total_minor": "bigint",
    "placed_at": "timestamptz", "paid_at": "timestamptz",
}  # fmt: skip
_COLUMNS = ("external_id", "currency", "total_minor", "status", "channel", "placed_at", "paid_at")


@dataclass(frozen=True)
class OrderSheet:
    """Orders of one source by columns, as COPY reads them."""

    source: str
    types: Mapping[str, str]
    kinds: Sequence[str]  # of contacts that have a column
    text: bytes


def order_sheet(
    lines: Sequence[int], *, source: str, contacts: Mapping[str, Sequence[str | None]], fields: Mapping[str, Sequence[Any]]
) -> OrderSheet:
    """Lay orders out: `contacts` in the form in which they are compared, `fields` of _COLUMNS, None if empty."""
    columns: dict[str, Sequence[Any]] = {"place": range(len(lines)), "line": lines}
    columns |= {"id": [new_key() for _ in lines], "key": [new_key() for _ in lines]}
    kinds = [kind for kind in KINDS if kind in contacts]
    columns |= {name: fields[name] for name in _COLUMNS} | {f"{kind}_same": contacts[kind] for kind in kinds}
    types = {name: _TYPES.get(name, "text") for name in columns}
    return OrderSheet(source, types, kinds, bulk.sheet(columns.values()))


def take_order_sheet(sheet: OrderSheet) -> SheetTaken:
    """Record what is new and plain; say how many, and whose places are left to be taken one by one."""
    bulk.load(_TABLE, sheet.types, sheet.text)
    hold_keys_of("order", sheet.source, f"SELECT external_id FROM {_TABLE}")
    here = str(door.organisation_id())
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM crm_refund WHERE organisation_id = %s AND order_id IS NULL)", [here])
        [is_waited_for] = cursor.fetchone()
        known = [here, sheet.source] * (2 if is_waited_for else 1)
        cursor.execute(_judged(sheet, is_waited_for), [here] * len(sheet.kinds) + known)
        cursor.execute(f"SELECT place, is_same FROM {_TABLE}_judged WHERE NOT is_new")
        others = cursor.fetchall()
    left = [place for place, is_same in others if not is_same]
    made = _make(sheet.source)
    return SheetTaken(made, len(others) - len(left), left, _TRACES, _advance() if made else "")


# --- what is new, and what is as before -----------------------------------------------------------------


def _judged(sheet: OrderSheet, is_waited_for: bool) -> str:
    """Find buyers, earlier tellings and waiting refunds through their indexes, and say of each row what it is."""
    is_awaited = "w.id IS NOT NULL" if is_waited_for else "false"
    owners = [f"{kind}.customer_id" for kind in sheet.kinds]
    first = f"coalesce({', '.join(owners)})" if owners else "NULL::uuid"
    is_told = " OR ".join(f"s.{kind}_same IS NOT NULL" for kind in sheet.kinds) or "false"
    is_one = " AND ".join(f"coalesce({owner} = {first}, true)" for owner in owners) or "true"
    return f"""
        DROP TABLE IF EXISTS pg_temp.{_TABLE}_judged;
        CREATE TEMP TABLE {_TABLE}_judged ON COMMIT DROP AS
        SELECT s.*, b.customer_id, h.input_hash,
          b.is_clear AND o.id IS NULL AND NOT {is_awaited} AS is_new,
          coalesce(
            b.is_clear AND (o.currency, o.total_minor, o.placed_at, o.input_hash) =
              (s.currency, s.total_minor, s.placed_at, h.input_hash)
            AND o.customer_id IS NOT DISTINCT FROM b.customer_id
            AND array_position({_STATES}, s.status) <= array_position({_STATES}, o.status::text), false) AS is_same
        FROM {_TABLE} AS s
        {"".join(_OWNER.format(kind=kind) for kind in sheet.kinds)}
        CROSS JOIN LATERAL (
          SELECT {first} AS customer_id, {is_one} AND ({first} IS NOT NULL OR NOT ({is_told})) AS is_clear
        ) AS b
        CROSS JOIN LATERAL (SELECT {_HASH} AS input_hash) AS h
        LEFT JOIN LATERAL (
          SELECT * FROM crm_order WHERE organisation_id = %s AND source = %s AND external_id = s.external_id LIMIT 1
        ) AS o ON true
        {_REFUND if is_waited_for else ""}
    """


_STATES = f"ARRAY['{rules.PLACED}', '{rules.PAID}', '{rules.CANCELLED}']"
_OWNER = """
        LEFT JOIN LATERAL (
          SELECT customer_id FROM crm_contactpoint
          WHERE organisation_id = %s AND kind = '{kind}' AND normalised = s.{kind}_same LIMIT 1
        ) AS {kind} ON true"""
_REFUND = """
        LEFT JOIN LATERAL (
          SELECT id FROM crm_refund
          WHERE organisation_id = %s AND source = %s AND order_external_id = s.external_id AND order_id IS NULL LIMIT 1
        ) AS w ON true"""
# What rules.order_hash says of an order without lines; a test compares them.
_HASH = """
    encode(sha256(convert_to('{"currency":"' || s.currency || '","customer":'
      || coalesce('"' || b.customer_id || '"', 'null') || ',"lines":[],"total":' || s.total_minor || '}', 'UTF8')), 'hex')"""


# --- writing ------------------------------------------------------------------------------------------


def _make(source: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO crm_order
              (organisation_id, id, source, external_id, input_hash, customer_id, status, channel, currency, total_minor,
               placed_at, paid_at, cancelled_at, recorded_at)
            SELECT %s, id, %s, external_id, input_hash, customer_id, status, channel, currency, total_minor, placed_at,
              CASE WHEN status = '{rules.PAID}' THEN coalesce(paid_at, placed_at) ELSE paid_at END,
              CASE WHEN status = '{rules.CANCELLED}' THEN %s END, %s
            FROM {_NEW}
            """,
            [str(door.organisation_id()), source, door.moment(), timezone.now()],
        )
        if not (made := cursor.rowcount):
            return 0
    changes = "jsonb_build_object('status', status, 'total_minor', total_minor) AS changes"
    audit.record_from("order.recorded", Order, f"SELECT key, id, {changes} FROM {_NEW}")
    cause = f"CASE status WHEN '{rules.PLACED}' THEN 'recorded' ELSE status END"
    payload = f"jsonb_build_object('customer_id', customer_id, 'cause', {cause}) AS payload"
    events.publish_from("order.changed", f"SELECT key, id, {payload} FROM {_NEW}")
    return made


_NEW = f"{_TABLE}_judged WHERE is_new"
_TRACES = f"SELECT key, line AS row, id, '{{}}'::jsonb AS before, '{{}}'::jsonb AS added FROM {_NEW}"


def _advance() -> str:
    """Make customers of those who have bought, as advance_customers does; query their keys, ids and what has changed.

    Their keys are ids of orders: in the log and among the news nothing else is called so.
    """
    own, early, become = str(door.organisation_id()), (Customer.Stage.PROSPECT, Customer.Stage.LEAD), Customer.Stage.CUSTOMER
    with connection.cursor() as cursor:
        cursor.execute(_BUYERS, [own, early])
        if not cursor.rowcount:
            return ""
        cursor.execute(_ADVANCE, [become, own])
    changed = f"SELECT key, id, jsonb_build_object('stage', jsonb_build_array(stage, '{become}')) AS changes FROM {_EARLY}"
    audit.record_from("customer.stage", Customer, changed)
    news = f"jsonb_build_object('stage', '{become}') AS payload"
    events.publish_from("customer.stage", f"SELECT key, id, {news} FROM {_EARLY}")
    return changed


_EARLY = f"{_TABLE}_early"
_BUYERS = f"""
    DROP TABLE IF EXISTS pg_temp.{_EARLY};
    CREATE TEMP TABLE {_EARLY} ON COMMIT DROP AS
    WITH bought AS MATERIALIZED (
      SELECT DISTINCT ON (customer_id) customer_id, id AS key
      FROM {_NEW} AND status = '{rules.PAID}' AND customer_id IS NOT NULL
    ), held AS MATERIALIZED (
      SELECT c.id, c.stage FROM crm_customer AS c
      WHERE c.organisation_id = %s AND c.id = ANY(ARRAY(SELECT customer_id FROM bought)) AND c.stage IN %s
      ORDER BY c.id FOR NO KEY UPDATE
    )
    SELECT bought.key, held.id, held.stage FROM held JOIN bought ON bought.customer_id = held.id
"""
_ADVANCE = f"""
    UPDATE crm_customer SET stage = %s WHERE organisation_id = %s AND id = ANY(ARRAY(SELECT id FROM {_EARLY}))
"""
