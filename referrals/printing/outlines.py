"""Letters as outlines: a print shop needs no font, and every kind of font file can be used."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import reportlab
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from referrals.printing.fonts import found_file

_LAST_RESORT = {True: "VeraBd.ttf", False: "Vera.ttf"}  # come with reportlab: Latin letters only


class _Pen(BasePen):
    """Write a glyph as PDF path operators, in whole units of its font."""

    def __init__(self, glyphs):
        super().__init__(glyphs)
        self.operators: list[str] = []

    def _moveTo(self, point):
        self.operators.append(f"{_pair(point)} m")

    def _lineTo(self, point):
        self.operators.append(f"{_pair(point)} l")

    def _curveToOne(self, one, two, three):
        self.operators.append(f"{_pair(one)} {_pair(two)} {_pair(three)} c")

    def _closePath(self):
        self.operators.append("h")


def _pair(point) -> str:
    return f"{round(point[0])} {round(point[1])}"


@dataclass
class Face:
    """A font file opened once, and its glyphs as they are needed."""

    font: TTFont
    glyphs: object
    letters: dict[int, str]
    units: int
    drawn: dict[str, tuple[str, float]] = field(default_factory=dict)

    def knows(self, text: str) -> bool:
        return all(ord(letter) in self.letters or letter.isspace() for letter in text)

    def letter(self, letter: str) -> tuple[str, float]:
        """Give a letter's outline and width."""
        if letter not in self.drawn:
            glyph = self.glyphs[self.letters.get(ord(letter), ".notdef")]
            pen = _Pen(self.glyphs)
            glyph.draw(pen)
            self.drawn[letter] = "\n".join(pen.operators), glyph.width
        return self.drawn[letter]


@cache
def face(bold: bool) -> Face:
    """Open the best font of this machine."""
    path, number = found_file(bold) or (str(Path(reportlab.__file__).parent / "fonts" / _LAST_RESORT[bold]), 0)
    font = TTFont(path, fontNumber=number, lazy=True)
    return Face(font, font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm)


@dataclass(frozen=True)
class Type:
    """A face at a size in points; measures like a font of Pillow, so that the same typesetting serves both."""

    size: float
    bold: bool = False

    def getlength(self, text: str) -> float:
        known = face(self.bold)
        return sum(known.letter(letter)[1] for letter in text) * self.size / known.units

    def path(self, text: str, left: float, base: float) -> str:
        """Give a line of text as operators that fill it, its baseline beginning at this point."""
        known, parts = face(self.bold), []
        scale = self.size / known.units
        for letter in text:
            outline, width = known.letter(letter)
            if outline:
                parts.append(f"q {scale:.5f} 0 0 {scale:.5f} {left:.2f} {base:.2f} cm\n{outline}\nf Q")
            left += width * scale
        return "\n".join(parts)


def can_draw(text: str, *, bold: bool = False) -> bool:
    return face(bold).knows(text)
