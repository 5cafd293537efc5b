"""What coupons and points would do for an order, and what tills have done."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from django.db.models import Count, Q, QuerySet, Sum

from crm.models import Customer, Order, Product
from foundation.errors import NotFound
from foundation.ids import fingerprint, normalise_code
from foundation.money import exponent
from rewards.errors.coupons import BasketInvalid, CheckoutUnknown, TooManyCodes
from rewards.models import Checkout, Coupon, CouponCounter, CouponGuest, CouponKind, CouponUse, TillTerms
from rewards.queries.reading import available_points
from rewards.rules.basket import Calculation, Points, PointsRate, calculate
from rewards.rules.coupons import MOST_CODES, Basket, Offered, Payer, Terms
from tenancy import door
from tenancy.models import Organisation

_COUNTERS = UUID("6f1f9a52-6d0b-4c55-9a43-0f4c3a3d7c11")  # the name space of their ids
_LARGEST = 10**15  # of an amount; beyond it somebody has typed a barcode


@dataclass(frozen=True)
class Asked:
    """What a till asks for one order; `source` and `external_id` are the order's business key."""

    basket: Basket
    codes: tuple[str, ...] = ()
    customer_id: UUID | None = None
    points: int = 0
    source: str = ""
    external_id: str = ""

    @property
    def typed(self) -> list[str]:
        """The codes as they are compared, each once."""
        return sorted({normalise_code(code) for code in self.codes} - {""})

    @property
    def input_hash(self) -> str:
        lines = [vars(line) for line in self.basket.lines]
        return fingerprint(
            [lines, self.basket.currency, self.basket.shipping_minor, self.typed, self.customer_id, self.points]
        )


def assess(asked: Asked) -> tuple[Calculation, list[Coupon]]:
    """Count what coupons and points do for an order, and give the coupons there are; reads only.

    Without a customer, the holder of a coupon is taken for the one who pays.
    """
    _refuse_nonsense(asked)
    basket = _with_categories(asked.basket)
    coupons = list(Coupon.objects.filter(code__in=asked.typed).select_related("kind").order_by("code"))
    payer = _payer(asked, coupons)
    calculation = calculate(
        basket, _offered(asked.typed, coupons, payer), payer=payer, moment=door.moment(),
        points=_points(asked.points, payer),
    )  # fmt: skip
    return calculation, coupons


def payer_id(asked: Asked, coupons: Iterable[Coupon]) -> UUID | None:
    """Name who pays: whom the till found, or the holder of the first coupon."""
    return asked.customer_id or next((coupon.customer_id for coupon in coupons if coupon.customer_id), None)


def counter_id(kind_id: UUID, customer_id: UUID | None = None) -> UUID:
    """Name the counter of a kind's uses, by everybody or by one customer."""
    return uuid5(_COUNTERS, f"{door.organisation_id()}:{kind_id}:{customer_id or ''}")


def till_terms() -> TillTerms:
    """How the till works here; without a row of its own, 100 points pay one unit of the currency."""
    found = TillTerms.objects.first()
    if found:
        return found
    currency = Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id())
    return TillTerms(step_minor=10 ** exponent(currency))


def terms_of(kind: CouponKind) -> Terms:
    """Read a kind as the rules do."""
    return Terms(
        kind=kind.code, currency=kind.currency, effect=kind.effect, scope=kind.scope, value_minor=kind.value_minor,
        percent=kind.percent, cap_minor=kind.cap_minor, gift_sku=kind.gift_sku, minimum_minor=kind.minimum_minor,
        products=frozenset(kind.products), categories=frozenset(kind.categories),
        excluded_products=frozenset(kind.excluded_products), excluded_categories=frozenset(kind.excluded_categories),
        audience=kind.audience, starts_at=kind.starts_at, ends_at=kind.ends_at, per_person=kind.per_person,
        total=kind.total, stack_group=kind.stack_group, is_exclusive=kind.is_exclusive, priority=kind.priority,
        is_withdrawn=kind.withdrawn_at is not None,
    )  # fmt: skip


# --- the facts -----------------------------------------------------------------------------------------------


def _refuse_nonsense(asked: Asked) -> None:
    if len(asked.typed) > MOST_CODES:
        raise TooManyCodes(most=MOST_CODES)
    if asked.customer_id and not Customer.objects.filter(id=asked.customer_id).exists():
        raise NotFound(field="customer_id")
    basket = asked.basket
    amounts = [basket.shipping_minor, *(line.amount_minor for line in basket.lines)]
    if min(amounts) < 0 or max(amounts) > _LARGEST or any(line.quantity < 1 for line in basket.lines) or asked.points < 0:
        raise BasketInvalid


def _with_categories(basket: Basket) -> Basket:
    """Add what the till did not say of articles that are known."""
    unsaid = {line.sku for line in basket.lines if line.sku and not line.category}
    known = dict(Product.objects.filter(sku__in=unsaid).values_list("sku", "category")) if unsaid else {}
    lines = (replace(line, category=line.category or known.get(line.sku, "")) for line in basket.lines)
    return replace(basket, lines=tuple(lines))


def _payer(asked: Asked, coupons: Sequence[Coupon]) -> Payer:
    customer_id = payer_id(asked, coupons)
    if customer_id is None:
        return Payer()
    earlier = Order.objects.filter(customer_id=customer_id, status=Order.Status.PAID)
    others = earlier.exclude(source=asked.source, external_id=asked.external_id)
    return Payer(customer_id, others.exists())


