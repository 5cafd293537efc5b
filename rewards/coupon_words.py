"""What a coupon is good for, in words; the page that shows them says how amounts and days are written."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from rewards.models import CouponKind
from rewards.rules.coupons import Refusal

Effect, Scope, Audience = CouponKind.Effect, CouponKind.Scope, CouponKind.Audience


@dataclass(frozen=True)
class Speech:
    """How a page writes amounts, figures and days; `articles` are names by sku."""

    money: Callable[[int, str], str]
    number: Callable[[int | Decimal], str]
    day: Callable[[datetime], str]
    articles: Mapping[str, str] = field(default_factory=dict)


def worth(kind: CouponKind, speech: Speech) -> str:
    """Say what it takes off: £5 off, 10% off each article, free shipping."""
    if kind.effect == Effect.GIFT:
        return _("%(article)s for free") % {"article": speech.articles.get(kind.gift_sku, kind.gift_sku)}
    if kind.effect == Effect.SHIPPING:
        if kind.cap_minor is None:
            return _("Free shipping")
        return _("Up to %(amount)s off shipping") % {"amount": speech.money(kind.cap_minor, kind.currency)}
    if kind.effect == Effect.PERCENT:
        facts = {"percent": speech.number(kind.percent.normalize())}
        text = pgettext("what a coupon does, as the beginning of a sentence", "%(percent)s%% off")
        return (_("%(percent)s%% off each article") if kind.scope == Scope.LINE else text) % facts
    facts = {"amount": speech.money(kind.value_minor, kind.currency)}
    text = pgettext("what a coupon does, as the beginning of a sentence", "%(amount)s off")
    return (_("%(amount)s off each piece") if kind.scope == Scope.LINE else text) % facts


def sentence(kind: CouponKind, speech: Speech) -> str:
    """Say in one sentence what it takes off, from which articles and from which purchase on."""
    facts = {
        "worth": worth(kind, speech), "articles": _named(kind.categories, kind.products, speech),
        "minimum": speech.money(kind.minimum_minor, kind.currency),
    }  # fmt: skip
    if facts["articles"]:
        return _on_articles(kind) % facts
    if kind.minimum_minor:
        return _("%(worth)s from a purchase of %(minimum)s.") % facts
    return _("%(worth)s on every purchase.") % facts


def _on_articles(kind: CouponKind) -> str:
    """Say on which articles: a gift comes with them."""
    if kind.effect == Effect.GIFT:
        bought = _("%(worth)s with %(articles)s bought for %(minimum)s or more.")
        return bought if kind.minimum_minor else _("%(worth)s with %(articles)s.")
    if kind.minimum_minor:
        return _("%(worth)s on %(articles)s bought for %(minimum)s or more.")
    return _("%(worth)s on %(articles)s.")


def conditions(kind: CouponKind, speech: Speech, *, is_for_staff: bool = False) -> list[str]:
    """Say where it does not count, for whom, when, how often and beside which others; a line each."""
    return [
        *_where(kind, speech), *_whom(kind), *_when(kind, speech, is_for_staff), *_how_often(kind, speech, is_for_staff),
        *_beside(kind, is_for_staff),
    ]  # fmt: skip


def refused(refusal: Refusal, speech: Speech) -> str:
    """Say why a coupon does not count, with amounts as the page writes them."""
    facts: dict[str, Any] = dict(refusal.facts)
    for name in [name for name in facts if name.endswith("_minor")]:
        facts[name.removesuffix("_minor")] = speech.money(facts[name], facts["currency"])
    for name in ("available", "points"):
        if name in facts:
            facts[name] = speech.number(facts[name])
    return Refusal(refusal.code, refusal.reason, facts).error.sentence(_)


# --- the lines -----------------------------------------------------------------------------------------------


def _named(categories: Collection[str], products: Collection[str], speech: Speech) -> str:
    names = [*categories, *(speech.articles.get(sku, sku) for sku in products)]
    return pgettext("joins articles", ", ").join(names)


def _where(kind: CouponKind, speech: Speech) -> list[str]:
    lines = []
    if kind.cap_minor is not None and kind.effect in (Effect.PERCENT, Effect.VALUE):
        lines.append(_("Takes off at most %(amount)s.") % {"amount": speech.money(kind.cap_minor, kind.currency)})
    if excluded := _named(kind.excluded_categories, kind.excluded_products, speech):
        lines.append(_("Not on %(articles)s.") % {"articles": excluded})
    return lines


def _whom(kind: CouponKind) -> list[str]:
    said = {
        Audience.NAMED: _("Only for customers who were chosen for it."), Audience.FIRST: _("For a first order only."),
        Audience.EXISTING: _("For customers who have bought before."),
    }  # fmt: skip
    return [said[kind.audience]] if kind.audience in said else []


def _when(kind: CouponKind, speech: Speech, is_for_staff: bool) -> list[str]:
    facts = {"first": kind.starts_at and speech.day(kind.starts_at), "last": kind.ends_at and speech.day(kind.ends_at)}
    lines = []
    if kind.starts_at and kind.ends_at:
        lines.append(_("From %(first)s until %(last)s.") % facts)
    elif kind.starts_at:
        lines.append(_("From %(first)s on.") % facts)
    elif kind.ends_at:
        lines.append(_("Until %(last)s.") % facts)
    if is_for_staff:
        days = ngettext(
            "Valid for %(n)s day after it is issued.", "Valid for %(n)s days after it is issued.", kind.valid_days
        )
        lines.append(days % {"n": speech.number(kind.valid_days)})
    return lines


def _how_often(kind: CouponKind, speech: Speech, is_for_staff: bool) -> list[str]:
    lines = []
    if kind.per_person is not None:
        text = ngettext("%(n)s time for each customer.", "%(n)s times for each customer.", kind.per_person)
        lines.append(_("Once for each customer.") if kind.per_person == 1 else text % {"n": speech.number(kind.per_person)})
    if kind.total is not None and is_for_staff:
        text = ngettext("%(n)s use in all.", "%(n)s uses in all.", kind.total)
        lines.append(text % {"n": speech.number(kind.total)})
    elif kind.total is not None:
        lines.append(_("While they last."))
    return lines


def _beside(kind: CouponKind, is_for_staff: bool) -> list[str]:
    if kind.is_exclusive:
        return [_("Cannot be combined with other coupons.")]
    if kind.stack_group and is_for_staff:
        return [_("Only one coupon of the group “%(group)s” counts on an order.") % {"group": kind.stack_group}]
    return []
