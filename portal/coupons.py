"""A member's coupons: what each is good for, until when, where not, and the code to show at the till."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import segno
from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal import wording
from portal.page import in_language
from portal.poster import QUIET_ZONE
from rewards import coupon_words
from rewards.models import Coupon
from rewards.queries import article_names, coupons_of
from tenancy import door

State = Coupon.State
_TONES = {State.ISSUED: "good", State.RESERVED: "wait", State.VOID: "bad"}


@dataclass(frozen=True)
class CouponCard:
    name: str
    worth: str
    sentence: str
    conditions: Sequence[str]
    code: str
    state: str
    tone: str
    when: str
    is_usable: bool
    expires_at: datetime
    qr: SafeString


def purse(customer_id: UUID) -> QuerySet[Coupon]:
    """A member's coupons: those that can be used first, the next to expire on top; then the others, newest first."""
    usable = Q(state__in=[State.ISSUED, State.RESERVED], expires_at__gt=door.moment())
    is_over = Case(When(usable, then=Value(False)), default=Value(True), output_field=BooleanField())
    ends = Case(When(usable, then=F("expires_at")))
    return coupons_of(customer_id).alias(is_over=is_over, ends=ends).order_by("is_over", "ends", "-issued_at", "-id")


def coupon_cards(coupons: Sequence[Coupon]) -> list[CouponCard]:
    speech = coupon_words.Speech(wording.money, wording.decimal, wording.day, article_names([one.kind for one in coupons]))
    return [_card(coupon, speech) for coupon in coupons]


def _card(coupon: Coupon, speech: coupon_words.Speech) -> CouponCard:
    ends = min(at for at in (coupon.expires_at, coupon.kind.ends_at) if at)
    is_past = ends <= door.moment()
    state = State.EXPIRED if coupon.state == State.ISSUED and is_past else State(coupon.state)
    kind, is_usable = coupon.kind, state == State.ISSUED
    return CouponCard(
        name=wording.coupon_name(kind), worth=coupon_words.worth(kind, speech), sentence=coupon_words.sentence(kind, speech),
        conditions=_conditions(coupon, speech) if is_usable else (), code=coupon.code, state=str(state.label),
        tone=_TONES.get(state, ""), when=_when(coupon, state, ends), is_usable=is_usable, expires_at=ends,
        qr=qr_of(coupon.code) if is_usable else mark_safe(""),
    )  # fmt: skip


def _conditions(coupon: Coupon, speech: coupon_words.Speech) -> list[str]:
    own = in_language(coupon.kind.conditions, get_language())
    return [*coupon_words.conditions(coupon.kind, speech), *([own] if own else [])]


def _when(coupon: Coupon, state: str, ends: datetime) -> str:
    if state == State.REDEEMED:
        return _("Used on %(day)s") % {"day": wording.day(coupon.redeemed_at)}
    if state == State.ISSUED:
        return _("Valid until %(day)s") % {"day": wording.day(ends)}
    if state == State.RESERVED:
        return _("Being used at the till now")
    if state == State.EXPIRED:
        return _("Expired on %(day)s") % {"day": wording.day(ends)}
    return _("Taken back, because its order was refunded or cancelled") if coupon.reward_id else _("Withdrawn")


def qr_of(text: str) -> SafeString:
    code = segno.make(text, error="m", micro=False)
    return mark_safe(code.svg_inline(border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True))
