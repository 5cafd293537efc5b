"""Lists of the REST API that PostgreSQL itself writes as JSON: one statement, nothing copied row by row in Python."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext
from rest_framework import exceptions

from tenancy.api import InOrder, Order
from tenancy.api_shapes import Rows


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
