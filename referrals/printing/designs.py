"""Designs of printed pieces, in points: what is the same on all of them, and what differs from piece to piece."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import segno
from PIL import Image

from foundation.colour import channels, mix, text_on
from referrals.printing.outlines import Type, can_draw
from referrals.printing.typesetting import fitted

INK, PAPER, SOFT = "#1a1b1f", "#ffffff", "#5a5e68"
QUIET_ZONE = 4  # modules, ISO/IEC 18004


@dataclass(frozen=True)
class Words:
    """What is printed: headlines and offers in both languages, who gives it, what to do."""

    organisation: str
    headlines: tuple[str, ...]
    offers: tuple[str, ...]
    giver: str = ""
    scan: str = "扫码 · Scan"
    until: str = ""
    logo: bytes = b""  # PNG; stands on a white plate above the words


@dataclass(frozen=True)
class Look:
    """Colours of a design."""

    ground: str
    text: str
    quiet: str
    accent: str
    frame: bool = False
    bar: bool = False


def look(design: str, colour: str) -> Look:
    if design == "calm":
        return Look(PAPER, INK, SOFT, colour, bar=True)
    if design == "frame":
        return Look(mix(colour, PAPER, 0.92), INK, SOFT, colour, frame=True)
    on = text_on(colour)
    return Look(colour, on, mix(on, colour, 0.12), mix(colour, PAPER, 0.07))


@dataclass(frozen=True)
class Place:
    """Where things stand on a piece: wide ones have the QR code at the right, tall ones below."""

    width: float
    height: float

    @property
    def is_wide(self) -> bool:
        return self.width > self.height

    @property
    def margin(self) -> float:
        return min(self.width, self.height) * 0.085

    @property
    def card(self) -> tuple[float, float, float, float]:
        """The white card with QR code and code: left, bottom, width, height."""
        if self.is_wide:
            height = self.height - 2 * self.margin
            width = height * 0.76
            return self.width - self.margin - width, self.margin, width, height
        width = self.width - 2 * self.margin
        return self.margin, self.margin, width, min(width * 0.56, self.height * 0.42)

    @property
    def qr(self) -> tuple[float, float, float]:
        """Left, bottom and side of the QR code with its quiet zone."""
        left, bottom, width, height = self.card
        if self.is_wide:
            side = min(width, height * 0.76)
            return left + (width - side) / 2, bottom + height - side, side
        return left, bottom, height

    @property
    def caption(self) -> tuple[float, float, float]:
        """Left, top and width of what stands beside or below the QR code."""
        left, bottom, width, height = self.card
        if self.is_wide:
            return left + width * 0.08, self.qr[1], width * 0.84
        return left + height + width * 0.02, bottom + height * 0.72, width - height - width * 0.06

    def plate(self, ratio: float) -> tuple[float, float, float, float]:
        """The white plate of a logo that is `ratio` times as wide as high: left, bottom, width, height."""
        left, top, width, room = self.words
        height = min(room * 0.2, width * 0.24)
        return left, top - height, min(width * 0.7, (height * 0.76) * ratio + height * 0.24), height

    @property
    def words(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of the words."""
        left, bottom, _width, height = self.card
        if self.is_wide:
            return self.margin, self.height - self.margin, left - 2 * self.margin, self.height - 2 * self.margin
        room = self.height - self.margin * 2.2 - (bottom + height)
        return self.margin, self.height - self.margin * 1.2, self.width - 2 * self.margin, room


def fill(colour: str) -> str:
    return " ".join(f"{channel / 255:.4f}" for channel in channels(colour)) + " rg"


def box(left: float, bottom: float, width: float, height: float) -> str:
    return f"{left:.2f} {bottom:.2f} {width:.2f} {height:.2f} re f"


def common(place: Place, words: Words, wanted: Look) -> str:
    """Draw what is the same on every piece."""
    parts = [fill(wanted.ground), box(0, 0, place.width, place.height), *_ornament(place, wanted)]
    parts += [fill(PAPER), box(*place.card)]
    if words.logo:
        parts += [fill(PAPER), box(*place.plate(ratio_of(words.logo)))]
    parts += _texts(place, words, wanted)
    return "\n".join(parts)


def ratio_of(logo: bytes) -> float:
    width, height = Image.open(BytesIO(logo)).size
    return width / height


def _ornament(place: Place, wanted: Look) -> Iterator[str]:
    thick = place.margin * 0.28
    if wanted.frame:
        yield fill(wanted.accent)
        inset = place.margin * 0.36
        inner, outer = place.width - 2 * inset, place.height - 2 * inset
        yield box(inset, inset, inner, thick)
        yield box(inset, place.height - inset - thick, inner, thick)
        yield box(inset, inset, thick, outer)
        yield box(place.width - inset - thick, inset, thick, outer)
    elif wanted.bar:
        yield fill(wanted.accent)
        yield box(0, place.height - thick * 1.6, place.width, thick * 1.6)
    else:
        yield fill(wanted.accent)
        yield _disc(place.width * 0.16, place.height * 1.02, min(place.width, place.height) * 0.62)


