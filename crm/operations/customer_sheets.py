"""Take customers in by columns: one COPY, then a statement for each table they go to.

For rows of a list that were read whole and share no contact with another row of it. Whoever is new is made, whoever is
known and told nothing new is passed over; the places of all others are given back, and go by take_customers.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import md5
from typing import Any

from django.db import connection
from django.utils import timezone

from crm.models import Customer
from crm.operations.identity import here
from crm.operations.record_customer import retry_when_overtaken
from crm.operations.take_customers import COLUMNS, DEFAULTS, NEVER_EMPTY, owners_of
from crm.reports import CustomerReport, Handling, SheetTaken
from crm.rules import contacts_of
from foundation.contacts import search_text
from foundation.errors import DomainError
from foundation.ids import new_key
from tenancy import audit, bulk, door, events

KINDS = ("external", "phone", "email", "wechat")  # strongest evidence first, as take_customers adds them
_TABLE = "customer_sheet"
_TYPES = {"owner_id": "uuid", "company_id": "uuid", "birth_date": "date", "custom": "jsonb"}


@dataclass(frozen=True)
class CustomerSheet:
    """Customers of a list by columns, as COPY reads them."""

    source: str
    types: Mapping[str, str]  # column → type, in the order of the text
    kinds: Sequence[str]  # of contacts that have a column
    fields: Sequence[str]  # of customers that have a column
    text: bytes


def customer_sheet(
    lines: Sequence[int],
    *,
    source: str,
    contacts: Mapping[str, Sequence[tuple[str, str] | None]],
    fields: Mapping[str, Sequence[Any]],
    custom: Sequence[dict[str, Any]] | None = None,
) -> CustomerSheet:
    """Lay customers out: `contacts` are pairs (as typed, normalised) by kind, `fields` values as read, None if empty."""
    columns: dict[str, Sequence[Any]] = {"place": range(len(lines)), "line": lines}
    columns |= {"id": [new_key() for _ in lines], "key": [new_key() for _ in lines]}
    columns["search_text"] = [search_text(name)[:400] for name in fields["name"]]
    columns["print"] = _prints(fields, custom)
    columns |= fields
    if custom is not None:
        columns["custom"] = [json.dumps(own, ensure_ascii=False) if own else None for own in custom]
    kinds = [kind for kind in KINDS if kind in contacts]
    for kind in kinds:
        columns |= _contact_columns(kind, contacts[kind])
    types = {name: _type(name) for name in columns}
    return CustomerSheet(source, types, kinds, tuple(fields), bulk.sheet(columns.values()))


def _contact_columns(kind: str, pairs: Sequence[tuple[str, str] | None]) -> dict[str, Sequence[Any]]:
    return {
        f"{kind}_id": [pair and new_key() for pair in pairs],
        f"{kind}_typed": [pair and pair[0] for pair in pairs],
        f"{kind}_same": [pair and pair[1] for pair in pairs],
    }


def _type(name: str) -> str:
    if name in ("place", "line"):
        return "integer"
    return "uuid" if name in ("id", "key") or name.endswith("_id") else _TYPES.get(name, "text")


def _prints(fields: Mapping[str, Sequence[Any]], custom: Sequence[dict] | None) -> list[str]:
    """Hash each row as print_of does."""
    count = len(fields["name"])
    columns = [_as_kept(name, fields.get(name), count) for name in COLUMNS if name != "custom"]
    columns.append([str(dict(sorted(one.items()))) for one in custom] if custom is not None else ["{}"] * count)
    return [md5("\t".join(row).encode(), usedforsecurity=False).hexdigest() for row in zip(*columns, strict=True)]


def _as_kept(name: str, values: Sequence[Any] | None, count: int) -> Sequence[str]:
    empty = str(DEFAULTS.get(name, ""))
    return [empty] * count if values is None else [empty if value is None else str(value) for value in values]


def take_customer_sheet(sheet: CustomerSheet, handling: Handling, beside: Sequence[CustomerReport] = ()) -> SheetTaken:
    """Make who is new and pass over who is as told; say how many, and whose places are left to be taken one by one.

    `beside` are those of the same rows of a list that go one by one anyhow: whom both speak of is left to them.
    """
    return retry_when_overtaken(lambda: _take(sheet, handling, _owners(beside)))


def _owners(reports: Sequence[CustomerReport]) -> list[str]:
    country, keys = here().country, set()
    for report in reports:
        with suppress(DomainError):  # taking them will say so
            keys |= {contact.key for contact in contacts_of(report, country)}
    return [str(id) for id in set(owners_of(keys).values())] if keys else []


def _take(sheet: CustomerSheet, handling: Handling, spoken_of: Sequence[str]) -> SheetTaken:
    bulk.load(_TABLE, sheet.types, sheet.text)
    left, unchanged = _meet(sheet, handling, spoken_of)
    if handling.mode == "update":  # nobody is new
        left += _places(f"DELETE FROM {_TABLE} RETURNING place")
    return SheetTaken(_make(sheet), unchanged, left, _traces(sheet))


# --- who is known -------------------------------------------------------------------------------------


def _meet(sheet: CustomerSheet, handling: Handling, spoken_of: Sequence[str]) -> tuple[list[int], int]:
    """Take whom we know off the sheet; give the places that say something new, and count the others."""
    own = str(door.organisation_id())
    with connection.cursor() as cursor:
        cursor.execute(_met(sheet, handling), [own, list(spoken_of), own])
        if not cursor.rowcount:
            return [], 0
        cursor.execute(f"DELETE FROM {_TABLE} AS s USING {_TABLE}_met AS m WHERE s.place = m.place")
        met = cursor.rowcount
    left = _places(f"SELECT place FROM {_TABLE}_met WHERE NOT is_same")
    return left, met - len(left)


def _met(sheet: CustomerSheet, handling: Handling) -> str:
    """Find owners through their index, one by one: the planner would rather read all contacts where it knows nothing."""
    keys = " UNION ALL ".join(
        f"SELECT place, '{kind}' AS kind, {kind}_same AS same FROM {_TABLE} WHERE {kind}_same IS NOT NULL"
        for kind in sheet.kinds
    )
    told = ", ".join(f"s.{kind}_same" for kind in sheet.kinds)
    return f"""
        DROP TABLE IF EXISTS pg_temp.{_TABLE}_met;
        CREATE TEMP TABLE {_TABLE}_met ON COMMIT DROP AS
        WITH met AS (
          SELECT k.place, array_agg(DISTINCT p.customer_id) AS owners, count(*) AS known
          FROM ({keys}) AS k
          CROSS JOIN LATERAL (
            SELECT customer_id FROM crm_contactpoint
            WHERE organisation_id = %s AND kind = k.kind AND normalised = k.same LIMIT 1
          ) AS p
          GROUP BY k.place
        )
        SELECT m.place, coalesce(
          cardinality(m.owners) = 1 AND NOT m.owners && %s::uuid[] AND m.known = num_nonnulls({told})
          AND count(*) OVER (PARTITION BY m.owners) = 1 AND {_is_as_told(sheet, handling)}, false) AS is_same
        FROM met AS m
        JOIN {_TABLE} AS s ON s.place = m.place
        LEFT JOIN LATERAL (
          SELECT * FROM crm_customer
          WHERE organisation_id = %s AND id = m.owners[1] AND merged_into_id IS NULL LIMIT 1
        ) AS c ON true
    """


def _is_as_told(sheet: CustomerSheet, handling: Handling) -> str:
    """Say in SQL that taking this row would change nothing of the customer, as take_customers judges it."""
    is_meant = handling.match == "any" or handling.match in sheet.kinds
    if handling.mode not in ("upsert", "update") or not is_meant:
        return "false"
    told = ["c.id IS NOT NULL", *(_is_kept(name, handling.fill) for name in sheet.fields)]
    if handling.match != "any":
        told.append(f"s.{handling.match}_same IS NOT NULL")
    if "custom" in sheet.types:
        told.append("false" if handling.fill == "all" else "(s.custom IS NULL OR c.custom || s.custom = c.custom)")
    return " AND ".join(told)


def _is_kept(name: str, fill: str) -> str:
    has_empty_text = name not in DEFAULTS or DEFAULTS[name] is not None
    if fill == "empty":
        kept = "true" if name in NEVER_EMPTY else f"c.{name} <> ''" if has_empty_text else f"c.{name} IS NOT NULL"
        return f"(s.{name} IS NULL OR {kept})"
    if fill == "told" or name in NEVER_EMPTY:
        return f"(s.{name} IS NULL OR s.{name} = c.{name})"
    return f"coalesce(s.{name}, '') = c.{name}" if has_empty_text else f"s.{name} IS NOT DISTINCT FROM c.{name}"


def _places(query: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [place for (place,) in cursor.fetchall()]


# --- who is new ---------------------------------------------------------------------------------------


def _make(sheet: CustomerSheet) -> int:
    """Make whoever is left on the sheet, with contacts, audit and event."""
    own, source = str(door.organisation_id()), {"source": sheet.source}
    with connection.cursor() as cursor:
        values = ", ".join(_value(name, sheet) for name in COLUMNS)
        cursor.execute(
            f"""
            INSERT INTO crm_customer (organisation_id, id, search_text, source, {", ".join(COLUMNS)}, created_at, updated_at)
            SELECT %s, id, search_text, %s, {values}, %s, %s FROM {_TABLE}
            """,
            [own, sheet.source, door.moment(), timezone.now()],
        )
        if not (made := cursor.rowcount):
            return 0
        cursor.execute(
            f"""
            INSERT INTO crm_contactpoint (organisation_id, id, customer_id, kind, value, normalised, is_primary)
            SELECT %s, c.* FROM ({_contacts(sheet)}) AS c
            """,
            [own],
        )
    with connection.cursor() as cursor:
        facts = cursor.mogrify("%s::jsonb", [json.dumps(source)]).decode()
    audit.record_from("customer.created", Customer, f"SELECT key, id, {facts} AS changes FROM {_TABLE}")
    events.publish_from("customer.created", f"SELECT key, id, {facts} AS payload FROM {_TABLE}")
    return made


def _value(name: str, sheet: CustomerSheet) -> str:
    empty = DEFAULTS.get(name, "")
    if name == "custom":
        return "coalesce(custom, '{}')" if name in sheet.types else "'{}'"
    if name not in sheet.fields:
        return "NULL" if empty is None else f"'{empty}'"
    return name if empty is None else f"coalesce({name}, '{empty}')"


def _contacts(sheet: CustomerSheet) -> str:
    return " UNION ALL ".join(
        f"SELECT {kind}_id, id, '{kind}', {kind}_typed, {kind}_same, true FROM {_TABLE} WHERE {kind}_same IS NOT NULL"
        for kind in sheet.kinds
    )


def _traces(sheet: CustomerSheet) -> str:
    """Query what an import keeps of each new customer to undo it: key, line, id, before, added."""
    ids = ", ".join(f"{kind}_id" for kind in sheet.kinds)
    return f"""
        SELECT key, line AS row, id, ('{{"print": "' || print || '"}}')::jsonb AS before,
          jsonb_build_object('contact', array_remove(ARRAY[{ids}], NULL)) AS added
        FROM {_TABLE}
    """
