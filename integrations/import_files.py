"""Files that go with an import: what was not taken in, to be corrected, and a template to begin with."""

import io
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from integrations import custom_fields
from integrations.exports import csv_lines, error_rows
from integrations.models import Import
from integrations.vocabulary import EXAMPLES, FIELDS

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def error_workbook(import_id: UUID) -> bytes:
    """Write the rows that were not taken in, as they came, and what is wrong with each."""
    imported = Import.objects.defer("content").get(id=import_id)
    heads = [*imported.columns, gettext("Error")]
    return _workbook(gettext("Errors"), heads, error_rows(imported, translation.get_language()), wide={len(heads)})


def template_lines(kind: str) -> Iterator[str]:
    return csv_lines(*_template(kind))


def template_workbook(kind: str) -> bytes:
    heads, rows = _template(kind)
    return _workbook(str(Import.Kind(kind).label), heads, rows)


def _template(kind: str) -> tuple[list[str], list[list[str]]]:
    """Name every field in the reader's language, own fields too, with an example row."""
    place = 1 if (translation.get_language() or "").startswith("zh") else 0
    fields = (*FIELDS[kind], *custom_fields.targets(kind))
    own = EXAMPLES.get(kind, {})
    return [str(field.label) for field in fields], [[own.get(field.name, ("", ""))[place] for field in fields]]


def _workbook(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], wide: set[int] = frozenset()) -> bytes:
    """Write text cells only: a spreadsheet shall neither run a formula nor round a phone number."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for place in range(1, len(heads) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 60 if place in wide else 18
    sheet.append([_cell(sheet, head, is_head=True) for head in heads])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(sheet, value: str, *, is_head: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, "".join(letter for letter in str(value) if letter >= " " or letter in "\t\n"))
    cell.data_type, cell.number_format = "s", "@"
    if is_head:
        cell.font = Font(bold=True)
    return cell