def _disc(x: float, y: float, r: float) -> str:
    """Draw a large quiet disc, cut at the edges by the piece's own clip."""
    k = r * 0.5523
    return (
        f"{x + r:.2f} {y:.2f} m {x + r:.2f} {y + k:.2f} {x + k:.2f} {y + r:.2f} {x:.2f} {y + r:.2f} c "
        f"{x - k:.2f} {y + r:.2f} {x - r:.2f} {y + k:.2f} {x - r:.2f} {y:.2f} c "
        f"{x - r:.2f} {y - k:.2f} {x - k:.2f} {y - r:.2f} {x:.2f} {y - r:.2f} c "
        f"{x + k:.2f} {y - r:.2f} {x + r:.2f} {y - k:.2f} {x + r:.2f} {y:.2f} c f"
    )


def _texts(place: Place, words: Words, wanted: Look) -> Iterator[str]:
    """Write organisation, headlines, offers and giver as large as they fit into their room."""
    left, top, width, room = place.words
    if words.logo:
        taken = place.plate(1)[3] * 1.25
        top, room = top - taken, room - taken
    for shrink in (1, 0.9, 0.8, 0.7, 0.6, 0.5):
        lines = _lines(words, wanted, width, room, shrink)
        is_cut = any(text.endswith("…") for text, *_look in lines)
        if not is_cut and sum(size for _text, _type, _colour, size in lines) <= room:
            break
    for text, kind, colour, step in lines:
        top -= step
        if text:
            yield fill(colour)
            yield kind.path(text, left, top + step * 0.24)


def _lines(words: Words, wanted: Look, width: float, room: float, shrink: float) -> list[tuple]:
    base = min(width * 0.13, room * 0.15) * shrink
    parts = [(words.organisation, 1, 0.52, True, wanted.quiet)]
    parts += [(text, 2, 1.0 if n == 0 else 0.62, True, wanted.text) for n, text in enumerate(words.headlines)]
    parts += [(text, 3, 0.46, False, wanted.quiet) for text in words.offers]
    parts += [(words.giver, 1, 0.46, True, wanted.text), (words.until, 1, 0.36, False, wanted.quiet)]
    lines: list[tuple] = []
    for text, most, share, is_bold, colour in parts:
        if not text or not can_draw(text, bold=is_bold):
            continue
        size = base * share
        broken, kind = fitted(
            text, width=width, lines=most, sizes=(size, size * 0.85), font_of=lambda s, b=is_bold: Type(s, b)
        )
        lines += [("", None, colour, base * 0.2)] if lines else []
        lines += [(line, kind, colour, kind.size * 1.28) for line in broken]
    return lines


def of_piece(place: Place, link: str, code: str, serial: str, words: Words) -> str:
    """Draw what differs: QR code, code and serial."""
    left, top, width = place.caption
    size = min(width / 6.2, (top - place.card[1]) / 3.1)
    parts = [fill("#000000"), qr_path(link, *place.qr), fill(INK)]
    for text, share, is_bold, colour in (
        (words.scan, 0.62, False, SOFT), (code, 1.0, True, INK), (serial, 0.56, False, SOFT)
    ):  # fmt: skip
        if not text or not can_draw(text, bold=is_bold):
            continue
        kind = Type(size * share, is_bold)
        kind = Type(kind.size * min(1, width / kind.getlength(text)), is_bold)
        top -= kind.size * 1.3
        parts += [fill(colour), kind.path(text, left, top)]
    return "\n".join(parts)


def qr_path(link: str, left: float, bottom: float, side: float) -> str:
    """Draw a QR code as rectangles, a run of dark modules each; error level M, with its quiet zone."""
    code = segno.make(link, error="m", micro=False, boost_error=False)
    step = side / code.symbol_size(border=QUIET_ZONE)[0]
    rows = [bytes(row) for row in code.matrix]
    parts = []
    for y, row in enumerate(rows):
        base = bottom + side - (y + 1 + QUIET_ZONE) * step
        x = 0
        while x < len(row):
            if row[x]:
                run = next((n for n in range(x, len(row)) if not row[n]), len(row)) - x
                parts.append(f"{left + (x + QUIET_ZONE) * step:.3f} {base:.3f} {run * step:.3f} {step:.3f} re")
                x += run
            x += 1
    return "\n".join([*parts, "f"])