def _offered(typed: Iterable[str], coupons: Sequence[Coupon], payer: Payer) -> list[Offered]:
    found = {coupon.code: coupon for coupon in coupons}
    kinds = {coupon.kind_id for coupon in coupons}
    uses = _uses(kinds, payer.customer_id)
    guests = _guest_lists(kinds, payer.customer_id)
    return [_offer(code, found.get(code), uses, guests, payer) for code in typed]


def _offer(code, coupon, uses, guests, payer) -> Offered:
    if coupon is None:
        return Offered(code)
    return Offered(
        code, terms_of(coupon.kind), state=coupon.state, is_shared=coupon.is_shared, holder_id=coupon.customer_id,
        expires_at=coupon.expires_at, is_guest=coupon.kind_id in guests,
        used_by_customer=uses.get((coupon.kind_id, payer.customer_id), 0), used_by_all=uses.get((coupon.kind_id, None), 0),
    )  # fmt: skip


def _uses(kinds: Collection[UUID], customer_id: UUID | None) -> dict[tuple[UUID, UUID | None], int]:
    ids = [counter_id(kind, who) for kind in kinds for who in {None, customer_id}]
    rows = CouponCounter.objects.filter(id__in=ids).values_list("kind_id", "customer_id", "uses")
    return {(kind, who): uses for kind, who, uses in rows}


def _guest_lists(kinds: Collection[UUID], customer_id: UUID | None) -> set[UUID]:
    if customer_id is None:
        return set()
    return set(CouponGuest.objects.filter(kind_id__in=kinds, customer_id=customer_id).values_list("kind_id", flat=True))


def _points(asked: int, payer: Payer) -> Points:
    if not asked:
        return Points()
    terms = till_terms()
    rate = PointsRate(terms.points_step, terms.step_minor, terms.points_percent)
    who = payer.customer_id
    return Points(asked, available_points([who])[who] if who else 0, rate, has_member=who is not None)


# --- what tills have done ------------------------------------------------------------------------------------


def checkouts() -> QuerySet[Checkout]:
    """All checkouts with customer and uses."""
    return Checkout.objects.select_related("customer").prefetch_related("uses__coupon__kind")


def checkout(checkout_id: UUID) -> Checkout:
    found = checkouts().filter(id=checkout_id).first()
    if found is None:
        raise CheckoutUnknown
    return found


def overdue_checkouts() -> QuerySet[Checkout]:
    """Reservations whose time is over, oldest first."""
    return Checkout.objects.filter(state=Checkout.State.RESERVED, expires_at__lte=door.moment()).order_by("expires_at", "id")


def coupon_kinds() -> QuerySet[CouponKind]:
    """All kinds of coupons, newest first."""
    return CouponKind.objects.order_by("-id")


@dataclass(frozen=True)
class KindFigures:
    """What became of the coupons of a kind; uses are those that stand (reserved or redeemed)."""

    issued: int = 0  # unique codes, whatever became of them
    valid: int = 0
    reserved: int = 0
    redeemed: int = 0
    discount_minor: int = 0  # by redeemed uses

    @property
    def uses(self) -> int:
        return self.reserved + self.redeemed


def kind_figures(kind_ids: Iterable[UUID]) -> dict[UUID, KindFigures]:
    """Count coupons and uses of kinds; two statements however many kinds."""
    kind_ids = list(kind_ids)
    now, state = door.moment(), Coupon.State.ISSUED
    coupons = Coupon.objects.filter(kind_id__in=kind_ids, is_shared=False).values("kind_id").order_by()
    made = {row["kind_id"]: row for row in coupons.annotate(
        issued=Count("id"), valid=Count("id", filter=Q(state=state, expires_at__gt=now)))}  # fmt: skip
    uses = CouponUse.objects.filter(kind_id__in=kind_ids).values("kind_id").order_by()
    reserved, redeemed = Q(state=Checkout.State.RESERVED), Q(state=Checkout.State.REDEEMED)
    used = {row["kind_id"]: row for row in uses.annotate(
        reserved=Count("id", filter=reserved), redeemed=Count("id", filter=redeemed),
        discount_minor=Sum("discount_minor", filter=redeemed, default=0))}  # fmt: skip
    return {
        kind: KindFigures(**{name: value for row in (made.get(kind), used.get(kind)) for name, value in (row or {}).items()
                             if name != "kind_id"})
        for kind in kind_ids
    }  # fmt: skip


def uses_by_day(kind_id: UUID, since) -> list[tuple]:
    """Count redeemed uses of a kind and what they took off by day of the organisation, oldest first."""
    redeemed = CouponUse.objects.filter(kind_id=kind_id, state=Checkout.State.REDEEMED, used_at__gte=since)
    days = redeemed.values_list("used_at__date").order_by("used_at__date")
    return list(days.annotate(uses=Count("id"), off=Sum("discount_minor")))


def article_names(kinds: Iterable[CouponKind]) -> dict[str, str]:
    """Name the articles that kinds speak of, by sku."""
    skus = {sku for kind in kinds for sku in (kind.gift_sku, *kind.products, *kind.excluded_products) if sku}
    return dict(Product.objects.filter(sku__in=skus).values_list("sku", "name")) if skus else {}
