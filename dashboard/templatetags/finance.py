"""Figures and months of the pages for finance."""

from datetime import date, datetime
from decimal import Decimal

import babel.dates
import babel.numbers
from django import template
from django.utils import timezone, translation
from django.utils.translation import gettext

from dashboard.templatetags.dashboard import money, number
from foundation.money import exponent
from rewards.queries.finance import LINE_LABELS

register = template.Library()


@register.filter
def figure(value: int | None, unit) -> str:
    """Show an amount in a table that names its unit: money with its sign, everything else as a number."""
    if value is None or value == "":
        return "–"
    shown = money(value, code_of(unit)) if unit.kind == "money" else number(value)
    return shown.replace("-", "−")


@register.filter
def moved(value: int | None, unit) -> str:
    """Show a movement: nothing where nothing moved, a plus where something came."""
    if not value:
        return ""
    return f"+{figure(value, unit)}" if value > 0 else figure(value, unit)


@register.filter
def month_name(month: date | datetime) -> str:
    """October 2026"""
    language = {"zh-hans": "zh_Hans_CN"}.get(translation.get_language() or "en", "en_GB")
    local = timezone.localtime(month) if isinstance(month, datetime) else month
    return babel.dates.format_skeleton("yMMMM", local, locale=language)


@register.filter
def line_label(line: str) -> str:
    return str(LINE_LABELS[line])


@register.filter
def digest_start(digest: str) -> str:
    """Show the start of a hash, enough to compare by eye."""
    return f"{digest[:8]}…{digest[-4:]}"


@register.filter
def worth(value_minor: Decimal | None, currency: str) -> str:
    """0.5|worth:"GBP" -> £0.005"""
    if value_minor is None:
        return gettext("not valued")
    locale = {"zh-hans": "zh_Hans_CN"}.get(translation.get_language() or "en", "en_GB")
    value = value_minor.normalize().scaleb(-exponent(currency))
    digits = max(exponent(currency), -value.as_tuple().exponent)
    return babel.numbers.format_currency(value, currency, format=f"¤0.{'0' * digits}", locale=locale, currency_digits=False)


@register.filter
def unit_name(code: str) -> str:
    names = {"POINT": gettext("Points"), "COUPON": gettext("Coupons"), "PIECE": gettext("Pieces")}
    return names.get(code, code)


@register.filter
def height_of(bars: int) -> int:
    """Say how high a chart with so many lying bars has to be."""
    return 40 + 34 * bars


def code_of(unit) -> str:
    return getattr(unit, "code", "") or unit.unit
