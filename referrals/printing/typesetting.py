"""Break text into lines that fit: Latin between words, Chinese between characters."""

import re
from collections.abc import Callable

from PIL import ImageDraw, ImageFont

_PIECE = re.compile(r"[^\u2e80-\uffef\s]+[，。！？、；：）》」』”’]*\s*|[\u2e80-\uffef][，。！？、；：）》」』”’]*\s*|\s+")
_ELLIPSIS = "…"


def fitted(
    text: str, *, width: int, lines: int, sizes: range, font_of: Callable[[int], ImageFont.FreeTypeFont], is_balanced=False
) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """Choose the largest size at which a text fits; at the smallest, cut it. Balanced lines are about equally long."""
    for size in sizes:
        font = font_of(size)
        broken = wrap(text, font, width)
        if len(broken) <= lines:
            return (_balanced(text, font, width, len(broken)) if is_balanced else broken), font
    return [*broken[: lines - 1], _cut(broken[lines - 1] + _ELLIPSIS, font, width)], font


def wrap(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines, line = [], ""
    for piece in _PIECE.findall(" ".join(text.split())):
        if line and font.getlength((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = piece
        else:
            line += piece
    return [*lines, _cut(line.rstrip(), font, width)] if line.strip() else lines


def write(draw: ImageDraw.ImageDraw, lines: list[str], *, at: tuple[int, int], font, fill, leading: float = 1.25) -> int:
    """Write lines below each other and return where the next thing may begin."""
    left, top = at
    step = round(font.size * leading)
    for line in lines:
        draw.text((left, top), line, font=font, fill=fill)
        top += step
    return top


def _balanced(text, font, width, count):
    """Narrow the lines as far as their number allows, so that no last word stands alone."""
    for narrower in range(width // 2, width, 20):
        broken = wrap(text, font, narrower)
        if len(broken) == count and all(font.getlength(line) <= narrower for line in broken):
            return broken
    return wrap(text, font, width)


def _cut(line, font, width):
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(line.rstrip() + _ELLIPSIS) > width:
        line = line[:-1]
    return line.rstrip() + _ELLIPSIS
