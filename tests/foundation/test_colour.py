import pytest

from foundation.colour import NIGHT, PAPER, contrast, palettes

COLOURS = ["#2563eb", "#c2410c", "#facc15", "#ffffff", "#000000", "#0b1f4b", "#777777", "#39ff14"]


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_can_be_read_on_light_and_on_dark(colour):
    for palette, card in zip(palettes(colour), (PAPER, NIGHT), strict=True):
        assert contrast(palette.on_fill, palette.fill) >= 4.5
        assert contrast(palette.ink, palette.wash) >= 4.5
        assert contrast(palette.ink, card) >= 4.5


def test_a_good_colour_stays_as_it_is():
    assert palettes("#c2410c")[0].fill == "#c2410c"


def test_black_on_white_is_21_to_1():
    assert round(contrast("#000000", "#ffffff"), 2) == 21


@pytest.mark.parametrize("nonsense", ["", "red", "#12", "#zzzzzz", "url(x)", "#2563eb;}"])
def test_what_is_no_colour_becomes_ours(nonsense):
    assert palettes(nonsense) == palettes("#2563eb")
