"""The picture that a messenger shows for a link: who invites, to what. It names no reward, so it may go round in WeChat."""

from dataclasses import astuple, dataclass
from io import BytesIO
from unicodedata import east_asian_width

from PIL import Image, ImageDraw, ImageOps

from foundation.colour import channels, mix, text_on
from foundation.ids import fingerprint
from referrals.printing.fonts import can_write, font, knows_han
from referrals.printing.typesetting import fitted, write

WIDTH, HEIGHT = 1200, 630
SHORT = 40  # half-widths: twenty Chinese characters
_MARGIN, _MIDDLE = 72, 320  # where the words begin, beside a photo and without one
_DESIGN = 1  # change it when the drawing changes, so that cached cards are drawn anew


@dataclass(frozen=True)
class Card:
    colour: str
    organisation: str
    invitation: str
    headline: str
    code: str
    picture: str = ""  # fingerprint of the page's first picture

    @property
    def mark(self) -> str:
        return fingerprint([_DESIGN, knows_han(), *astuple(self)])[:32]


def short(text: str) -> str:
    """Cut a text to what messengers show below a title: twenty Chinese characters, or forty Latin ones."""
    text = " ".join(text.split())
    if sum(map(_width, text)) <= SHORT:
        return text
    kept, room = "", SHORT - 2
    for letter in text:
        room -= _width(letter)
        if room < 0:
            break
        kept += letter
    return kept.rstrip(" ,.;:，。；：、") + "…"


def draw(card: Card, photo: bytes | None = None) -> bytes:
    """Draw a card as PNG; the words stay in the middle square where there is no photo, for WeChat cuts the sides off."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), card.colour)
    pen = ImageDraw.Draw(picture)
    pen.ellipse([760, -420, 1460, 280], fill=mix(card.colour, "#ffffff", 0.08))
    pen.ellipse([-320, 380, 300, 1000], fill=mix(card.colour, "#000000", 0.08))
    if photo:
        _paste(picture, photo)
    _words(pen, card, left=_MARGIN if photo else _MIDDLE, room=560)
    content = BytesIO()
    lean = picture if photo else picture.quantize(256, dither=Image.Dither.NONE)
    lean.save(content, "PNG", optimize=True)
    return content.getvalue()


def _paste(picture: Image.Image, photo: bytes) -> None:
    fitted_photo = ImageOps.fit(Image.open(BytesIO(photo)).convert("RGB"), (WIDTH - 660, HEIGHT))
    picture.paste(fitted_photo, (660, 0))


def _words(pen: ImageDraw.ImageDraw, card: Card, *, left: int, room: int) -> None:
    ink = text_on(card.colour)
    quiet = mix(ink, card.colour, 0.12)
    parts = [
        (card.organisation, 1, range(40, 24, -2), True, ink, 28),
        (card.invitation, 2, range(40, 26, -2), False, quiet, 20),
        (card.headline, 3, range(84, 40, -4), True, ink, 32),
        (card.code, 1, range(40, 24, -2), True, quiet, 0),
    ]
    set_parts = [
        (*fitted(text, width=room, lines=lines, sizes=sizes, font_of=lambda size, bold=bold: font(size, bold=bold),
                 is_balanced=bold), fill, gap)
        for text, lines, sizes, bold, fill, gap in parts if text and can_write(text)
    ]  # fmt: skip
    height = sum(round(face.size * 1.25) * len(broken) + gap for broken, face, _fill, gap in set_parts)
    top = max(36, (HEIGHT - height) // 2)
    for broken, face, fill, gap in set_parts:
        top = gap + write(pen, broken, at=(left, top), font=face, fill=channels(fill))


def _width(letter: str) -> int:
    return 2 if east_asian_width(letter) in "WFA" else 1
