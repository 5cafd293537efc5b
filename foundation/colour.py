"""An organisation's one colour, made readable on light and on dark pages (WCAG 2.2)."""

import re
from dataclasses import dataclass

PAPER, NIGHT = "#ffffff", "#17181c"  # the cards that accents stand on; the same as in static/portal/portal.css
WHITE, BLACK = "#ffffff", "#000000"  # one of them reaches 4.58 on any colour
READABLE, VISIBLE = 4.5, 3.0  # WCAG AA for text, for shapes
FALLBACK = "#2563eb"


@dataclass(frozen=True)
class Palette:
    """`fill` is a button or a hero, `on_fill` its text; `ink` is coloured text on a card or on its quiet tint `wash`."""

    fill: str
    on_fill: str
    ink: str
    wash: str


def palettes(colour: str) -> tuple[Palette, Palette]:
    """Give the light and the dark palette of a colour."""
    colour = colour if re.fullmatch(r"#[0-9a-fA-F]{6}", colour or "") else FALLBACK
    light_wash, dark_wash = mix(colour, PAPER, 0.91), mix(colour, NIGHT, 0.84)
    lit = _apart(colour, NIGHT, ratio=VISIBLE, towards="#ffffff")  # a navy button would vanish in the night
    return (
        Palette(colour, text_on(colour), _apart(colour, light_wash, ratio=READABLE, towards="#000000"), light_wash),
        Palette(lit, text_on(lit), _apart(colour, dark_wash, ratio=READABLE, towards="#ffffff"), dark_wash),
    )


def text_on(colour: str) -> str:
    """Choose the text that reads better on a colour."""
    return WHITE if contrast(WHITE, colour) >= contrast(BLACK, colour) else BLACK


def contrast(one: str, other: str) -> float:
    """Compute the WCAG contrast ratio, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """Blend `share` of the other colour into the one."""
    pairs = zip(channels(one), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _apart(colour: str, ground: str, *, ratio: float, towards: str) -> str:
    """Darken or lighten a colour in steps of 4 % until it stands out from the ground."""
    for step in range(26):
        candidate = mix(colour, towards, step * 0.04)
        if contrast(candidate, ground) >= ratio:
            return candidate
    return towards


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
