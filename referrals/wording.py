"""Amounts, dates and campaign texts in a reader's language."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from crm.masking import HIDDEN_AMOUNT, amounts_are_hidden
from foundation.money import Money
from referrals.names import Names
from referrals.rules.quantities import Count, MinorAmount, Points
from referrals.rules.reward_lines import CashBrackets, CashSteps, PointsBrackets, PointsSteps, Step
from referrals.rules.terms import (
    BadgeGift,
    CashFixed,
    CashPercent,
    Choice,
    CouponGift,
    Gift,
    PointsFixed,
    PointsRate,
    ProductTrial,
    RewardLine,
    Terms,
    TierUpgrade,
    kind_of,
)
from referrals.templates import LANGUAGES, REWARD_WORDS, TEXT_FIELDS, Template
from rewards.models import CouponKind

_LOCALES = {"zh-hans": Locale("zh", "CN", script="Hans"), "en": Locale("en", "GB")}
# Signs that a reader of either language knows; Babel would write CN¥ and US$ in the other's.
_SIGNS = {"CNY": "¥", "GBP": "£", "EUR": "€", "USD": "$"}


def money(minor: int, currency: str, language: str) -> str:
    """Write an amount as people do: ¥100, £12.50."""
    amount, locale = Money(minor, currency).major, _LOCALES[language]
    is_whole = amount == amount.to_integral_value()
    pattern = "¤#,##0" if is_whole else None
    text = format_currency(amount, currency, locale=locale, format=pattern, currency_digits=not is_whole)
    symbol = get_currency_symbol(currency, locale=locale)
    return text.replace(symbol, _SIGNS.get(currency, symbol))


def paid(minor: int, currency: str, language: str) -> str:
    """Write an amount that a customer paid or was given, to whoever may see such amounts."""
    return HIDDEN_AMOUNT if amounts_are_hidden() else money(minor, currency, language)


def number(value: int | Decimal, language: str) -> str:
    return format_decimal(value, locale=_LOCALES[language])


def day(moment: datetime, language: str, zone: str) -> str:
    """Write a date in the organisation's time zone: 2026年12月4日, 4 December 2026."""
    return format_date(moment.astimezone(ZoneInfo(zone)).date(), format="long", locale=_LOCALES[language])


# --- campaign texts --------------------------------------------------------------------------------


def filled_texts(template: Template, terms: Terms, names: Names) -> dict[str, dict[str, str]]:
    """Write a template's texts with the amounts of these terms, in both languages."""
    return {
        language: {
            name: _spaced(template.texts[language][name].format_map(_places(terms, names, language))) for name in TEXT_FIELDS
        }
        for language in LANGUAGES
    }


def _spaced(text: str) -> str:
    """Set a space between a Chinese character and a figure, as Chinese typesetting does."""
    return re.sub(r"(?<=[\u4e00-\u9fff])(?=[0-9¥£€$])", " ", text)


def _places(terms: Terms, names: Names, language: str) -> dict[str, str]:
    return {
        "minimum": money(terms.minimum.minor, terms.currency, language),
        "days": str(terms.hold.days),
        "referrer": _what(terms, "referrer", names, language),
        "referee": _what(terms, "referee", names, language),
    }


def _what(terms: Terms, role: str, names: Names, language: str) -> str:
    words = REWARD_WORDS[language]
    lines = terms.rewards or [line for milestone in terms.milestones for line in milestone.rewards]
    return words["and"].join(_line(line, names, language, words) for line in lines if line.to == role)


def _line(line: RewardLine, names: Names, language: str, words: Mapping[str, str]) -> str:
    match line:
        case Choice(_, options):
            return words["choice"].format(options=words["or"].join(_line(one, names, language, words) for one in options))
        case PointsFixed(_, points):
            return _counted(words, "points", points.points).format(amount=number(points.points, language))
        case PointsRate(_, rate, per):
            pattern = _counted(words, "points_rate", rate.points)
            return pattern.format(amount=number(rate.points, language), per=_money(per, language))
        case CashFixed(_, amount):
            return words["cash"].format(amount=_money(amount, language))
        case CashPercent(_, percent, cap):
            return words["cash_percent"].format(percent=number(percent.percent, language), amount=_money(cap, language))
        case PointsSteps() | CashSteps() | PointsBrackets() | CashBrackets():
            return words["list"].join(_step(step, language, words) for step in line.steps)
        case CouponGift(_, code):
            return _coupon(names.coupons[code], language, words)
        case Gift(_, title, _, pieces):
            pattern = words["gift" if pieces.count == 1 else "gifts"]
            return pattern.format(title=title.json()[language], amount=number(pieces.count, language))
        case TierUpgrade(_, tier, days):
            pattern = _counted(words, "tier_upgrade", days.days)
            return pattern.format(title=names.of("tier", tier, language), amount=number(days.days, language))
        case BadgeGift(_, badge):
            return words["badge"].format(title=names.of("badge", badge, language))
        case ProductTrial(_, title, days):
            return words["trial"].format(title=title.json()[language], amount=number(days.days, language))
        case _:
            return words[kind_of(line)].format(title=line.title.json()[language])


def _step(step: Step, language: str, words: Mapping[str, str]) -> str:
    is_points = isinstance(step.amount, Points)
    if is_points:
        what = _counted(words, "points", step.amount.points).format(amount=number(step.amount.points, language))
    else:
        what = words["cash"].format(amount=_money(step.amount, language))
    if isinstance(step.start, Count):
        return words["from_friend"].format(what=what, count=number(step.start.count, language))
    return words["from_amount"].format(what=what, amount=_money(step.start, language))


def _coupon(kind: CouponKind, language: str, words: Mapping[str, str]) -> str:
    if kind.effect not in words:
        return words["coupon"].format(title=kind.name.get(language) or kind.code)
    return words[kind.effect].format(
        amount=money(kind.value_minor, kind.currency, language), percent=number(kind.percent, language)
    )


def _counted(words: Mapping[str, str], key: str, count: int) -> str:
    return words.get(f"{key}_one", words[key]) if count == 1 else words[key]


def _money(amount: MinorAmount, language: str) -> str:
    return money(amount.minor, amount.currency, language)
