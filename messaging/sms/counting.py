"""How many texts a body counts as: vendors and carriers charge for each. Pure."""

# GSM 03.38: the alphabet of the phone, and what costs two of its characters.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_GSM = (160, 153)  # alone, as a part of several
_UCS2 = (70, 67)


def parts(body: str, *, vendor: str, sender: str = "") -> int:
    """Count the texts that a body is sent as. `sender` is the filed signature that the vendors in China put before it."""
    sizes, (alone, in_part) = _measured(body, vendor, sender)
    if sum(sizes) <= alone:
        return 1 if sizes else 0
    return _split(sizes, in_part)


def length(body: str, *, vendor: str, sender: str = "") -> int:
    """Count the characters as they are charged: one or two each."""
    return sum(_measured(body, vendor, sender)[0])


def room(body: str, *, vendor: str, sender: str = "") -> int:
    """Give the characters that as many texts hold as the body takes, for "84 of 134"."""
    alone, in_part = _measured(body, vendor, sender)[1]
    count = parts(body, vendor=vendor, sender=sender)
    return alone if count <= 1 else count * in_part


def _measured(body: str, vendor: str, sender: str) -> tuple[list[int], tuple[int, int]]:
    if vendor != "twilio":
        return _wide(f"【{sender}】{body}" if sender else body), _UCS2
    if all(letter in _BASIC or letter in _EXTENDED for letter in body):
        return [2 if letter in _EXTENDED else 1 for letter in body], _GSM
    return _wide(body), _UCS2


def _wide(text: str) -> list[int]:
    """Each character is one, what lies beyond the basic plane (an emoji) two."""
    return [2 if ord(letter) > 0xFFFF else 1 for letter in text]


def _split(sizes: list[int], in_part: int) -> int:
    """Fill part after part; a character of two is never torn apart."""
    count, filled = 1, 0
    for size in sizes:
        if filled + size > in_part:
            count, filled = count + 1, 0
        filled += size
    return count
