"""Pages of a list in any order that an index carries, forwards and back, as fast at the end as at the beginning."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.http import Http404

from dashboard.lists.shape import Sort
from tenancy.keyset import Beyond

SIZE = 50
_signer = Signer(salt="dashboard.list")


@dataclass(frozen=True)
class Cut:
    """One page: its rows in the order shown, and the cursors before its first and after its last."""

    rows: list[Any]
    before: str
    after: str


def cut(rows: QuerySet, sort: Sort, *, is_down: bool, after: str = "", before: str = "", size: int = 0) -> Cut:
    """Cut one page out of an ordered queryset, after a cursor or before one."""
    size = size or SIZE
    is_back = bool(before) and not after
    way_down = is_down != is_back
    if after or before:
        rows = rows.filter(Beyond(sort.field, *_read(sort, after or before), is_down=way_down))
    sign = "-" if way_down else ""
    found = list(rows.order_by(f"{sign}{sort.field}", f"{sign}id")[: size + 1])
    has_more, page = len(found) > size, found[:size]
    if is_back:
        page.reverse()
    has_earlier, has_later = (has_more, True) if is_back else (bool(after), has_more)
    return Cut(
        page,
        cursor(sort, page[0]) if page and has_earlier else "",
        cursor(sort, page[-1]) if page and has_later else "",
    )


def cursor(sort: Sort, row: Any) -> str:
    value = getattr(row, sort.field)
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return _signer.sign(f"{sort.field}|{row.id}|{text}")


def _read(sort: Sort, cursor: str) -> tuple[Any, UUID]:
    try:
        field, last_id, text = _signer.unsign(cursor).split("|", 2)
        if field != sort.field:
            raise Http404
        return sort.read(text), UUID(last_id)
    except (BadSignature, ValueError):
        raise Http404 from None


def cut_ids(ids: list[UUID], *, after: str = "", before: str = "", size: int = SIZE) -> tuple[list[UUID], str, str]:
    """The same for matches that a search has put in order: they are at most a thousand."""
    begin = _place(after) if after else max(_place(before) - size, 0) if before else 0
    end = begin + size
    return ids[begin:end], _sign_place(begin) if begin else "", _sign_place(end) if end < len(ids) else ""


def _sign_place(place: int) -> str:
    return _signer.sign(f"place|{place}")


def _place(cursor: str) -> int:
    try:
        kind, _, place = _signer.unsign(cursor).partition("|")
        if kind != "place":
            raise Http404
        return int(place)
    except (BadSignature, ValueError):
        raise Http404 from None
