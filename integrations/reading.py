"""From a file to rows of text: encoding, delimiter, sheet, header.

A text is kept gzipped, a workbook as it is; both are read as a stream, so that memory does not grow with them.
"""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO

import charset_normalizer

from integrations import workbooks
from integrations.errors import (
    EncodingUnknown,
    FileDamaged,
    FileEmpty,
    FileIsSpreadsheet,
    FileNotText,
    FileTooLarge,
    FileUnpacksTooLarge,
    LayoutUnfit,
    NoHeader,
    NoRows,
)

MB = 1024 * 1024
MAX_FILE = 20 * MB
MAX_UNPACKED = 200 * MB
_PIECE = 256 * 1024
_SAMPLE_LINES = 60
_DELIMITERS = ",;\t|"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # also what Excel makes of a workbook with a password
_ZIP = b"PK\x03\x04"
ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "shift_jis", "cp1251")
_MOST_COLUMNS = 400
# What exports.guarded() put before a formula comes off again: an error file is corrected and imported.
_GUARDED = re.compile(r"^'(?=\s*[=+\-@\t\r＝＋－＠])")


@dataclass(frozen=True)
class Layout:
    """How a file is read. `header_line` is the line of the column names, 1 in an ordinary file."""

    encoding: str
    delimiter: str
    header_line: int
    columns: tuple[str, ...]
    sheet: str = ""
    is_sure: bool = True  # False: no encoding fits well, and Latin letters are the last resort


@dataclass(frozen=True)
class Wish:
    """How a person says that a file is to be read; what is empty is found out."""

    encoding: str = ""
    delimiter: str = ""
    header_line: int = 0
    sheet: str = ""


@dataclass(frozen=True)
class RawRow:
    line: int  # where the row begins in the file; the header is 1
    cells: tuple[str, ...]

    def values(self, columns: tuple[str, ...]) -> dict[str, str]:
        """Name the cells; what stands beyond the last column is kept under its position."""
        names = [*columns, *(f"#{n}" for n in range(len(columns) + 1, len(self.cells) + 1))]
        return {name: (self.cells[n] if n < len(self.cells) else "") for n, name in enumerate(names)}


AS_FOUND = Wish()
Packed = bytes | IO[bytes]


