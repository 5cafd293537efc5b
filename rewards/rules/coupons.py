"""Whether a coupon fits: what it is good for, against the basket, the person and the moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from foundation.errors import DomainError
from foundation.money import Money, exponent
from rewards.errors import coupons as refused

VALUE, PERCENT, GIFT, SHIPPING = "value", "percent", "gift", "shipping"
ORDER, LINE = "order", "line"
MOST_CODES = 8  # on one order: every combination of them is tried


# --- the basket ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """Pieces of one article; `amount_minor` is what all of them cost before any coupon."""

    amount_minor: int
    sku: str = ""
    name: str = ""
    category: str = ""
    quantity: int = 1


@dataclass(frozen=True)
class Basket:
    lines: tuple[Line, ...]
    currency: str
    shipping_minor: int = 0

    @property
    def goods_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


# --- the coupon ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """What a kind of coupon is good for (rewards.models.CouponKind)."""

    kind: str  # its short name
    currency: str
    effect: str = VALUE
    scope: str = ORDER
    value_minor: int = 0
    percent: Decimal = Decimal(0)
    cap_minor: int | None = None
    gift_sku: str = ""
    minimum_minor: int = 0
    products: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    excluded_products: frozenset[str] = frozenset()
    excluded_categories: frozenset[str] = frozenset()
    audience: str = "everybody"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    per_person: int | None = None
    total: int | None = None
    stack_group: str = ""
    is_exclusive: bool = False
    priority: int = 0
    is_withdrawn: bool = False

    @property
    def group(self) -> str:
        """Name what only one of may count: the group, or the kind itself."""
        return f"group {self.stack_group}" if self.stack_group else f"kind {self.kind}"

    def fits(self, line: Line) -> bool:
        """Say whether an article is one of those it is for; an exclusion wins."""
        if line.sku in self.excluded_products or line.category in self.excluded_categories:
            return False
        is_for_all = not self.products and not self.categories
        return is_for_all or line.sku in self.products or line.category in self.categories


@dataclass(frozen=True)
class Offered:
    """A code on the counter with what is known of it; without `terms` nobody knows it."""

    code: str
    terms: Terms | None = None
    state: str = "issued"
    is_shared: bool = False
    holder_id: UUID | None = None  # none: whoever brings it
    expires_at: datetime | None = None
    is_guest: bool = False  # the customer is on the kind's list
    used_by_customer: int = 0  # the kind, so far
    used_by_all: int = 0

    @property
    def ends_at(self) -> datetime | None:
        """A shared code goes by the window of its kind; what somebody holds keeps the day that it was given with."""
        own, window = self.expires_at, self.terms.ends_at if self.terms else None
        return (window or own) if self.is_shared else (own or window)


@dataclass(frozen=True)
class Payer:
    """Who pays, as far as it is known; `is_existing`: has paid an order before this one."""

    customer_id: UUID | None = None
    is_existing: bool = False


@dataclass(frozen=True)
class Refusal:
    """Why a coupon (or the points, with an empty code) does not count."""

    code: str
    reason: str  # a code of errors/coupons.py: REFUSALS
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def error(self) -> DomainError:
        return refused.REFUSALS[self.reason](**self.facts)


def expiry_of(*, issued_at: datetime, valid_days: int, ends_at: datetime | None) -> datetime:
    """Say when a coupon issued now ends: after its days, or with the window of its kind.

    One that was promised and comes when the window is over has its days all the same.
    """
    own = issued_at + timedelta(days=valid_days)
    return min(own, ends_at) if ends_at and ends_at > issued_at else own


# --- does it fit? --------------------------------------------------------------------------------------------


def refusal_of(coupon: Offered, *, basket: Basket, payer: Payer, moment: datetime) -> Refusal | None:
    """Say why a coupon does not fit by itself, whatever lies beside it; None if it fits."""
    for check in (_state, _window, _person, _limits, _articles):
        reason = check(coupon, basket, payer, moment)
        if reason is not None:
            kind, facts = reason
            return Refusal(coupon.code, kind.code, facts)
    return None


def _state(coupon, basket, payer, moment):
    if coupon.terms is None:
        return refused.CouponUnknown, {}
    if coupon.state == "redeemed":
        return refused.CouponUsed, {}
    if coupon.state == "reserved":
        return refused.CouponReserved, {}
    is_stopped = coupon.terms.is_withdrawn and coupon.holder_id is None  # what a customer holds stays good
    if coupon.state == "void" or is_stopped:
        return refused.CouponWithdrawn, {}
    if coupon.terms.currency != basket.currency:
        return refused.CouponCurrencyDiffers, {"currency": coupon.terms.currency}
    return None


def _window(coupon, basket, payer, moment):
    terms = coupon.terms
    ends_at = coupon.ends_at
    if coupon.state == "expired" or (ends_at and ends_at <= moment):
        return refused.CouponExpired, {"expires_at": ends_at.isoformat()} if ends_at else {}
    if terms.starts_at and terms.starts_at > moment:
        return refused.CouponNotYetValid, {"starts_at": terms.starts_at.isoformat()}
    return None


def _person(coupon, basket, payer, moment):
    terms, who = coupon.terms, payer.customer_id
    if coupon.holder_id and who and coupon.holder_id != who:
        return refused.CouponOfAnother, {}
    is_personal = terms.audience != "everybody" or terms.per_person is not None
    if is_personal and who is None:
        return refused.MemberNeeded, {}
    if terms.audience == "named" and not coupon.is_guest:
        return refused.NotForThisCustomer, {}
    if terms.audience == "first" and payer.is_existing:
        return refused.FirstOrderOnly, {}
    if terms.audience == "existing" and not payer.is_existing:
        return refused.ExistingCustomersOnly, {}
    return None


def _limits(coupon, basket, payer, moment):
    terms = coupon.terms
    if terms.per_person is not None and coupon.used_by_customer >= terms.per_person:
        return refused.PersonLimitReached, {"limit": terms.per_person}
    if terms.total is not None and coupon.used_by_all >= terms.total:
        return refused.TotalLimitReached, {"limit": terms.total}
    return None


def _articles(coupon, basket, payer, moment):
    terms = coupon.terms
    fitting = [line for line in basket.lines if terms.fits(line)]
    if not fitting and (basket.lines or terms.effect != GIFT):
        return refused.NoArticleFits, {}
    bought = sum(line.amount_minor for line in fitting) - _own_gift(terms, fitting)
    if bought < terms.minimum_minor:
        return refused.OrderTooSmall, facts_of_minimum(terms.minimum_minor, terms.currency)
    if terms.effect == SHIPPING and not basket.shipping_minor:
        return refused.NoShippingFee, {}
    return None


def _own_gift(terms: Terms, fitting: list[Line]) -> int:
    """What is given does not count towards its own minimum."""
    return max((piece_minor(line) for line in fitting if is_gift(terms, line)), default=0)


def is_gift(terms: Terms, line: Line) -> bool:
    return terms.effect == GIFT and line.sku == terms.gift_sku


def piece_minor(line: Line) -> int:
    """What one piece of a line costs, rounded down."""
    return line.amount_minor // line.quantity


def facts_of_minimum(minimum_minor: int, currency: str) -> dict[str, Any]:
    return {"minimum": plain_money(minimum_minor, currency), "minimum_minor": minimum_minor, "currency": currency}


def plain_money(minor: int, currency: str) -> str:
    """Write an amount where no page is there to format it: 30.00 GBP."""
    return f"{Money(minor, currency).major:.{exponent(currency)}f} {currency}"
