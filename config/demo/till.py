"""Coupons of every effect, and a till that has been busy with them for some weeks."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from config.demo.life import Life
from foundation.errors import DomainError
from foundation.money import exponent
from rewards import operations as rewarding
from rewards.models import Coupon, CouponKind
from rewards.queries import Asked
from rewards.rules.coupons import Basket, Line

WEEKS = 5
_NAMES = {
    "season": {"en": "Autumn fiver", "zh-hans": "金秋满减券"},
    "category": {"en": "A fifth off {category}", "zh-hans": "{category}八折券"},
    "gift": {"en": "Something on the house", "zh-hans": "到店好礼券"},
    "postage": {"en": "Free delivery", "zh-hans": "免运费券"},
    "birthday": {"en": "Birthday treat", "zh-hans": "生日礼遇券"},
}
_CONDITIONS = {"en": "In our shops and online.", "zh-hans": "门店与线上商城均可使用。"}


def open_a_till(life: Life) -> None:
    kinds = _kinds(life)
    _busy_weeks(life, kinds)
    _hold_one(life, kinds)


def _kinds(life: Life) -> dict[str, CouponKind]:
    """Make the kinds, each with codes: shared, printed, in customers' hands."""
    unit, category = 10 ** exponent(life.shop.currency), life.shop.products[0].category
    gift = min(life.shop.products, key=lambda product: product.price_minor)
    scale = unit * (10 if life.shop.currency == "CNY" else 1)
    start = life.today - timedelta(weeks=WEEKS)
    terms = {
        "season": {
            "effect": "value", "value_minor": 5 * scale, "minimum_minor": 40 * scale, "total": 200, "per_person": 2,
            "ends_at": life.today + timedelta(days=25), "conditions": _CONDITIONS,
        },
        "category": {
            "effect": "percent", "percent": Decimal(20), "cap_minor": 15 * scale, "categories": [category],
            "stack_group": "week",
        },
        "gift": {"effect": "gift", "gift_sku": gift.sku, "value_minor": gift.price_minor, "minimum_minor": 30 * scale},
        "postage": {"effect": "shipping", "cap_minor": 6 * scale, "per_person": 1},
        "birthday": {
            "effect": "percent", "percent": Decimal(15), "cap_minor": 20 * scale, "is_exclusive": True, "audience": "existing",
        },
    }  # fmt: skip
    with life.at(start, "owner"):
        kinds = {
            code: rewarding.make_coupon_kind(code=code, currency=life.shop.currency, name=_name(code, category), **told)
            for code, told in terms.items()
        }
        rewarding.open_shared_code(kinds["season"].id, code="AUTUMN26")
        rewarding.open_shared_code(kinds["postage"].id, code="SHIPFREE")
        rewarding.order_codes(kinds["gift"].id, size=120, label={"en": "Leaflet", "zh-hans": "宣传单"}[life.shop.language])
    with life.at(life.today - timedelta(days=20), "owner"):
        for customer_id in life.customers[:12]:
            rewarding.issue_coupon(kinds["category"].id, customer_id=customer_id)
        rewarding.issue_coupon(kinds["birthday"].id, customer_id=life.customers[0])
        rewarding.issue_coupon(kinds["gift"].id, customer_id=life.customers[0])
    return kinds


def _name(code: str, category: str) -> dict[str, str]:
    said = category.lower() if category.isascii() else category
    return {language: text.format(category=said) for language, text in _NAMES[code].items()}


def _busy_weeks(life: Life, kinds: dict[str, CouponKind]) -> None:
    """The shared code is used most days, a coupon in hand now and then; one redemption is taken back."""
    for number in range(0, 36, 2):
        moment = life.today - timedelta(days=WEEKS * 7 - 1 - number, hours=life.dice.randrange(1, 8))
        if moment < life.today:
            _sell(life, f"P{number}", moment, life.dice.choice(life.customers), ["AUTUMN26"])
    with life.at(life.today - timedelta(hours=6)):
        held = list(Coupon.objects.filter(kind=kinds["category"], customer__isnull=False).order_by("id")[:4])
    for number, coupon in enumerate(held):
        moment = life.today - timedelta(hours=5, minutes=-25 * number)
        sold = _sell(life, f"Q{number}", moment, coupon.customer_id, [coupon.code, "SHIPFREE", "SUMMER25"], shipping=True)
        if number == 1 and sold:
            with life.at(moment + timedelta(minutes=10), "service"):
                rewarding.reverse(sold)


def _sell(
    life: Life, number: str, moment: datetime, customer_id: UUID, codes: list[str], *, shipping: bool = False
) -> UUID | None:
    """Reserve and redeem; a coupon that does not fit this purchase is left in the purse."""
    try:
        with life.at(moment, "sales"):
            asked = Asked(_basket(life, shipping), tuple(codes), customer_id=customer_id, source="till", external_id=number)
            return rewarding.redeem(rewarding.reserve(asked).id).id
    except DomainError:
        return None


def _basket(life: Life, shipping: bool) -> Basket:
    """The first article, which fits the category's coupon, and some more."""
    chosen = [life.shop.products[0], *life.dice.sample(life.shop.products[1:], 2)]
    lines = tuple(Line(p.price_minor, sku=p.sku, name=p.name, category=p.category) for p in chosen)
    return Basket(lines, life.shop.currency, chosen[0].price_minor // 3 if shipping else 0)


def _hold_one(life: Life, kinds: dict[str, CouponKind]) -> None:
    """Somebody stands at the till right now."""
    with life.at(life.today - timedelta(minutes=2), "sales"):
        coupon = Coupon.objects.filter(kind=kinds["category"], state=Coupon.State.ISSUED).order_by("id").last()
        if coupon:
            asked = Asked(_basket(life, False), (coupon.code,), source="till", external_id="R1")
            try:
                rewarding.reserve(asked)
            except DomainError:
                return  # does not fit what they buy
