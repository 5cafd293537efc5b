"""Lists of the REST API that PostgreSQL itself writes as JSON: one statement, nothing copied row by row in Python."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.core.exceptions import EmptyResultSet
from django.core.signing import BadSignature
from django.db import connection
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext
from rest_framework import exceptions

from tenancy.api import NewestFirst
from tenancy.api_shapes import Rows
from tenancy.keyset import Beyond


class Order(NamedTuple):
    """An order that an index carries: by a field, then by the id."""

    field: str
    read: Callable[[str], Any] = datetime.fromisoformat


class InOrder(NewestFirst):
    """The same in an order that is asked for: `sort=-placed_at`. `orders` of the view names those there are."""

    def cut(self, queryset, request, orders: dict[str, Order]):
        """Give the ordered rows after the cursor, one more than the page holds, and the fields that make the next one."""
        self.limit = self._limit(request)
        name = request.query_params.get("sort", "")
        if not name:
            after = request.query_params.get("after")
            rows = queryset.filter(id__lt=self._read(after)) if after else queryset
            return rows.order_by("-id")[: self.limit + 1], ""
        key, is_down = name.lstrip("-"), name.startswith("-")
        if key not in orders:
            raise exceptions.ValidationError(
                {"sort": [gettext("Use one of %(names)s, with or without a minus.") % {"names": ", ".join(orders)}]}
            )
        order, sign = orders[key], "-" if is_down else ""
        if after := request.query_params.get("after"):
            queryset = queryset.filter(Beyond(order.field, *self._read_place(after, key, order), is_down=is_down))
        return queryset.order_by(f"{sign}{order.field}", f"{sign}id")[: self.limit + 1], order.field

    def next_cursor(self, request, value: Any, last_id: UUID) -> str:
        key = request.query_params.get("sort", "").lstrip("-")
        if not key:
            return self._signer.sign(str(last_id))
        text = value.isoformat() if isinstance(value, datetime) else str(value)
        return self._signer.sign(f"{key}|{last_id}|{text}")

    def _read_place(self, cursor: str, key: str, order: Order) -> tuple[Any, UUID]:
        try:
            of, last_id, text = self._signer.unsign(cursor).split("|", 2)
            if of != key:
                raise ValueError
            return order.read(text), UUID(last_id)
        except (BadSignature, ValueError):
            raise exceptions.ValidationError({"after": [gettext("This cursor was not given by us.")]}) from None

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


def utc(column: str) -> str:
    """A moment as the serializers write it: 2026-11-20T12:00:00Z, with microseconds where there are any."""
    text = f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    return f"replace({text}, '.000000Z', 'Z')"


class Pages(Rows):
    """A list: `columns` says each field in SQL over the row `r`, `orders` what it can be sorted by."""

    pagination_class = InOrder
    columns: Mapping[str, str]
    orders: Mapping[str, Order]

    def get(self, request) -> HttpResponse:
        rows, by = self.paginator.cut(self.filter_queryset(self.get_queryset()), request, self.orders)
        found = self._fetch(rows, by, self._fields(request))
        page, has_more = found[: self.paginator.limit], len(found) > self.paginator.limit
        cursor = self.paginator.next_cursor(request, *page[-1][1::-1]) if has_more else None
        texts = [text for _id, _value, text in page]
        data = self.shown(b"[" + ",".join(texts).encode() + b"]")
        more = b"true" if has_more else b"false"
        body = b'{"data":' + data + b',"has_more":' + more + b',"next_cursor":' + orjson.dumps(cursor) + b"}"
        return HttpResponse(body, content_type="application/json")

    def shown(self, data: bytes) -> bytes:
        """Give the page as this reader may see it."""
        return data

    def _fields(self, request) -> list[str]:
        wanted = [name.strip() for name in request.query_params.get("fields", "").split(",") if name.strip()]
        if unknown := set(wanted) - set(self.columns):
            names = ", ".join(sorted(unknown))
            raise exceptions.ValidationError({"fields": [gettext("There is no field %(names)s.") % {"names": names}]})
        return [name for name in self.columns if name in wanted] or list(self.columns)

    def _fetch(self, rows: QuerySet, by: str, fields: list[str]) -> list[tuple[Any, Any, str]]:
        """Fetch (id, what it is sorted by, the row as JSON), in order."""
        try:
            inner, parameters = rows.values(page_id=F("id"), page_by=F(by or "id")).query.sql_with_params()
        except EmptyResultSet:  # a search that finds nobody
            return []
        # Behind what it is ordered by, to which Django refers by place: its own columns, without building each in Python.
        table = f'"{rows.model._meta.db_table}"'
        inner = inner.replace(f" FROM {table}", f", {table}.* FROM {table}", 1)
        written = ", ".join(f'{self.columns[name]} AS "{name}"' for name in fields)
        sql = (
            f"SELECT r.id, r.page_by, (SELECT row_to_json(shown) FROM (SELECT {written}) AS shown)::text FROM ({inner}) AS r"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()
