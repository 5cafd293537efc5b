"""From bytes to rows: every encoding and delimiter people send, and files that are none."""

import gzip
import io
import zipfile

import pytest

from integrations import reading
from integrations.errors import (
    FileDamaged,
    FileEmpty,
    FileIsSpreadsheet,
    FileNotText,
    FileTooLarge,
    FileUnpacksTooLarge,
    NoHeader,
    NoRows,
)

TABLE = "姓名,手机,城市\n张伟,13800138000,上海\n李娜,13900139000,成都\n"


def _read(content: bytes):
    packed = reading.pack(content)
    layout = reading.look(packed)
    return layout, [row.cells for row in reading.rows(packed, layout)]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030"),
        ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"),
    ],
)  # fmt: skip
def test_encodings(encoding, found):
    layout, rows = _read(TABLE.encode(encoding))
    assert layout.encoding == found
    assert layout.columns == ("姓名", "手机", "城市")
    assert rows == [("张伟", "13800138000", "上海"), ("李娜", "13900139000", "成都")]


def test_accented_latin_is_not_taken_for_chinese():
    text = "Name,City,Remark\nJürgen Müller,Köln,schön\nZoë Brontë,Málaga,très bien\nRené,Orléans,déjà vu\n"
    _, rows = _read(text.encode("cp1252"))
    assert rows[0] == ("Jürgen Müller", "Köln", "schön")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter):
    layout, rows = _read(TABLE.replace(",", delimiter).encode())
    assert layout.delimiter == delimiter
    assert rows[0] == ("张伟", "13800138000", "上海")


def test_amounts_with_commas_do_not_mislead_the_delimiter():
    layout, rows = _read(b'Order;Amount\nA1;"1,234.50"\nA2;99,00\n')
    assert (layout.delimiter, rows[0]) == (";", ("A1", "1,234.50"))


def test_a_title_above_the_table_is_passed_over_and_lines_keep_their_numbers():
    packed = reading.pack('会员名单 2026\n\n姓名,手机\n张伟,1\n\n"李\n娜",2\n王,3\n'.encode())
    layout = reading.look(packed)
    assert (layout.header_line, layout.columns) == (3, ("姓名", "手机"))
    assert [(row.line, row.cells[1]) for row in reading.rows(packed, layout)] == [(4, "1"), (6, "2"), (8, "3")]


def test_columns_of_one_name_are_told_apart():
    layout, _ = _read(b"Name,Phone,Phone,\nA,1,2,3\n")
    assert layout.columns == ("Name", "Phone", "Phone (2)", "#4")


def test_gzip_is_unpacked():
    assert _read(gzip.compress(TABLE.encode(), mtime=0))[1][0][0] == "张伟"


def _workbook() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("xl/workbook.xml"), "<x/>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", FileEmpty), (b"\n \n", FileEmpty), (gzip.compress(b"", mtime=0), FileEmpty),
        (b"a,b\n", NoRows), (b"1,2\n3,4\n", NoHeader),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), FileNotText),
        (b"a,b\n\0\0\0,\0\n", FileNotText),
        (_workbook(), FileDamaged), (gzip.compress(_workbook(), mtime=0), FileIsSpreadsheet),
        (gzip.compress(TABLE.encode() * 99, mtime=0)[:60], FileDamaged),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_by_name(content, error):
    with pytest.raises(error):
        _read(content)


def test_size_limits(monkeypatch):
    monkeypatch.setattr(reading, "MAX_FILE", 1000)
    with pytest.raises(FileTooLarge):
        reading.pack(b"a,b\n" * 300)


def test_a_bomb_is_stopped_while_it_unpacks():
    bomb = gzip.compress(bytes(1024 * 1024), mtime=0) * 210  # 210 MB of zeroes in 200 kB
    assert len(bomb) < reading.MAX_FILE
    with pytest.raises(FileUnpacksTooLarge):
        reading.pack(bomb)
