"""What the demo's shops give for points, and orders in every state on their way."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from config.demo.life import Life
from crm.models import Customer
from rewards import operations as rewarding
from rewards.models import CatalogueItem, GiftOrder
from rewards.queries import available_points
from tenancy import door


@dataclass(frozen=True)
class Gift:
    zh: str
    en: str
    about_zh: str
    about_en: str
    points: int
    kind: str = "gift"
    stock: int | None = None
    money_minor: int = 0
    per_customer: int | None = None
    is_on_offer: bool = True
    codes: int = 0


ACME = (
    Gift("陶杯", "Stoneware mug", "手工拉坯，容量 250 毫升。", "Thrown by hand, holds 250 ml.", 120, stock=14),
    Gift("帆布袋", "Canvas bag", "装得下两公斤咖啡豆。", "Room for two kilos of beans.", 80, stock=30),
    Gift("电影票", "Cinema ticket", "全国通用，有效期一年。", "Any film, any day, for a year.", 200, "voucher", stock=0, codes=8),
    Gift("手摇磨豆机", "Hand grinder", "另付 20 镑，一台磨一辈子。", "One grinder for a lifetime, with £20 on top.", 450, stock=3, money_minor=2000),
    Gift("咖啡师小课", "Barista lesson", "一小时，一对一，教您拉花。", "An hour with one of our baristas: your first leaf in milk.", 300, "service", per_customer=1),
    Gift("春季杯测会", "Spring tasting", "新豆上市前先尝为快，限十二位。", "Twelve guests, six new coffees, before anybody else.", 150, "event", stock=12, per_customer=1),
    Gift("新豆试饮装", "Taster of the next roast", "50 克，抢先试。", "50 g of what we roast next.", 40, "trial", stock=0),
    Gift("圣诞礼篮", "Christmas hamper", "十二月上架。", "Comes in December.", 600, stock=20, is_on_offer=False),
)  # fmt: skip
CHUNXI = (
    Gift("丝绸发带", "Silk headband", "桑蚕丝，三色随机。", "Mulberry silk, in one of three colours.", 1500, stock=14),
    Gift("旅行化妆包", "Travel pouch", "防泼水，可登机。", "Keeps water out, fits the cabin.", 1000, stock=30),
    Gift("视频会员月卡", "A month of films", "兑换码，即买即用。", "A code that works at once.", 2000, "voucher", stock=0, codes=8),
    Gift("电动洁面仪", "Cleansing brush", "另付 99 元，送两个刷头。", "With ¥99 on top; two heads included.", 5000, stock=3, money_minor=9900),
    Gift("一对一妆容课", "Make-up lesson", "六十分钟，化妆师手把手教学。", "An hour with our make-up artist.", 3000, "service", per_customer=1),
    Gift("新品发布沙龙", "Launch evening", "限十二位，含伴手礼。", "Twelve guests, and a present to take home.", 2500, "event", stock=12, per_customer=1),
    Gift("新品精华试用装", "Serum to try", "5 毫升，上市前先试。", "5 ml, before it is in the shops.", 400, "trial", stock=0),
    Gift("新春礼盒", "New Year box", "腊月上架。", "Comes before the Spring Festival.", 6800, stock=20, is_on_offer=False),
)  # fmt: skip
_STREETS = {"zh-hans": "梧桐路 {} 号 2 单元 301", "en": "{} Salt Lane"}

# item, days ago, and what became of the order
_ORDERS: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (0, 19, ("pack", "ship", "deliver")), (1, 16, ("pack", "ship", "deliver")), (2, 15, ()), (0, 12, ("ship", "return")),
    (1, 11, ("cancel",)), (4, 9, ("issue",)), (3, 6, ("ready", "pay", "hand_out")), (0, 5, ("pack", "ship")),
    (1, 4, ("pack", "ship")), (5, 3, ()), (0, 2, ("pack",)), (3, 2, ("ready",)), (1, 1, ("pack",)), (2, 1, ()),
    (0, 0, ()), (1, 0, ()),
)  # fmt: skip


def fill_the_catalogue(life: Life) -> list[CatalogueItem]:
    gifts = CHUNXI if life.shop.language == "zh-hans" else ACME
    with life.at(life.today - timedelta(days=40), "marketer"):
        return [_put_in(life, gift) for gift in gifts]


def _put_in(life: Life, gift: Gift) -> CatalogueItem:
    is_thing = gift.kind == "gift"
    item = rewarding.create_item(
        kind=gift.kind, name={"zh-hans": gift.zh, "en": gift.en}, points=gift.points, stock=gift.stock,
        description={"zh-hans": gift.about_zh, "en": gift.about_en}, money_minor=gift.money_minor,
        currency=life.shop.currency if gift.money_minor else "", per_customer=gift.per_customer,
        can_be_sent=is_thing, can_be_fetched=is_thing or gift.kind == "trial", is_on_offer=gift.is_on_offer,
        responsible_id=life.members["service"].id,
    )  # fmt: skip
    if gift.codes:
        rewarding.add_codes(
            item.id, [f"{life.shop.slug.upper()}-{life.dice.randrange(10**8):08}" for _ in range(gift.codes)]
        )
    return item


def order_gifts(life: Life) -> None:
    """Let those with the most points choose something, and bring it on its way."""
    items = fill_the_catalogue(life)
    for number, (place, days, moves) in enumerate(_ORDERS):
        customer = _somebody_with(life, items[place].points, number)
        if customer:
            _order(life, number, items[place], customer, days, moves)


def _somebody_with(life: Life, points: int, number: int) -> Customer | None:
    with life.at(life.today):
        have = available_points(life.customers)
        able = sorted((one for one in life.customers if have[one] >= points), key=lambda one: (-have[one], one))
        return Customer.objects.get(id=able[number % len(able)]) if able else None


def _order(life: Life, number: int, item: CatalogueItem, customer: Customer, days: int, moves: tuple[str, ...]) -> None:
    moment = life.today - timedelta(days=days, hours=9 if days else 2)
    way = _way(item, moves)
    street = _STREETS[life.shop.language].format(3 + 4 * number)
    home = {"name": customer.name, "phone": life.draw_phone(), "street": street, "city": _city(customer, life)}
    with door.organisation(life.organisation.id, actor=door.Actor("customer", customer.id), moment=moment):
        order = rewarding.order_gift(
            item.id, customer.id, key=f"demo:{number}", way=way, address=home if way == "send" else None
        )
    for hours, move in enumerate(moves, start=1):
        with life.at(min(moment + timedelta(hours=22 * hours), life.today), "service"):
            _MOVES[move](order.id, life)


def _way(item: CatalogueItem, moves: tuple[str, ...]) -> str:
    if not (item.can_be_sent or item.can_be_fetched):
        return GiftOrder.Way.HAND_OVER
    return GiftOrder.Way.FETCH if "ready" in moves else GiftOrder.Way.SEND


def _carrier(life: Life) -> dict[str, str]:
    name, start = ("顺丰速运", "SF") if life.shop.language == "zh-hans" else ("Royal Mail", "RM")
    return {"carrier": name, "tracking_number": f"{start}{life.dice.randrange(10**10):010}"}


_SAID = {
    "zh-hans": ("收到时已破损", "周六上午十点，春熙路店，请提前五分钟到"),
    "en": ("broken on the way", "Saturday at ten, at the roastery"),
}
_MOVES: dict[str, Callable[[UUID, Life], object]] = {
    "pack": lambda order_id, life: rewarding.pack_gift(order_id),
    "ship": lambda order_id, life: rewarding.ship_gift(order_id, **_carrier(life)),
    "deliver": lambda order_id, life: rewarding.confirm_delivery(order_id),
    "ready": lambda order_id, life: rewarding.make_gift_ready(order_id),
    "pay": lambda order_id, life: rewarding.note_payment(order_id),
    "hand_out": lambda order_id, life: rewarding.hand_out_gift(order_id),
    "issue": lambda order_id, life: rewarding.issue_gift(order_id, issued=_SAID[life.shop.language][1]),
    "cancel": lambda order_id, life: rewarding.cancel_gift(order_id),
    "return": lambda order_id, life: rewarding.return_gift(order_id, note=_SAID[life.shop.language][0], is_restocked=False),
}


def _city(customer: Customer, life: Life) -> str:
    return customer.city or life.shop.places[0][1]
