"""Numbers as addresses and forms hold them."""

import pytest

from foundation.numbers import whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("999999999", 999_999_999)])
def test_digits_are_read(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1.5", "²", "١٢", "1_0", " 1", "9999999999", "9" * 5000])
def test_anything_else_is_no_number(text):
    assert whole_number(text) is None
