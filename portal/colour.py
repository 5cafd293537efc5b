"""The organisation's colour, as the pages use it."""

from foundation.colour import NIGHT, PAPER, Palette, channels, contrast, mix, palettes, text_on

__all__ = ["NIGHT", "PAPER", "Palette", "channels", "contrast", "mix", "palettes", "text_on"]
