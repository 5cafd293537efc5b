"""Excel workbooks as rows of text: what they may not hold, their sheets, their cells."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from integrations.errors import FileDamaged, FileUnpacksTooLarge, NoRows, SheetUnknown, TooManyRows, WorkbookHasMacros

MB = 1024 * 1024
MAX_UNPACKED = 400 * MB  # the XML of a sheet is some ten times the CSV
MAX_RATIO = 200  # honest sheets come to 10 to 40
MAX_ROWS = 1_048_576  # what Excel can hold
_DANGEROUS = re.compile(r"(vbaProject\.bin|/activeX/|/embeddings/|/externalLinks/|/macrosheets/)", re.IGNORECASE)


def check(file: IO[bytes]) -> None:
    """Refuse macros, embedded things and bombs before anything is unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if "xl/workbook.xml" not in {entry.filename for entry in entries}:
                raise FileDamaged
            if any(_DANGEROUS.search(entry.filename) for entry in entries):
                raise WorkbookHasMacros
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise FileUnpacksTooLarge(limit_mb=MAX_UNPACKED // MB)
            if any(entry.file_size > MB and entry.file_size > MAX_RATIO * entry.compress_size for entry in entries):
                raise FileUnpacksTooLarge(limit_mb=MAX_UNPACKED // MB)
            _refuse_entities(archive, entries)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise FileDamaged from None


def _refuse_entities(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """A workbook declares no document type; one that does wants to blow up or to read our files."""
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                if b"<!DOCTYPE" in part.read(2048):
                    raise FileDamaged


def sheets(file: IO[bytes]) -> list[str]:
    """Name the visible sheets, as they stand in the workbook."""
    book = _open(file)
    try:
        return [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.sheetnames
    finally:
        book.close()


def lines(file: IO[bytes], sheet: str) -> Iterator[tuple[int, list[str]]]:
    """Read the rows of a sheet with their numbers, as text."""
    book = _open(file)
    try:
        if sheet not in book.sheetnames:
            raise SheetUnknown(sheet=sheet)
        found = book[sheet]
        if hasattr(found, "reset_dimensions"):
            found.reset_dimensions()  # writers often declare a wrong size
        for number, row in enumerate(found.iter_rows(values_only=True), 1):
            if number > MAX_ROWS:
                raise TooManyRows(limit=MAX_ROWS)
            yield number, [_text(value) for value in row]
    finally:
        book.close()


def _open(file: IO[bytes]) -> Any:
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations that do not matter here
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, OSError, zipfile.BadZipFile, SyntaxError):
        raise FileDamaged from None
    if not book.worksheets:
        raise NoRows
    return book


def _text(value: Any) -> str:
    """Write a cell as a person would have typed it: a day without a clock, a whole number without a point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\0", "").replace("_x000D_", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(round(value, 12))
    return str(value)
