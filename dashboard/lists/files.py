"""A list as a file: exactly its columns, filters and order, as CSV or XLSX that a spreadsheet opens safely."""

import json
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import xlsxwriter
from django.utils import timezone

from crm import masking
from crm.models import ListPiece, ListWork
from crm.operations.lists import work as working
from crm.queries.lists import pieces_of
from dashboard.lists.paging import cursor, cut
from dashboard.lists.registry import LISTS
from dashboard.lists.shape import Column
from dashboard.lists.state import State, state_of
from integrations.exports import check_size, csv_lines, raw_csv_lines, watermark
from tenancy import audit, jobs
from tenancy.models import Organisation

AT_ONCE = 5_000  # rows; more are written by a worker
PAGE = 1_000
PIECE = 1 << 20
MOST_XLSX_ROWS = 1_048_575  # of a sheet, below its head; the rest goes on the next
FORMATS = ("csv", "xlsx")


def columns_of(state: State) -> list[Column]:
    """The columns that are shown and that a file can hold, each with those it brings: contacts, an amount's currency."""
    known, shown = {each.key: each for each in state.possible}, {each.key for each in state.columns}
    told: list[Column] = []
    for column in state.columns:
        brought = [known[key] for key in column.brings if key in known and key not in shown]
        told += [*([column] if column.value else []), *brought]
    return [*told, *_marks(state)]


def _marks(state: State) -> list[Column]:
    """Say in each line of a file of people who took it out, and when."""
    if not state.list.is_of_people:
        return []
    return [
        Column("taken_out_by", each.head, str, lambda row, reader, each=each: each.value(row))
        for each in watermark(state.member)
    ]


def read(state: State) -> Iterator[list[Any]]:
    """Read the rows of a view in its order, page by page, each as plain values."""
    if state.found is not None and not state.query.get("sort"):
        yield from _ranked(state)
        return
    after = ""
    while True:
        page = cut(state.narrowed(state.list.rows()), state.order, is_down=state.is_down, after=after, size=PAGE)
        yield from values(state, page.rows)
        if not page.after:
            return
        after = page.after


def _ranked(state: State) -> Iterator[list[Any]]:
    ids = set(state.narrowed(state.list.bare()).values_list("id", flat=True))
    rows = state.list.rows().in_bulk(ids)
    yield from values(state, [rows[each] for each in state.found if each in rows])


def values(state: State, rows: Sequence[Any]) -> list[list[Any]]:
    """What a file holds of rows; contacts only as far as the reader may see them."""
    state.list.fill(state.member, rows)
    columns = columns_of(state)
    with masking.read_by(state.member):
        return [[_plain(column.value(row, state.member)) for column in columns] for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value) if abs(value) < 10**12 else str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def note(state: State, *, rows: int, format: str, subject: Organisation) -> None:
    """Note who took what out of the house."""
    facts = {"list": state.list.name, "rows": rows, "filters": sorted(state.filters.chosen), "format": format}
    if state.conditions:
        facts["filters"] = [*facts["filters"], "where"]
    audit.record("list.exported", subject, facts | {"columns": [each.key for each in columns_of(state)]})


def check_may_leave(state: State, organisation: Organisation) -> int:
    """Count the rows of the view; refuse a file of more people than the organisation lets one person take out."""
    rows = state.narrowed(state.list.bare()).order_by().count()
    check_size(organisation, state.member, rows)
    return rows


def heads(state: State) -> list[str]:
    return [str(each.label) for each in columns_of(state)]


def csv(state: State, rows: Iterable[Sequence[Any]], *, is_raw: bool) -> Iterator[str]:
    """CSV for people (with the mark that Excel needs, and no formulas), or raw for machines: keys as heads."""
    if is_raw:
        return raw_csv_lines([each.key for each in columns_of(state)], rows)
    return csv_lines(heads(state), rows)


def xlsx(state: State, rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A workbook, written to disk row by row and given in pieces; nothing in it is a formula or a link."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        options = {
            "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
            "nan_inf_to_errors": True,
        }  # fmt: skip
        with xlsxwriter.Workbook(file.name, options) as book:
            _fill(book, state, rows)
        with open(file.name, "rb") as written:
            while piece := written.read(PIECE):
                yield piece


def _fill(book: xlsxwriter.Workbook, state: State, rows: Iterable[Sequence[Any]]) -> None:
    columns = columns_of(state)
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    sheet = None
    for place, row in enumerate(rows):
        at = place % MOST_XLSX_ROWS
        if at == 0:
            sheet = _sheet(book, columns, bold)
        for position, (column, value) in enumerate(zip(columns, row, strict=True)):
            _write(sheet, at + 1, position, value, text if column.is_text else None)
    if sheet is None:
        _sheet(book, columns, bold)


def _sheet(book: xlsxwriter.Workbook, columns: Sequence[Column], bold) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, 24 if position == 0 else 16)
        sheet.write_string(0, position, str(column.label), bold)
    return sheet


def _write(sheet: Any, row: int, position: int, value: Any, text: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool) or text is not None or isinstance(value, str):
        sheet.write_string(row, position, str(value)[:32_767], text)
    else:
        sheet.write_number(row, position, value)


# --- files that a worker writes ---------------------------------------------------------------------------


def write_chunk(work: ListWork) -> bool:
    """Read the next rows of a file; when there are none left, write it. True when it is there."""
    state = state_of(LISTS[work.list_name], work.member, work.query)
    if not state.member.may("exports:read") or not state.member.may(state.list.permission):
        raise jobs.Cancelled
    place = work.cursor or {"after": "", "position": 0}
    if place["after"] is None:
        _write_file(work, state)
        return True
    page = cut(_rows(work, state), state.order, is_down=state.is_down, after=place["after"], size=PAGE)
    rows = values(state, page.rows)
    working.keep_piece(work, ListPiece.Kind.ROWS, place["position"], zlib.compress(json.dumps(rows).encode()))
    after = cursor(state.order, page.rows[-1]) if page.after else None
    done = working.note_chunk(
        work, cursor={"after": after, "position": place["position"] + 1}, counts={"changed": len(rows)}
    )
    jobs.advance(work.job_id, done=done)
    return False


def _rows(work: ListWork, state: State):
    """The rows that were there when it was asked for: those that came since would make the file endless."""
    rows = state.list.rows() if work.ids is None else state.list.rows().filter(id__in=work.ids)
    return state.narrowed(rows).filter(id__lte=work.until)


def _write_file(work: ListWork, state: State) -> None:
    rows = (row for piece in pieces_of(work.id, ListPiece.Kind.ROWS) for row in json.loads(zlib.decompress(piece)))
    told = work.arguments
    pieces = xlsx(state, rows) if told["format"] == "xlsx" else _bytes(csv(state, rows, is_raw=told.get("is_raw", False)))
    for position, piece in enumerate(pieces):
        working.keep_piece(work, ListPiece.Kind.FILE, position, piece)
    working.drop_pieces(work, ListPiece.Kind.ROWS)
    subject = Organisation.objects.get(id=work.organisation_id)
    note(state, rows=work.counts.get("changed", 0), format=told["format"], subject=subject)


def _bytes(lines: Iterable[str]) -> Iterator[bytes]:
    """Gather lines into pieces of a megabyte."""
    held, size = [], 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= PIECE:
            yield "".join(held).encode()
            held, size = [], 0
    if held:
        yield "".join(held).encode()


def named(work_id: UUID, list_name: str, format: str) -> str:
    return f"{list_name}-{str(work_id)[-6:]}.{format}"
