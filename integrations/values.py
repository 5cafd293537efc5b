"""Read one cell: dates, amounts, whole numbers, phones, choices, as people write them. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

from foundation.contacts import normalise_email, normalise_phone
from foundation.money import exponent

# What a cell is not. English msgids with the column's name and the value as it came.
NOT_A_DATE = ("bad_date", "“%(value)s” is not a date we can read. Write it as 2026-11-20.")
NOT_AN_AMOUNT = ("bad_amount", "“%(value)s” is not an amount.")
TOO_PRECISE = ("bad_amount", "“%(value)s” has more decimals than %(currency)s has.")
NOT_A_FIGURE = ("bad_number", "“%(value)s” is not a number.")
NOT_A_NUMBER = ("bad_number", "“%(value)s” is not a whole number.")
NOT_A_PHONE = ("bad_phone", "“%(value)s” is not a phone number.")
PHONE_ROUNDED = (
    "phone_rounded",
    "“%(value)s” is a phone number that a spreadsheet has rounded. Format the column as text and type it again.",
)
NOT_AN_EMAIL = ("bad_email", "“%(value)s” is not an e-mail address.")
NOT_A_CHOICE = ("bad_choice", "“%(value)s” is not one of the known values: %(choices)s.")
TOO_LONG = ("too_long", "The text is longer than %(limit)s characters.")
NEEDED = ("missing", "This cell is empty, and it is needed.")
NOT_A_CURRENCY = ("bad_currency", "“%(value)s” is not a currency code such as GBP or CNY.")
IN_FUTURE = ("date_in_future", "%(value)s lies in the future.")


class Unreadable(ValueError):
    """A cell that is not what its column promises."""

    def __init__(self, what: tuple[str, str], value: str, **facts):
        self.code, self.message = what
        self.facts = {"value": value[:60], **facts}
        super().__init__(self.message % self.facts)


@dataclass(frozen=True)
class Habits:
    """How an organisation writes: where a phone without prefix is, which money, which clock."""

    country: str
    currency: str
    time_zone: str
    language: str = "en"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def has_month_first(self) -> bool:
        return self.country in ("US", "PH", "PR", "GU")


_CJK_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?\s*")
_DATE = re.compile(r"(\d{1,4})([/.\-])(\d{1,2})\2(\d{1,4})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
# A spreadsheet's own form of a date, days since 1899: cells that lost their format. From 1950 to 2100.
_SERIAL, _SERIALS, _FIRST_SERIAL = re.compile(r"\d{5}(\.\d+)?"), (18264, 73051), datetime(1899, 12, 30)
_NAMED_MONTH = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y %H:%M", "%Y%m%d")


def read_moment(text: str, habits: Habits) -> datetime:
    """Read date and time; without a zone it is the organisation's."""
    value = _moment(unicodedata.normalize("NFKC", text).strip(), habits.has_month_first)
    if value is None:
        raise Unreadable(NOT_A_DATE, text)
    return value if value.tzinfo else value.replace(tzinfo=habits.zone)


def read_date(text: str, habits: Habits) -> date:
    return read_moment(text, habits).date()


@lru_cache(maxsize=4096)  # the lines of an invoice share their date, and a file's rows often their day
def _moment(text: str, has_month_first: bool) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if _SERIAL.fullmatch(text):
        return _FIRST_SERIAL + timedelta(days=float(text)) if _SERIALS[0] <= float(text) < _SERIALS[1] else None
    text = _CJK_DATE.sub(r"\1-\2-\3 ", text).strip()
    if found := _DATE.fullmatch(text):
        return _from_parts(*found.groups(), has_month_first=has_month_first)
    for layout in _NAMED_MONTH:
        try:
            return datetime.strptime(text, layout)  # a zone is added by the caller
        except ValueError:
            continue
    return None


def _from_parts(first, _sign, middle, last, hour, minute, second, *, has_month_first) -> datetime | None:
    if len(first) == 4:
        year, month, day = first, middle, last
    elif has_month_first:
        month, day, year = first, middle, last
    else:
        day, month, year = first, middle, last
    if len(year) not in (2, 4):
        return None
    year = int(year) if len(year) == 4 else 2000 + int(year) if int(year) < 70 else 1900 + int(year)
    try:
        return datetime(year, int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None


def read_minor(text: str, currency: str) -> int:
    """Read an amount in the currency's smallest part: "1,234.50", "¥99", "1.234,50", "12,5"."""
    value = _decimal(text)
    if value is None:
        raise Unreadable(NOT_AN_AMOUNT, text)
    scaled = value.scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise Unreadable(TOO_PRECISE, text, currency=currency)
    return int(scaled)


_MONEY_SIGNS = re.compile(r"[\s¥£$€]|元|RMB|CNY|GBP|USD|EUR|HKD", re.IGNORECASE)


def _decimal(text: str) -> Decimal | None:
    plain = _MONEY_SIGNS.sub("", unicodedata.normalize("NFKC", text).replace("'", ""))
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})*,\d{1,2}", plain) or re.fullmatch(r"[+-]?\d+,\d{1,2}", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", plain):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def read_decimal(text: str) -> Decimal:
    value = _decimal(text)
    if value is None:
        raise Unreadable(NOT_A_FIGURE, text)
    return value


def parts(text: str) -> list[str]:
    """Cut a cell with several values: "gold, wine；club" are three."""
    found = (part.strip() for part in re.split(r"[,，;；、|\n]", text))
    return list(dict.fromkeys(part for part in found if part))


_YES = {"yes", "y", "true", "1", "是", "同意", "已同意", "已订阅", "订阅", "接受", "subscribed", "granted", "√", "✓", "x"}
_NO = {"no", "n", "false", "0", "否", "不同意", "未同意", "未订阅", "退订", "拒绝", "unsubscribed", "denied", "×"}


def read_yes(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain not in _YES | _NO:
        raise Unreadable(NOT_A_CHOICE, text, choices="yes, no")
    return plain in _YES


def read_whole(text: str) -> int:
    value = _decimal(text)
    if value is None or value != value.to_integral_value():
        raise Unreadable(NOT_A_NUMBER, text)
    return int(value)


def read_phone(text: str, habits: Habits) -> str:
    """Check a phone number and give it back as it was typed, without what a spreadsheet added."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"[\d.]+E\+?\d+", plain, re.IGNORECASE):
        raise Unreadable(PHONE_ROUNDED, text)
    plain = plain.removesuffix(".0")
    try:
        normalise_phone(plain, habits.country)
    except ValueError:
        raise Unreadable(NOT_A_PHONE, text) from None
    return plain


def read_email(text: str) -> str:
    try:
        return normalise_email(text)
    except ValueError:
        raise Unreadable(NOT_AN_EMAIL, text) from None


def read_currency(text: str) -> str:
    plain = text.strip().upper()
    plain = {"RMB": "CNY", "¥": "CNY", "￥": "CNY", "人民币": "CNY", "£": "GBP", "€": "EUR", "$": "USD"}.get(plain, plain)
    if not re.fullmatch(r"[A-Z]{3}", plain):
        raise Unreadable(NOT_A_CURRENCY, text)
    return plain


def read_choice(text: str, choices: Mapping[str, str]) -> str:
    """Read a word as one of ours: `choices` is what people write → what we call it."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain not in choices:
        raise Unreadable(NOT_A_CHOICE, text, choices=", ".join(sorted(set(choices.values()))))
    return choices[plain]


def read_text(text: str, limit: int) -> str:
    if len(text) > limit:
        raise Unreadable(TOO_LONG, text, limit=limit)
    return text
