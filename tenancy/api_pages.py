"""Lists of the REST API that PostgreSQL itself writes as JSON: one statement, nothing copied row by row in Python."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.core.exceptions import EmptyResultSet
from django.core.signing import BadSignature
from django.db import connection
from django.db.models import F, Field, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext
from rest_framework import exceptions

from tenancy import door
from tenancy.api import NewestFirst, StrictFilterBackend
from tenancy.api_shapes import Rows
from tenancy.keys import KeyHolder
from tenancy.keyset import Beyond, Given, place
from tenancy.postgresql import prepared


class Order(NamedTuple):
    """An order that an index carries: by a field, then by the id."""

    field: str
    read: Callable[[str], Any] = datetime.fromisoformat


class Asked(NamedTuple):
    """What a request asks of a list: how much, in which order, after which row, and what of each."""

    limit: int
    sort: str
    order: Order | None
    after: tuple[Any, ...]  # the id of the last row, before it what is sorted by; empty at the beginning
    fields: tuple[str, ...]


class InOrder(NewestFirst):
    """The same in an order that is asked for: `sort=-placed_at`. `orders` of the view names those there are."""

    def read(self, request, orders: Mapping[str, Order], columns: Mapping[str, str]) -> Asked:
        limit, sort = self._limit(request), request.query_params.get("sort", "")
        order, after = self._order(sort, orders), request.query_params.get("after")
        place = () if not after else self._read_place(after, sort, order) if order else (self._read(after),)
        return Asked(limit, sort, order, place, self._fields(request, columns))

    def cut(self, rows: QuerySet, asked: Asked, after: tuple[Any, ...]) -> QuerySet:
        """Give the ordered rows after the place, one more than the page holds."""
        if asked.order is None:
            return (rows.filter(id__lt=place(after[0])) if after else rows).order_by("-id")[: asked.limit + 1]
        is_down, by = asked.sort.startswith("-"), asked.order.field
        if after:
            rows = rows.filter(Beyond(by, *after, is_down=is_down))
        sign = "-" if is_down else ""
        return rows.order_by(f"{sign}{by}", f"{sign}id")[: asked.limit + 1]

    def next_cursor(self, asked: Asked, value: Any, last_id: str) -> str:
        if asked.order is None:
            return self._signer.sign(last_id)
        text = value.isoformat() if isinstance(value, datetime) else str(value)
        return self._signer.sign(f"{asked.sort.lstrip('-')}|{last_id}|{text}")

    def _order(self, sort: str, orders: Mapping[str, Order]) -> Order | None:
        if sort and sort.lstrip("-") not in orders:
            raise exceptions.ValidationError(
                {"sort": [gettext("Use one of %(names)s, with or without a minus.") % {"names": ", ".join(orders)}]}
            )
        return orders[sort.lstrip("-")] if sort else None

    def _read_place(self, cursor: str, sort: str, order: Order) -> tuple[Any, UUID]:
        try:
            of, last_id, text = self._signer.unsign(cursor).split("|", 2)
            if of != sort.lstrip("-"):
                raise ValueError
            return order.read(text), UUID(last_id)
        except (BadSignature, ValueError):
            raise exceptions.ValidationError({"after": [gettext("This cursor was not given by us.")]}) from None

    def _fields(self, request, columns: Mapping[str, str]) -> tuple[str, ...]:
        wanted = {name.strip() for name in request.query_params.get("fields", "").split(",")} - {""}
        if unknown := wanted - set(columns):
            names = ", ".join(sorted(unknown))
            raise exceptions.ValidationError({"fields": [gettext("There is no field %(names)s.") % {"names": names}]})
        return tuple(name for name in columns if name in wanted) or tuple(columns)

    def get_schema_operation_parameters(self, view):
        names = [f"{sign}{name}" for name in view.orders for sign in ("", "-")]
        sort = {
            "name": "sort",
            "in": "query",
            "required": False,
            "schema": {"type": "string", "enum": names},
            "description": "Left out: newest first.",
        }
        fields = {
            "name": "fields",
            "in": "query",
            "required": False,
            "schema": {"type": "string"},
            "description": "Names of the fields wanted, separated by commas. Left out: all.",
        }
        return [*super().get_schema_operation_parameters(view), sort, fields]


class Found(NamedTuple):
    """A page as PostgreSQL wrote it, and where it ended."""

    rows: str  # as JSON, with commas between them
    has_more: bool
    last_value: Any  # of what it is sorted by
    last_id: str


def utc(column: str) -> str:
    """A moment as the serializers write it: 2026-11-20T12:00:00Z, with microseconds where there are any.

    By an interval, since the name of a zone would be looked up for each moment; half the time of a replace() afterwards.
    """
    form = 'YYYY-MM-DD"T"HH24:MI:SS'
    is_whole = f"{column} = {column}::timestamptz(0)"
    return f"""to_char({column} AT TIME ZONE INTERVAL '0', CASE WHEN {is_whole} THEN '{form}"Z"' ELSE '{form}.US"Z"' END)"""


class Pages(Rows):
    """A list: `columns` says each field in SQL over the row `r`, `orders` what it can be sorted by.

    What several columns take from one place is an aside: a sub-select by its name.
    """

    pagination_class = InOrder
    columns: Mapping[str, str]
    asides: Mapping[str, str] = {}
    orders: Mapping[str, Order]

    def get(self, request) -> HttpResponse:
        asked = self.paginator.read(request, self.orders, self.columns)
        found = self._by_plan(request, asked) or self._by_query(asked)
        cursor = self.paginator.next_cursor(asked, found.last_value, found.last_id) if found.has_more else None
        data = self.shown(b"[" + found.rows.encode() + b"]")
        more = b"true" if found.has_more else b"false"
        body = b'{"data":' + data + b',"has_more":' + more + b',"next_cursor":' + orjson.dumps(cursor) + b"}"
        return HttpResponse(body, content_type="application/json")

    def written(self) -> Mapping[str, str]:
        """Give the columns as they are written for this reader, before `shown` has its turn."""
        return self.columns

    def shown(self, data: bytes) -> bytes:
        """Give the page as this reader may see it."""
        return data

    def _by_plan(self, request, asked: Asked) -> Found | None:
        """Fetch the page by a statement that was planned before.

        Keys see all rows: unless there is a filter, what they ask differs in the organisation and the cursor alone.
        """
        is_plain = StrictFilterBackend.always_allowed.issuperset(request.query_params) and not self.kwargs
        if not (is_plain and isinstance(request.auth, KeyHolder)):
            return None
        with connection.alone() as is_alone:
            if not is_alone:
                return None
            return Found(*prepared.fetch(self._plan(request, asked), [door.organisation_id(), *asked.after])[0])

    def _plan(self, request, asked: Asked) -> prepared.Prepared:
        key = (type(self), request.auth.scopes, asked._replace(after=bool(asked.after)))
        if key not in _plans:
            if len(_plans) >= _PLANS_AT_MOST:
                _plans.clear()
            _plans[key] = self._make_plan(asked)
        return _plans[key]

    def _make_plan(self, asked: Asked) -> prepared.Prepared:
        """Write the statement with $1 for the organisation and, from $2 on, where the last page ended."""
        rows, own = self.get_queryset(), door.organisation_id()
        fields = [rows.model._meta.pk] if asked.order is None else [Field(), rows.model._meta.pk]
        after = tuple(Given(number, field) for number, field in enumerate(fields, start=2)) if asked.after else ()
        sql, parameters = self._written(rows, asked, after)
        with connection.cursor() as cursor:
            return prepared.statement(sql % tuple("$1" if each == own else _literal(cursor, each) for each in parameters))

    def _by_query(self, asked: Asked) -> Found:
        """The same of rows that are narrowed, by filters or because the reader does not see all."""
        try:
            sql, parameters = self._written(self.filter_queryset(self.get_queryset()), asked, asked.after)
        except EmptyResultSet:  # a search that finds nobody
            return Found("", False, None, "")
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return Found(*cursor.fetchone())

    def _written(self, rows: QuerySet, asked: Asked, after: tuple[Any, ...]) -> tuple[str, tuple]:
        rows = self.paginator.cut(rows, asked, after)
        by = {"page_by": F(asked.order.field)} if asked.order else {}
        inner, parameters = rows.values(page_id=F("id"), **by).query.sql_with_params()
        # Behind what it is ordered by, to which Django refers by place: its own columns, without building each in Python.
        table = f'"{rows.model._meta.db_table}"'
        inner = inner.replace(f" FROM {table}", f", {table}.* FROM {table}", 1)
        columns = self.written()
        written = ", ".join(f'{columns[name]} AS "{name}"' for name in asked.fields)
        asides = "".join(f", LATERAL ({sql}) AS {name}" for name, sql in self.asides.items() if f"{name}." in written)
        # Put together by PostgreSQL: to take fifty rows apart and to join them costs us more than it.
        data = f"coalesce(array_to_string((array_agg(row_to_json(shown)))[:{asked.limit}], ','), '')"
        has_more = f"count(*) > {asked.limit}"
        last_value = f"(array_agg(r.page_by))[{asked.limit}]" if by else "NULL"
        last_id = f"(array_agg(r.id))[{asked.limit}]::text"
        sources = f"({inner}) AS r{asides}, LATERAL (SELECT {written}) AS shown"
        return f"SELECT {data}, {has_more}, {last_value}, {last_id} FROM {sources}", parameters


_plans: dict[tuple, prepared.Prepared] = {}
_PLANS_AT_MOST = 256


def _literal(cursor, value: Any) -> str:
    return cursor.mogrify("%s", [value]).decode()
