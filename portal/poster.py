"""A poster to send or print: who invites, to what, and a QR code that any phone reads."""

from dataclasses import astuple, dataclass
from io import BytesIO

import segno
from PIL import Image, ImageDraw

from foundation.colour import channels, mix
from foundation.ids import fingerprint
from referrals.printing.designs import look
from referrals.printing.fonts import can_write, font, knows_han
from referrals.printing.typesetting import fitted, write

WIDTH, HEIGHT = 1080, 1620
MARGIN = 84
QUIET_ZONE = 4  # modules, ISO/IEC 18004
_CARD_TOP = 1010
_MESSAGE_TOP = 236
_MESSAGE_ROOM = _CARD_TOP - 48 - _MESSAGE_TOP
_DESIGN = 4  # change it when the drawing changes, so that cached posters are drawn anew


@dataclass(frozen=True)
class Poster:
    colour: str
    organisation: str
    invitation: str  # "Ann S. invites you"
    headline: str
    offer: str
    scan: str  # what to do with the QR code
    code_label: str
    code: str
    link: str
    design: str = "bold"  # bold, calm, frame
    logo: bytes = b""  # PNG

    @property
    def etag(self) -> str:
        told = [each.hex() if isinstance(each, bytes) else each for each in astuple(self)]
        return fingerprint([_DESIGN, knows_han(), *told])[:32]


def qr_code(link: str) -> segno.QRCode:
    """Encode with error level M: a logo-free code survives a crease, and stays coarse enough for old cameras."""
    return segno.make(link, error="m", micro=False, boost_error=False)


def qr_picture(link: str, *, room: int) -> Image.Image:
    """Draw the code with whole pixels per module and its quiet zone, at most `room` pixels wide."""
    code = qr_code(link)
    modules = code.symbol_size(border=QUIET_ZONE)[0]
    content = BytesIO()
    code.save(content, kind="png", scale=max(1, room // modules), border=QUIET_ZONE)
    return Image.open(content).convert("RGB")


def draw(poster: Poster) -> bytes:
    """Draw a poster as PNG, 1080 × 1620."""
    picture = _ground(poster)
    pen = ImageDraw.Draw(picture)
    ink = look(poster.design, poster.colour).text
    _letterhead(picture, pen, poster, ink)
    _message(pen, poster, ink)
    _card(picture, poster)
    content = BytesIO()
    picture.save(content, "PNG", compress_level=7)
    return content.getvalue()


def _ground(poster: Poster) -> Image.Image:
    """Fill as the design wants it: the colour with two large quiet discs, paper with a bar, or a tint with a frame."""
    wanted = look(poster.design, poster.colour)
    picture, colour = Image.new("RGB", (WIDTH, HEIGHT), wanted.ground), poster.colour
    pen = ImageDraw.Draw(picture)
    if wanted.bar:
        pen.rectangle([0, 0, WIDTH, 44], fill=colour)
        pen.rectangle([0, _CARD_TOP - 24, WIDTH, HEIGHT], fill=mix(colour, "#ffffff", 0.9))
        return picture
    if wanted.frame:
        pen.rectangle([24, 24, WIDTH - 25, HEIGHT - 25], outline=colour, width=16)
        return picture
    lighter, darker = mix(colour, "#ffffff", 0.07), mix(colour, "#000000", 0.07)
    _smooth(picture, lambda pen, k: pen.ellipse([340 * k, -420 * k, 1560 * k, 800 * k], fill=255), lighter)
    _smooth(picture, lambda pen, k: pen.ellipse([-520 * k, 760 * k, 700 * k, 1980 * k], fill=255), darker)
    return picture


def _smooth(picture: Image.Image, shape, colour: str) -> None:
    """Paint a shape with smooth edges: drawn twice as large, then halved."""
    mask = Image.new("L", (WIDTH * 2, HEIGHT * 2))
    shape(ImageDraw.Draw(mask), 2)
    picture.paste(channels(colour), (0, 0), mask.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR))


def _letterhead(picture, pen, poster, ink):
    left = MARGIN
    if poster.logo:
        left += _logo(picture, poster.logo) + 28
    if can_write(poster.organisation):
        lines, face = _set(poster.organisation, WIDTH - MARGIN - left, 1, range(46, 30, -4), True)
        write(pen, lines, at=(left, 96), font=face, fill=ink)


def _logo(picture, content: bytes) -> int:
    """Put the logo on a white plate, so that it is seen on every ground; give the plate's width."""
    logo = Image.open(BytesIO(content)).convert("RGBA")
    logo.thumbnail((360, 96))
    width = logo.width + 32
    shape = [MARGIN, 64, MARGIN + width, 192]
    _smooth(picture, lambda pen, k: pen.rounded_rectangle([each * k for each in shape], radius=20 * k, fill=255), "#ffffff")
    picture.paste(logo, (MARGIN + 16, 64 + (128 - logo.height) // 2), logo)
    return width


def _message(pen, poster, ink):
    """Write invitation, headline and offer as large as they fit above the card."""
    for shrink in (1, 0.92, 0.84, 0.76, 0.68, 0.6):
        lines = _message_lines(poster, ink, shrink)
        if (
            sum(round(face.size * leading) * len(broken) + gap for broken, face, _fill, leading, gap in lines)
            <= _MESSAGE_ROOM
        ):
            break
    top = _MESSAGE_TOP
    for broken, face, fill, leading, gap in lines:
        top = gap + write(pen, broken, at=(MARGIN, top), font=face, fill=fill, leading=leading)


def _message_lines(poster, ink, shrink):
    quiet = look(poster.design, poster.colour).quiet
    parts = (
        (poster.invitation, 1, 52, False, quiet, 1.4, 22),
        (poster.headline, 4, 116, True, ink, 1.2, 30),
        (poster.offer, 4, 48, False, quiet, 1.4, 0),
    )
    return [
        (
            *_set(text, WIDTH - 2 * MARGIN, lines, range(round(size * shrink), round(size * shrink * 0.7), -2), bold),
            fill,
            leading,
            gap,
        )
        for text, lines, size, bold, fill, leading, gap in parts
        if text and can_write(text)
    ]


def _set(text, width, lines, sizes, bold):
    return fitted(text, width=width, lines=lines, sizes=sizes, font_of=lambda size: font(size, bold=bold), is_balanced=bold)


def _card(picture, poster):
    left, right, bottom = 60, WIDTH - 60, HEIGHT - 60
    _smooth(
        picture,
        lambda pen, k: pen.rounded_rectangle([left * k, _CARD_TOP * k, right * k, bottom * k], radius=48 * k, fill=255),
        "#ffffff",
    )
    qr = qr_picture(poster.link, room=470)
    height = bottom - _CARD_TOP
    picture.paste(qr, (left + 22 + (470 - qr.width) // 2, _CARD_TOP + (height - qr.height) // 2))
    _beside_the_code(ImageDraw.Draw(picture), poster, left=left + 510, middle=_CARD_TOP + height // 2)


def _beside_the_code(pen, poster, *, left, middle):
    room = WIDTH - 60 - 44 - left
    top = middle - 150
    for text, lines, sizes, bold, fill, gap in (
        (poster.scan, 3, range(42, 28, -2), True, "#1a1b1f", 44),
        (poster.code_label, 2, range(32, 24, -2), False, "#5a5e68", 6),
        (poster.code, 1, range(64, 36, -2), True, "#1a1b1f", 0),
    ):
        if can_write(text):
            broken, face = _set(text, room, lines, sizes, bold)
            top = gap + write(pen, broken, at=(left, top), font=face, fill=fill)
