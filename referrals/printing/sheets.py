"""Print files: pieces on A4 sheets with crop marks, all of it vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from referrals.models import MaterialBatch
from referrals.printing.designs import Place, Words, common, look, of_piece, ratio_of
from referrals.queries.codes import public_base
from tenancy import door
from tenancy.logo import logo_of
from tenancy.models import Organisation

MM = 72 / 25.4
PAGE = (210 * MM, 297 * MM)
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True)
class Format:
    """A piece in millimetres, and how many stand on a sheet."""

    width: float
    height: float
    columns: int = 1
    rows: int = 1

    @property
    def each_sheet(self) -> int:
        return self.columns * self.rows

    @property
    def corner(self) -> tuple[float, float]:
        """Left and bottom of the first piece, so that the pieces stand in the middle of the sheet."""
        return (210 - self.columns * self.width) / 2, (297 - self.rows * self.height) / 2


FORMATS = {
    "card": Format(90, 54, 2, 5), "leaflet": Format(148, 210), "flyer": Format(148, 105, 1, 2),
    "insert": Format(95, 135, 2, 2), "table": Format(90, 130, 2, 2), "poster": Format(210, 297),
}  # fmt: skip


def print_sheets(batch: MaterialBatch, pieces: Sequence[tuple[int, str]]) -> bytes:
    """Draw pieces, each a serial and a code, as PDF."""
    organisation = Organisation.objects.get(id=door.organisation_id())
    words = words_of(batch, organisation)
    base = public_base()
    told = [(f"{base}/r/{code}?ch={batch.kind}", grouped(code), f"No. {serial:06d}") for serial, code in pieces]
    return draw_sheets(FORMATS[batch.kind], words, told, design=batch.design, colour=organisation.colour, title=batch.name)


def words_of(batch: MaterialBatch, organisation: Organisation) -> Words:
    """Take the campaign's own words in both languages; the organisation's language comes first."""
    languages = sorted(LANGUAGES, key=lambda language: language != organisation.language)
    texts = [batch.campaign.texts.get(language, {}) for language in languages]
    owner = batch.owner
    giver = " · ".join(filter(None, (owner.customer.name, owner.organisation_name))) if not owner.is_house else ""
    return Words(
        organisation=organisation.name, headlines=tuple(filter(None, (text.get("headline", "") for text in texts))),
        offers=tuple(filter(None, (text.get("offer", "") for text in texts))), giver=giver,
        until=_until(batch, languages[0]), logo=logo_of(),
    )  # fmt: skip


def _until(batch: MaterialBatch, language: str) -> str:
    if batch.valid_to is None:
        return ""
    with translation.override(language):
        day = date_format(timezone.localtime(batch.valid_to), "DATE_FORMAT")
        return gettext("Valid until %(day)s") % {"day": day}


def grouped(code: str) -> str:
    return f"{code[:4]} {code[4:]}" if len(code) == 8 else code


def draw_sheets(
    wanted: Format, words: Words, pieces: Sequence[tuple[str, str, str]], *, design: str, colour: str, title: str
) -> bytes:
    """Draw pieces, each a link, a code as it is read, and a serial."""
    content = BytesIO()
    canvas = Canvas(content, pagesize=PAGE, pageCompression=1, invariant=1)
    canvas.setTitle(title)
    place = Place(wanted.width * MM, wanted.height * MM)
    _form(canvas, place, common(place, words, look(design, colour)), words.logo)
    for start in range(0, len(pieces), wanted.each_sheet):
        for number, (link, code, serial) in enumerate(pieces[start : start + wanted.each_sheet]):
            _piece(canvas, wanted, number, of_piece(place, link, code, serial, words))
        _crop_marks(canvas, wanted)
        canvas.showPage()
    canvas.save()
    return content.getvalue()


def _form(canvas: Canvas, place: Place, operators: str, logo: bytes) -> None:
    """Keep what is the same on every piece once in the file; its box cuts what reaches over the edge."""
    canvas.beginForm("piece", 0, 0, place.width, place.height)
    canvas._code.append(operators)
    if logo:
        left, bottom, width, height = place.plate(ratio_of(logo))
        edge = height * 0.12
        canvas.drawImage(
            ImageReader(BytesIO(logo)), left + edge, bottom + edge, width - 2 * edge, height - 2 * edge,
            mask="auto", preserveAspectRatio=True,
        )  # fmt: skip
    canvas.endForm()


def _piece(canvas: Canvas, wanted: Format, number: int, operators: str) -> None:
    left, bottom = wanted.corner
    row, column = divmod(number, wanted.columns)
    canvas.saveState()
    canvas.translate((left + column * wanted.width) * MM, (bottom + (wanted.rows - 1 - row) * wanted.height) * MM)
    canvas.doForm("piece")
    canvas._code.append(operators)
    canvas.restoreState()


def _crop_marks(canvas: Canvas, wanted: Format) -> None:
    """Draw where to cut, outside the pieces."""
    left, bottom = wanted.corner
    if left <= 4 or bottom <= 4:
        return  # as large as the sheet
    right, top = 210 - left, 297 - bottom
    canvas.setLineWidth(0.25)
    canvas.setStrokeColorRGB(0, 0, 0)
    for column in range(wanted.columns + 1):
        x = (left + column * wanted.width) * MM
        canvas.line(x, (top + 2) * MM, x, (top + 7) * MM)
        canvas.line(x, (bottom - 2) * MM, x, (bottom - 7) * MM)
    for row in range(wanted.rows + 1):
        y = (bottom + row * wanted.height) * MM
        canvas.line((left - 2) * MM, y, (left - 7) * MM, y)
        canvas.line((right + 2) * MM, y, (right + 7) * MM, y)
