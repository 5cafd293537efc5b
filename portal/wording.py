"""Amounts, days and gifts as a reader of the page's language writes them."""

from datetime import datetime
from decimal import Decimal

import phonenumbers
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from foundation.contacts import mask_email, mask_phone
from foundation.money import Money, exponent
from portal.page import in_language
from rewards import coupon_words

_LOCALES = {"zh-hans": "zh_Hans_CN", "en": "en_GB"}


def whole(number: int) -> str:
    return format_decimal(number, locale=_locale()).replace("-", "−")


def money(amount_minor: int, currency: str) -> str:
    """Write £5 for whole amounts, £5.50 for others."""
    is_whole = amount_minor % 10 ** exponent(currency) == 0
    return format_currency(
        Money(amount_minor, currency).major,
        currency,
        "¤#,##0" if is_whole else None,
        locale=_locale(),
        currency_digits=not is_whole,
    )


def decimal(number: Decimal | int) -> str:
    return format_decimal(Decimal(number).normalize(), locale=_locale())


def masked(contact: str) -> str:
    """Show the ends of a contact: a***@example.com, +86 138****8000, which stays on one line."""
    if "@" in contact:
        return mask_email(contact)
    prefix = f"+{phonenumbers.parse(contact).country_code}"
    return f"{prefix}\N{NO-BREAK SPACE}{mask_phone(contact).removeprefix(prefix)}"


def points(number: int) -> str:
    return ngettext("%(number)s point", "%(number)s points", abs(number)) % {"number": whole(number)}


def amount(kind: str, unit: str, number: int, coupon_kind=None) -> str:
    """Write what a reward is: 200 points, £10, or the coupon by its name."""
    if kind == "points":
        return points(number)
    if kind == "cash":
        return money(number, unit)
    return coupon_name(coupon_kind) if coupon_kind else _("Coupon")


def reward(found, number: int | None = None) -> str:
    """Write what a reward is, whatever its kind; of `number` of its units, where it is not all of it."""
    number = number or found.kept or found.amount
    if found.title:
        title = in_language(found.title, get_language())
        return in_kind(found.kind, title, number, found.details.get("days", 0))
    return amount(found.kind, found.unit.code, number, found.coupon_kind)


def in_kind(kind: str, title: str, pieces: int = 1, days: int = 0) -> str:
    """Name what is given in kind, short enough for a headline: 2 × mug, gold for 90 days."""
    facts = {"title": title, "days": whole(days), "pieces": whole(pieces)}
    if kind in ("tier_upgrade", "trial"):
        return ngettext("%(title)s for %(days)s day", "%(title)s for %(days)s days", days) % facts
    if kind == "badge":
        return _("Badge “%(title)s”") % facts
    if kind == "event":
        return _("Invitation: %(title)s") % facts
    return _("%(pieces)s × %(title)s") % facts if pieces > 1 else title


def coupon_name(kind) -> str:
    return in_language(kind.name, get_language()) or coupon_worth(kind)


def coupon_worth(kind) -> str:
    """Write what a coupon takes off: £5 off, 10% off."""
    return coupon_words.worth(kind, coupon_words.Speech(money, decimal, day))


def day(moment: datetime) -> str:
    return format_date(timezone.localtime(moment), "long", locale=_locale())


def moment(at: datetime) -> str:
    """Write a day with its hour, in the organisation's time zone."""
    local = timezone.localtime(at)
    return f"{format_date(local, 'full', locale=_locale())}, {local:%H:%M}"


def short_day(moment: datetime) -> str:
    return format_date(timezone.localtime(moment), "medium", locale=_locale())


def tiny_day(moment: datetime) -> str:
    """Write a day without its year, where there is little room."""
    return format_skeleton("MMMd", timezone.localtime(moment), locale=_locale())


def grouped(code: str) -> str:
    """Part a code in the middle, for the eye: K7TX 9PQR."""
    middle = len(code) // 2
    return f"{code[:middle]} {code[middle:]}" if len(code) >= 8 else code


def initial(name: str) -> str:
    return name.strip()[:1].upper() or "·"


def _locale() -> str:
    return _LOCALES.get(get_language() or "en", "en_GB")