def pack(content: bytes) -> bytes:
    """Check size and kind of an upload and give it back gzipped; a gzipped one and a workbook pass as they are."""
    if not content:
        raise FileEmpty
    if len(content) > MAX_FILE:
        raise FileTooLarge(limit_mb=MAX_FILE // MB)
    if content.startswith(_OLD_EXCEL):
        raise FileIsSpreadsheet
    if content.startswith(_ZIP):
        workbooks.check(io.BytesIO(content))
        return content
    packed = content if content.startswith(b"\x1f\x8b") else gzip.compress(content, 6)
    first = b""
    for piece in _pieces(packed):  # all of them: a bomb is stopped here
        first = first or piece[:4]
    if not first:
        raise FileEmpty
    if first.startswith((_OLD_EXCEL, _ZIP)):
        raise FileIsSpreadsheet
    return packed


def is_workbook(packed: Packed) -> bool:
    file = _file(packed)
    return file.read(4) == _ZIP


def sheets(packed: Packed) -> list[str]:
    return workbooks.sheets(_file(packed)) if is_workbook(packed) else []


def look(packed: Packed, wish: Wish = AS_FOUND) -> Layout:
    """Find out how a file is to be read; a text is decoded once as a whole, so that no later row can surprise."""
    layout = _look_at_workbook(packed, wish) if is_workbook(packed) else _look_at_text(packed, wish)
    if next(rows(packed, layout), None) is None:
        raise NoRows
    return layout


def _look_at_workbook(packed: Packed, wish: Wish) -> Layout:
    held: dict[str, list[tuple[int, list[str]]]] = {}
    for name in [wish.sheet] if wish.sheet else sheets(packed):
        lines = islice(workbooks.lines(_file(packed), name), _SAMPLE_LINES)
        held[name] = [(n, cells) for n, cells in lines if any(cell.strip() for cell in cells)]
        if _is_table(held[name]):
            break
    filled = [name for name, table in held.items() if table]
    if not filled:
        raise FileEmpty
    sheet = filled[-1] if _is_table(held[filled[-1]]) else filled[0]
    header_line, columns = _header(held[sheet], wish.header_line)
    return Layout("", ",", header_line, columns, sheet=sheet)


def _is_table(lines: Iterable[tuple[int, list[str]]]) -> bool:
    """Tell a list from a cover or a page of notes, whose lines have one cell."""
    return sum(1 for _, cells in lines if sum(1 for cell in cells if cell.strip()) > 1) > 1


def _look_at_text(packed: Packed, wish: Wish) -> Layout:
    encoding, is_sure = (_wished(packed, wish.encoding), True) if wish.encoding else _encoding(packed)
    lines = _first_lines(packed, encoding)
    if not any(line.strip() for line in lines):
        raise FileEmpty
    delimiter = wish.delimiter or _delimiter(lines)
    header_line, columns = _header(list(_numbered(iter(lines), delimiter)), wish.header_line)
    return Layout(encoding, delimiter, header_line, columns, is_sure=is_sure)


def _wished(packed: Packed, encoding: str) -> str:
    try:
        if encoding not in ENCODINGS or not _decodes(packed, encoding):
            raise LayoutUnfit
    except FileNotText:  # UTF-16 where there is none, or none where there is
        raise LayoutUnfit from None
    return encoding


def _file(packed: Packed) -> IO[bytes]:
    """Open the packed file at its beginning; one reader at a time."""
    if isinstance(packed, bytes | memoryview | bytearray):
        return io.BytesIO(packed)
    packed.seek(0)
    return packed


def rows(packed: Packed, layout: Layout) -> Iterator[RawRow]:
    """Read the rows below the header one by one; empty ones do not count."""
    for line, cells in cells_of(packed, layout):
        yield RawRow(line, tuple(cells))


def cells_of(packed: Packed, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Read the rows as rows() does, as line and cells."""
    for line, cells in _lines(packed, layout):
        if line > layout.header_line and any(cells):
            cleaned = [cell.strip() for cell in cells]
            if "'" in "".join(cleaned):
                cleaned = [_clean(cell) for cell in cleaned]
            if any(cleaned):
                yield line, cleaned


def _lines(packed: Packed, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    if layout.sheet:
        yield from workbooks.lines(_file(packed), layout.sheet)
        return
    with _text(packed, layout.encoding) as text:
        yield from _numbered(text, layout.delimiter)


def first_lines(packed: Packed, layout: Layout, count: int = 12) -> list[tuple[int, list[str]]]:
    """Show the lines at the top as they stand, so that a person can say which one names the columns."""
    return list(islice(_lines(packed, layout), count))


def _clean(cell: str) -> str:
    cell = cell.strip()
    return _GUARDED.sub("", cell).strip() if cell.startswith("'") else cell


def _pieces(packed: Packed) -> Iterator[bytes]:
    """Unpack piece by piece, and stop where a bomb would go on."""
    size = 0
    try:
        with gzip.GzipFile(fileobj=_file(packed)) as file:
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > MAX_UNPACKED:
                    raise FileUnpacksTooLarge(limit_mb=MAX_UNPACKED // MB)
                yield piece
    except (OSError, EOFError, zlib.error):
        raise FileDamaged from None


def _text(packed: Packed, encoding: str) -> io.TextIOWrapper:
    plain = "utf-8-sig" if encoding == "utf-8" else encoding
    return io.TextIOWrapper(gzip.GzipFile(fileobj=_file(packed)), encoding=plain, newline="")


def _numbered(text, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text, delimiter=delimiter)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:  # a cell of more than 128 kB: a quote that nobody closed
            raise FileNotText from None
        if cells is None:
            return
        yield line, cells
        line = reader.line_num + 1


# --- encoding -------------------------------------------------------------------------------------


def _encoding(packed: Packed) -> tuple[str, bool]:
    """Name the encoding, and say whether it is sure."""
    sample = next(_pieces(packed), b"")
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return _sure(packed, name), True
    if name := _utf16_without_bom(sample):
        return _sure(packed, name), True
    if b"\0" in sample:
        raise FileNotText
    if _decodes(packed, "utf-8"):
        return "utf-8", True
    if _decodes(packed, "gb18030") and _reads_as_chinese(sample):
        return "gb18030", True
    if any(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in sample[:65536]):
        raise FileNotText
    best = charset_normalizer.from_bytes(sample, cp_isolation=["big5", "cp1252", "cp1250", "cp1251", "shift_jis"]).best()
    if best is not None and _decodes(packed, best.encoding):
        return best.encoding, best.encoding == "cp1252"
    return "latin-1", False


def _sure(packed: Packed, name: str) -> str:
    if not _decodes(packed, name):
        raise EncodingUnknown
    return name


def _decodes(packed: Packed, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for piece in _pieces(packed):
            if "\0" in decoder.decode(piece):
                raise FileNotText
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_bom(sample: bytes) -> str:
    """Tell UTF-16 by its commas, line ends and digits, which have a zero byte at their side."""
    head = sample[:4096]
    high, low = head[1::2].count(0), head[0::2].count(0)
    if max(high, low) * 10 < len(head) or min(high, low) * 10 > max(high, low):
        return ""
    return "utf-16-le" if high > low else "utf-16-be"


def _reads_as_chinese(sample: bytes) -> bool:
    """Tell Chinese from accented Latin, which GB18030 often accepts as rare characters ("Müller" as "M黮ler")."""
    strange = [character for character in sample.decode("gb18030", "ignore") if character > "\x7f"]
    common = sum(_is_common(character) for character in strange)
    return bool(strange) and common >= 0.7 * len(strange)


def _is_common(character: str) -> bool:
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


# --- delimiter and header -----------------------------------------------------------------------------


def _first_lines(packed: Packed, encoding: str) -> list[str]:
    with _text(packed, encoding) as text:
        return [line for _, line in zip(range(_SAMPLE_LINES), iter(lambda: text.readline(65536), ""), strict=False)]


def _delimiter(lines: list[str]) -> str:
    """Choose the one that cuts most lines into the same number of cells, more than one."""

    def fit(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if any(cells))
        width, count = widths.most_common(1)[0]
        return (count, width) if width > 1 else (0, 0)

    return max(_DELIMITERS, key=fit)


def _header(lines: Iterable[tuple[int, list[str]]], wished: int = 0) -> tuple[int, tuple[str, ...]]:
    """Find the column names: the first line as full as the usual one. A title above the table is passed over."""
    table = [(line, cells) for line, cells in lines if any(cell.strip() for cell in cells)]
    width = max((n for _, cells in table for n, cell in enumerate(cells, 1) if cell.strip()), default=0)
    table = [(line, cells[:width]) for line, cells in table]  # a workbook's rows are as wide as its widest
    if wished:
        return wished, next((_told_apart(cells) for line, cells in table if line == wished), None) or _no_header()
    usual = Counter(sum(1 for cell in cells if cell.strip()) for _, cells in table).most_common(1)[0][0]
    for line, cells in table[:20]:
        named = sum(1 for cell in cells if cell.strip())
        if named >= max(1, usual * 0.6):
            if all(_is_figure(cell) for cell in cells if cell.strip()):
                raise NoHeader
            return line, _told_apart(cells)
    raise NoHeader


def _no_header():
    raise NoHeader


def _is_figure(cell: str) -> bool:
    return re.fullmatch(r"[\d\s.,:/+\-¥￥£$€%]+", cell.strip()) is not None


def _told_apart(cells: list[str]) -> tuple[str, ...]:
    """Give every column a name of its own: empty ones their position, repeated ones a number."""
    seen: Counter[str] = Counter()
    names = []
    for position, cell in enumerate(cells[:_MOST_COLUMNS], 1):
        name = _clean(cell)[:80] or f"#{position}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)
