"""Coupons and their arithmetic as the staff pages write them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dashboard.templatetags.dashboard import in_language, number, points
from referrals import wording
from rewards import coupon_words
from rewards.models import Checkout, CouponKind
from rewards.queries import article_names
from rewards.rules.basket import Calculation, Step
from rewards.rules.coupons import Refusal


def speech(kinds: Iterable[CouponKind]) -> coupon_words.Speech:
    return coupon_words.Speech(money, number, _day, article_names(kinds))


def money(minor: int, currency: str) -> str:
    return wording.money(minor, currency, get_language() or "en")


def _day(moment: datetime) -> str:
    return wording.day(moment, get_language() or "en", timezone.get_current_timezone_name())


def said(kind: CouponKind, *, is_for_staff: bool = True) -> dict[str, Any]:
    """A kind in words: its sentence, and a line for each condition."""
    words = speech([kind])
    lines = coupon_words.conditions(kind, words, is_for_staff=is_for_staff)
    if own := in_language(kind.conditions):
        lines.append(own)
    return {"sentence": coupon_words.sentence(kind, words), "conditions": lines}


# --- the receipt -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReceiptLine:
    title: str
    note: str
    code: str
    amount_minor: int  # taken off


@dataclass(frozen=True)
class Receipt:
    """What coupons and points do for an order, step by step, as it is shown at the till."""

    currency: str
    goods_minor: int
    shipping_minor: int
    lines: Sequence[ReceiptLine]
    refusals: Sequence[tuple[str, str]]  # code and sentence
    articles: Sequence[dict[str, Any]]  # each with what was taken off it
    discount_minor: int
    to_pay_minor: int


def receipt_of(found: Calculation, *, unsaved: CouponKind | None = None) -> Receipt:
    """Show a calculation; `unsaved` is a kind that is only tried out."""
    return _receipt(
        found.basket.currency, found.basket.goods_minor, found.basket.shipping_minor, found.steps, found.refusals,
        [vars(line) for line in found.basket.lines], found.discount_minor, found.to_pay_minor, unsaved,
    )  # fmt: skip


def receipt_of_checkout(found: Checkout) -> Receipt:
    steps = [Step(**{**step, "parts": tuple(step["parts"])}) for step in found.steps]
    refusals = [Refusal(**refusal) for refusal in found.refusals]
    return _receipt(
        found.currency, found.goods_minor, found.shipping_minor, steps, refusals, found.lines, found.discount_minor,
        found.to_pay_minor,
    )  # fmt: skip


def _receipt(currency, goods, shipping, steps, refusals, lines, discount, to_pay, unsaved=None) -> Receipt:
    known = CouponKind.objects.filter(code__in={step.kind for step in steps})
    kinds = {kind.code: kind for kind in ([unsaved] if unsaved else known)}
    words = speech(kinds.values())
    shown = [_line(step, kinds.get(step.kind), words, currency) for step in steps]
    told = [(refusal.code, coupon_words.refused(refusal, words)) for refusal in refusals]
    return Receipt(currency, goods, shipping, shown, told, _articles(lines, steps), discount, to_pay)


def _line(step: Step, kind: CouponKind | None, words: coupon_words.Speech, currency: str) -> ReceiptLine:
    title = (in_language(kind.name) or coupon_words.worth(kind, words)) if kind else _("Paid with points")
    return ReceiptLine(title, _note(step, kind, words, currency), step.code, step.amount_minor)


def _note(step: Step, kind: CouponKind | None, words: coupon_words.Speech, currency: str) -> str:
    """Say what was counted from what."""
    facts = {"base": money(step.base_minor, currency), "what": coupon_words.worth(kind, words) if kind else ""}
    if step.phase == "points":
        return points(step.points)
    if step.is_given:
        return _("%(what)s: put it into the basket") % facts
    if step.phase == "gift":
        return _("%(what)s: one piece costs nothing") % facts
    return _("%(what)s, counted from %(base)s") % facts


def _articles(lines: Sequence[dict[str, Any]], steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The basket with what was taken off each line; nothing where it is only a total."""
    if not any(line["sku"] or line["name"] for line in lines):
        return []
    shown = []
    for place, line in enumerate(lines):
        off = sum(step.parts[place] for step in steps if step.parts)
        shown.append({**line, "off_minor": off, "left_minor": line["amount_minor"] - off})
    return shown
