"""Keyset paging, newest first: it cannot loop, skip, or slow down with depth."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from tenancy.keyset import Beyond, place

_signer = Signer(salt="dashboard.page")
SIZE = 50


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    next_link: str  # empty at the end
    is_first: bool

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def newest_first(request: HttpRequest, queryset: QuerySet, *, by: str = "created_at", size: int = SIZE) -> Page:
    """Cut one page from a queryset; rows of one moment are told apart by their id."""
    return _cut(request, queryset, by, size, down=True)


def soonest_first(request: HttpRequest, queryset: QuerySet, *, by: str, size: int = SIZE) -> Page:
    """The same, oldest first: for what is due."""
    return _cut(request, queryset, by, size, down=False)


def newest_by_id(request: HttpRequest, queryset: QuerySet, *, size: int = SIZE) -> Page:
    """The same by id alone, which begins with the time it was made: for tables without an index on a moment."""
    if after := request.GET.get("after", ""):
        queryset = queryset.filter(id__lt=place(_read_id(after)))
    found = list(queryset.order_by("-id")[: size + 1])
    query = request.GET.copy()
    if len(found) > size:
        query["after"] = _signer.sign(f"id|{found[size - 1].id}")
    return Page(found[:size], f"?{query.urlencode()}" if len(found) > size else "", not after)


def _read_id(cursor: str) -> UUID:
    try:
        return UUID(_signer.unsign(cursor).partition("|")[2])
    except (BadSignature, ValueError):
        raise Http404 from None


def _cut(request, queryset, by, size, down) -> Page:
    after = page_before(request)
    if after:
        queryset = queryset.filter(Beyond(by, *after, is_down=down))
    sign = "-" if down else ""
    found = list(queryset.order_by(f"{sign}{by}", f"{sign}id")[: size + 1])
    rows = found[:size]
    return Page(rows, page_after(request, getattr(rows[-1], by), rows[-1].id) if len(found) > size else "", not after)


def page_after(request: HttpRequest, moment: datetime, last_id: UUID) -> str:
    """Link to what comes after this row."""
    query = request.GET.copy()
    query["after"] = _signer.sign(f"{moment.isoformat()}|{last_id}")
    return f"?{query.urlencode()}"


def page_before(request: HttpRequest) -> tuple[datetime, UUID] | None:
    """Read the moment and id of the last row before the page that is asked for; None for the first page."""
    cursor = request.GET.get("after", "")
    if not cursor:
        return None
    try:
        moment, _, last_id = _signer.unsign(cursor).partition("|")
        return datetime.fromisoformat(moment), UUID(last_id)
    except (BadSignature, ValueError):
        raise Http404 from None
