"""Numbers as addresses and forms hold them."""


def whole_number(text: str) -> int | None:
    """Read up to nine digits; None for anything else, also for ² and for thousands of digits, on which int() breaks."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
