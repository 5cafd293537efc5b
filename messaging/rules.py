"""What a message may hold, in which language, over which channel, and when it is tried again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from foundation.money import Money, exponent

EMAIL, IN_APP, SMS, WECHAT = "email", "in_app", "sms", "wechat"
LANGUAGES = ("zh-hans", "en")
MAX_ATTEMPTS = 8
QUIET_FROM, QUIET_UNTIL = time(21), time(8)  # on the organisation's clock: no offers, and no phone rings
PLACE = re.compile(r"\{([^{}]*)\}")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_SYMBOLS = {"CNY": "¥", "GBP": "£", "USD": "$", "EUR": "€", "HKD": "HK$"}


@dataclass(frozen=True)
class Kind:
    """What all messages of a kind share."""

    name: str
    own_places: tuple[str, ...]
    channels: tuple[str, ...] = (EMAIL, IN_APP)
    audience: str = "customer"  # or staff, friend
    is_marketing: bool = False  # needs the customer's consent for e-mail
    is_reminder: bool = False  # its e-mail can be switched off by the customer
    is_progress: bool = False  # so can that of news about friends
    secret: str = ""  # the place that nobody but the recipient may read; every wording has to hold it
    is_awaited: bool = False  # somebody waits for it on a page, and can ask for another one there
    has_page: bool = True  # where to read on
    is_told_by_campaign: bool = False  # a campaign chooses the ways it takes

    @property
    def places(self) -> tuple[str, ...]:
        """What its wording may use. A friend's name was typed by a stranger: it is not mailed to whom they please."""
        return ("organisation", *(() if self.audience == "friend" else ("name",)), *self.own_places)

    def places_over(self, channel: str) -> tuple[str, ...]:
        """What its wording over a channel may use; e-mail and the member centre have a button in the place of {page}."""
        return (*self.places, "page") if channel == SMS and self.has_page else self.places


@dataclass(frozen=True)
class Text:
    """A wording; text messages have no subject, and may be known to their vendor by a code."""

    subject: str
    body: str
    vendor_template: str = ""


@dataclass(frozen=True)
class Amount:
    """A reward as it is shown: `kind` is points, cash, coupon or a kind of gift, `unit` a currency, POINT or PIECE."""

    kind: str
    unit: str
    amount: int
    title: Mapping[str, str] = field(default_factory=dict)  # of what is given in kind


@dataclass(frozen=True)
class Verdict:
    """May this message go? `reason` says why not: no_address, no_consent, switched_off, or what stands against a text."""

    may_go: bool
    reason: str = ""


def may_send(
    kind: Kind, *, channel: str, address: str, has_consent: bool, wants_reminders: bool = True, wants_progress: bool = True
) -> Verdict:
    """Judge one channel of one message. The member centre itself needs no consent; offers to elsewhere do."""
    if channel == IN_APP:
        return Verdict(True)
    if not address:
        return Verdict(False, "no_address")
    if channel == EMAIL and "@" not in address:
        return Verdict(False, "no_channel")
    if kind.is_marketing and not has_consent:
        return Verdict(False, "no_consent")
    if (kind.is_reminder and not wants_reminders) or (kind.is_progress and not wants_progress):
        return Verdict(False, "switched_off")
    return Verdict(True)


def choose_language(*wishes: str) -> str:
    """Take the first wish that we speak."""
    return next((wish for wish in wishes if wish in LANGUAGES), "en")


def backoff(attempts: int) -> timedelta:
    """Wait 30 s, 2 min, 8 min, 32 min, 2 h, then 6 h: eight attempts in about fifteen hours outlast a night's outage."""
    return timedelta(seconds=min(30 * 4 ** (attempts - 1), 6 * 3600))


def quiet_until(now: datetime, zone: ZoneInfo) -> datetime | None:
    """Say when people may be sent offers again; None: now. The quiet hours go over midnight."""
    here = now.astimezone(zone)
    if QUIET_UNTIL <= here.time() < QUIET_FROM:
        return None
    day = here.date() + timedelta(days=here.time() >= QUIET_FROM)
    return datetime.combine(day, QUIET_UNTIL, zone)


def places_in(text: str) -> list[str]:
    return PLACE.findall(text)


def unknown_places(text: str, known: Sequence[str]) -> list[str]:
    """List the places of a text that the kind does not fill; a lone brace counts as one."""
    wrong = [place for place in places_in(text) if place not in known]
    return wrong + re.findall(r"[{}]", PLACE.sub("", text))


def fill(text: str, facts: Mapping[str, Any], *, language: str, zone: ZoneInfo) -> str:
    """Put the facts into the places, each written as the language writes it."""
    return PLACE.sub(lambda match: show(facts[match[1]], language=language, zone=zone), text)


def filled_places(text: str, facts: Mapping[str, Any], *, language: str, zone: ZoneInfo) -> list[list[str]]:
    """Give each place of a text once, with what fills it, in the order in which they come."""
    names = dict.fromkeys(places_in(text))
    return [[name, one_line(show(facts[name], language=language, zone=zone))] for name in names]


def hide_digits(text: str, instead: str) -> str:
    """Remove six-digit codes from a text."""
    return re.sub(r"(?<!\d)\d{6}(?!\d)", instead, text)


def one_line(text: str) -> str:
    """Keep a subject on its line: names come from people, and a line break would begin another header."""
    return " ".join(text.split())[:200]


def show(value: Any, *, language: str, zone: ZoneInfo) -> str:
    """Write a value: {"zh-hans", "en"} texts, amounts, moments and dates in the reader's way."""
    if isinstance(value, Mapping):
        return str(value.get(language) or next(iter(value.values()), ""))
    if isinstance(value, Amount):
        return _amount(value, language)
    if isinstance(value, datetime):
        return _date(value.astimezone(zone).date(), language)
    if isinstance(value, date):
        return _date(value, language)
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def _date(day: date, language: str) -> str:
    if language == "zh-hans":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _amount(value: Amount, language: str) -> str:
    if value.kind == "cash":
        return money(value.amount, value.unit)
    one = value.amount == 1
    if value.title:
        named = value.title.get(language, "")
        return named if one else f"{value.amount} × {named}"
    if value.kind == "points":
        return f"{value.amount:,} 积分" if language == "zh-hans" else f"{value.amount:,} point{'' if one else 's'}"
    return f"{value.amount} 张优惠券" if language == "zh-hans" else ("a voucher" if one else f"{value.amount} vouchers")


def money(amount_minor: int, currency: str) -> str:
    """Write £1,234.50; a currency without a sign of its own keeps its code: JPY 1,200."""
    figure = f"{Money(amount_minor, currency).major:,.{exponent(currency)}f}"
    return f"{_SYMBOLS[currency]}{figure}" if currency in _SYMBOLS else f"{currency} {figure}"
