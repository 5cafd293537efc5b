"""Excel workbooks: sheets, titles, dates, and what they may not hold; error files and templates as workbooks."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook, load_workbook

from crm.models import Customer
from integrations import reading, workbooks
from integrations.errors import (
    FileDamaged,
    FileIsSpreadsheet,
    FileUnpacksTooLarge,
    LayoutUnfit,
    SheetUnknown,
    TooManyRows,
    WorkbookHasMacros,
)
from integrations.import_files import error_workbook, template_lines, template_workbook
from integrations.mapping import FIELDS, guess
from integrations.models import Import
from integrations.operations import preview, reread, run, start, upload
from integrations.reading import Wish
from tenancy import door

AS_FOUND = Wish()
ROWS = [
    ["姓名", "手机", "生日", "备注"],
    ["张伟", 13800138000, date(1988, 5, 1), "=1+1"],
    ["李娜", "13900139000", 32905, None],
]


def book(*sheets, titles=()) -> bytes:
    """Write a workbook of sheets, each a list of rows."""
    made = Workbook()
    made.remove(made.active)
    for place, rows in enumerate(sheets):
        sheet = made.create_sheet(titles[place] if titles else f"Sheet {place + 1}")
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def read(content: bytes, wish: Wish = AS_FOUND):
    packed = reading.pack(content)
    layout = reading.look(packed, wish)
    return layout, [(row.line, row.cells[: len(layout.columns)]) for row in reading.rows(packed, layout)]


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, part)
    return file.getvalue()


def test_numbers_days_and_moments_are_read_as_a_person_would_have_typed_them():
    moment = datetime(2026, 3, 14, 10, 30)
    _, rows = read(book([["a", "b", "c", "d", "e"], [13800138000, 12.5, 3.0, moment, True]]))
    assert rows == [(2, ("13800138000", "12.5", "3", "2026-03-14 10:30:00", "true"))]


def test_a_merged_title_above_is_passed_over_and_the_first_full_sheet_is_read():
    made = Workbook()
    made.active.title = "Empty"
    sheet = made.create_sheet("名单")
    sheet["A1"] = "会员名单 2026"
    sheet.merge_cells("A1:D1")
    for row in ([], *ROWS):
        sheet.append(row)
    file = io.BytesIO()
    made.save(file)
    layout, rows = read(file.getvalue())
    assert (layout.sheet, layout.header_line, layout.columns) == ("名单", 3, ("姓名", "手机", "生日", "备注"))
    assert [line for line, _ in rows] == [4, 5]


def test_a_cover_and_a_page_of_notes_are_passed_over():
    notes = [["How to fill this in"], ["One row for each customer"], ["Phones with their area code"]]
    layout = reading.look(book([["Members of the shop"]], notes, [], ROWS, titles=("Cover", "Notes", "Empty", "Members")))
    assert (layout.sheet, layout.header_line, layout.columns[0]) == ("Members", 1, "姓名")
    assert (
        reading.look(book(notes, [["Phone"], ["07700900001"]], titles=("Notes", "Phones"))).sheet == "Notes"
    )  # nothing better


def test_another_sheet_and_line_can_be_chosen():
    content = book([["Name"], ["Ann"]], [["x"], ["Name", "Phone"], ["Bea", "07700900002"]], titles=("One", "Two"))
    assert reading.sheets(reading.pack(content)) == ["One", "Two"]
    layout, rows = read(content, Wish(sheet="Two", header_line=2))
    assert (layout.columns, rows) == (("Name", "Phone"), [(3, ("Bea", "07700900002"))])
    with pytest.raises(SheetUnknown):
        read(content, Wish(sheet="Three"))


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/embeddings/oleObject1.bin", "xl/externalLinks/externalLink1.xml"])
def test_macros_embedded_things_and_outer_links_are_refused(part):
    with pytest.raises(WorkbookHasMacros):
        reading.pack(with_part(book(ROWS), part, b"x"))


def test_bombs_are_refused_before_anything_is_unpacked(monkeypatch):
    with pytest.raises(FileUnpacksTooLarge):
        reading.pack(with_part(book(ROWS), "xl/worksheets/sheet9.xml", bytes(30 * 1024 * 1024)))
    with pytest.raises(FileDamaged):
        reading.pack(
            with_part(book(ROWS), "xl/worksheets/sheet9.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>')
        )
    monkeypatch.setattr(workbooks, "MAX_ROWS", 1)
    with pytest.raises(TooManyRows):
        read(book(ROWS))


@pytest.mark.parametrize(
    ("content", "error"), [(b"PK\x03\x04rubbish", FileDamaged), (b"\xd0\xcf\x11\xe0old", FileIsSpreadsheet)]
)
def test_what_is_no_workbook_is_refused(content, error):
    with pytest.raises(error):
        read(content)


# --- through the whole import --------------------------------------------------------------------------------


@pytest.fixture
def chinese(acme):
    with door.organisation(acme.id):
        type(acme).objects.filter(id=acme.id).update(country="CN", language="zh-hans")


def test_a_workbook_comes_in_with_serial_dates(taken_in, acme, chinese):
    imported = taken_in("customers", book(ROWS))
    assert (imported.counts["created"], imported.sheet, imported.encoding) == (2, "Sheet 1", "")
    with door.organisation(acme.id):
        found = dict(Customer.objects.values_list("name", "birth_date"))
    assert found == {"张伟": date(1988, 5, 1), "李娜": date(1990, 2, 1)}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_a_corrected_error_file_comes_in_whatever_the_first_one_was_written_in(taken_in, acme, chinese, encoding):
    text = "姓名,手机,生日\n张伟,13800138000,1988-05-01\n李娜,12,1990-02-01\n"
    imported = taken_in("customers", text.encode(encoding))
    assert (imported.counts["created"], imported.counts["failed"]) == (1, 1)
    with door.organisation(acme.id):
        file = load_workbook(io.BytesIO(error_workbook(imported.id)))
    sheet = file.active
    assert [cell.value for cell in sheet[1]] == ["姓名", "手机", "生日", "Error"]
    assert [cell.value for cell in sheet[2]] == ["李娜", "12", "1990-02-01", "手机: “12” is not a phone number."]
    sheet["B2"] = "13900139000"
    corrected = io.BytesIO()
    file.save(corrected)
    again = taken_in("customers", corrected.getvalue())
    assert (again.counts["created"], again.counts["failed"], "Error" in again.columns) == (1, 0, True)


def test_formulas_are_text_in_an_error_file(taken_in, acme):
    imported = taken_in("customers", "Name,Phone\n=1+1,12\n")
    with door.organisation(acme.id):
        cell = load_workbook(io.BytesIO(error_workbook(imported.id))).active["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_file_can_be_read_another_way(acme):
    with door.organisation(acme.id):
        imported = upload(kind="customers", file_name="a.csv", content="Name;Città,Note;Phone\nNoè;1;2\n".encode("cp1252"))
        read_anew = reread(imported.id, Wish(encoding="latin-1", delimiter=","))
        assert read_anew.columns == ["Name;Città", "Note;Phone"]
        with pytest.raises(LayoutUnfit):
            reread(imported.id, Wish(encoding="utf-8"))
        assert Import.objects.get(id=imported.id).encoding == "latin-1"


def test_where_no_encoding_fits_latin_letters_are_the_last_resort_and_said_so(acme):
    content = b"Name,Phone\n\x81\x8d\x8f\x90\x9d\xff\xfe,1\n" * 3
    with door.organisation(acme.id):
        imported = upload(kind="customers", file_name="a.csv", content=content)
    assert imported.is_encoding_sure is False


@pytest.mark.parametrize("kind", sorted(FIELDS))
def test_a_template_names_every_field_and_its_row_can_be_imported(acme, kind):
    with door.organisation(acme.id):
        heads = [cell.value for cell in load_workbook(io.BytesIO(template_workbook(kind))).active[1]]
        text = "".join(template_lines(kind))
        assert set(guess(kind, heads)) == {field.name for field in FIELDS[kind]}
        imported = upload(kind=kind, file_name="template.csv", content=text.encode())
        seen = preview(imported)
        start(imported.id, mapping=seen.mapping, is_dry_run=True)
    assert run(acme.id, imported.id)
    with door.organisation(acme.id):
        counts = Import.objects.get(id=imported.id).counts
    assert (counts["rows"], counts["failed"]) == (1, 1 if kind == "opening_balances" else 0)  # a balance needs its customer


def test_what_is_left_to_do_after_a_template_is_said_with_the_row(acme):
    with door.organisation(acme.id):
        imported = upload(
            kind="opening_balances", file_name="t.csv", content="".join(template_lines("opening_balances")).encode()
        )
        [verdict] = preview(imported).verdicts
    assert (verdict.verdict, verdict.problems[0].code) == ("refused", "unknown_customer")
