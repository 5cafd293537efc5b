"""From the bytes of a file to rows of text: encoding, delimiter, header.

A file is kept gzipped and read as a stream, so that memory does not grow with it.
"""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import charset_normalizer

from integrations.errors import (
    EncodingUnknown,
    FileDamaged,
    FileEmpty,
    FileIsSpreadsheet,
    FileNotText,
    FileTooLarge,
    FileUnpacksTooLarge,
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
# Old Excel, zip (and so xlsx), PDF: said by name, since "not text" helps nobody.
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# What exports.guarded() put before a formula comes off again: an error file is corrected and imported.
_GUARDED = re.compile(r"^'(?=\s*[=+\-@\t\r＝＋－＠])")


@dataclass(frozen=True)
class Layout:
    """How a file is read. `header_line` is the line of the column names, 1 in an ordinary file."""

    encoding: str
    delimiter: str
    header_line: int
    columns: tuple[str, ...]


@dataclass(frozen=True)
class RawRow:
    line: int  # where the row begins in the file; the header is 1
    cells: tuple[str, ...]

    def values(self, columns: tuple[str, ...]) -> dict[str, str]:
        """Name the cells; what stands beyond the last column is kept under its position."""
        names = [*columns, *(f"#{n}" for n in range(len(columns) + 1, len(self.cells) + 1))]
        return {name: (self.cells[n] if n < len(self.cells) else "") for n, name in enumerate(names)}


def pack(content: bytes) -> bytes:
    """Check size and kind of an upload and give it back gzipped; a gzipped one passes as it is."""
    if not content:
        raise FileEmpty
    if len(content) > MAX_FILE:
        raise FileTooLarge(limit_mb=MAX_FILE // MB)
    if content.startswith(_SPREADSHEETS):
        raise FileIsSpreadsheet
    packed = content if content.startswith(b"\x1f\x8b") else gzip.compress(content, 6)
    first = True
    for piece in _pieces(packed):
        if first and piece.startswith(_SPREADSHEETS):
            raise FileIsSpreadsheet
        first = False
    if first:
        raise FileEmpty
    return packed


def look(packed: bytes) -> Layout:
    """Find out how a file is to be read; the whole file is decoded once, so that no later row can surprise."""
    encoding = _encoding(packed)
    lines = _first_lines(packed, encoding)
    if not any(line.strip() for line in lines):
        raise FileEmpty
    delimiter = _delimiter(lines)
    header_line, columns = _header(lines, delimiter)
    layout = Layout(encoding, delimiter, header_line, columns)
    if next(rows(packed, layout), None) is None:
        raise NoRows
    return layout


def rows(packed: bytes, layout: Layout) -> Iterator[RawRow]:
    """Read the rows below the header one by one; empty ones do not count."""
    with _text(packed, layout.encoding) as text:
        for line, cells in _numbered(text, layout.delimiter):
            if line > layout.header_line and any(cleaned := [_clean(cell) for cell in cells]):
                yield RawRow(line, tuple(cleaned))


def _clean(cell: str) -> str:
    cell = cell.strip()
    return _GUARDED.sub("", cell).strip() if cell.startswith("'") else cell


def _pieces(packed: bytes) -> Iterator[bytes]:
    """Unpack piece by piece, and stop where a bomb would go on."""
    size = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > MAX_UNPACKED:
                    raise FileUnpacksTooLarge(limit_mb=MAX_UNPACKED // MB)
                yield piece
    except (OSError, EOFError, zlib.error):
        raise FileDamaged from None


def _text(packed: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(gzip.GzipFile(fileobj=io.BytesIO(packed)), encoding=encoding, newline="")


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


def _encoding(packed: bytes) -> str:
    sample = next(_pieces(packed), b"")
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return _sure(packed, name)
    if name := _utf16_without_bom(sample):
        return _sure(packed, name)
    if b"\0" in sample:
        raise FileNotText
    if _decodes(packed, "utf-8"):
        return "utf-8"
    if _decodes(packed, "gb18030") and _reads_as_chinese(sample):
        return "gb18030"
    best = charset_normalizer.from_bytes(sample, cp_isolation=["big5", "cp1252", "cp1250", "cp1251", "shift_jis"]).best()
    if best is None or not _decodes(packed, best.encoding):
        raise EncodingUnknown
    return best.encoding


def _sure(packed: bytes, name: str) -> str:
    if not _decodes(packed, name):
        raise EncodingUnknown
    return name


def _decodes(packed: bytes, encoding: str) -> bool:
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


def _first_lines(packed: bytes, encoding: str) -> list[str]:
    with _text(packed, encoding) as text:
        return [line for _, line in zip(range(_SAMPLE_LINES), iter(lambda: text.readline(65536), ""), strict=False)]


def _delimiter(lines: list[str]) -> str:
    """Choose the one that cuts most lines into the same number of cells, more than one."""

    def fit(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if any(cells))
        width, count = widths.most_common(1)[0]
        return (count, width) if width > 1 else (0, 0)

    return max(_DELIMITERS, key=fit)


def _header(lines: list[str], delimiter: str) -> tuple[int, tuple[str, ...]]:
    """Find the column names: the first line as full as the usual one. A title above the table is passed over."""
    table = [(line, cells) for line, cells in _numbered(iter(lines), delimiter) if any(cell.strip() for cell in cells)]
    usual = Counter(len(cells) for _, cells in table).most_common(1)[0][0]
    for line, cells in table[:20]:
        named = sum(1 for cell in cells if cell.strip())
        if named >= max(1, usual * 0.6):
            if all(_is_figure(cell) for cell in cells if cell.strip()):
                raise NoHeader
            return line, _told_apart(cells)
    raise NoHeader


def _is_figure(cell: str) -> bool:
    return re.fullmatch(r"[\d\s.,:/+\-¥￥£$€%]+", cell.strip()) is not None


def _told_apart(cells: list[str]) -> tuple[str, ...]:
    """Give every column a name of its own: empty ones their position, repeated ones a number."""
    seen: Counter[str] = Counter()
    names = []
    for position, cell in enumerate(cells, 1):
        name = _clean(cell)[:80] or f"#{position}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)
