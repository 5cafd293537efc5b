"""Two pipelines a shop, and half a year of deals in every state a deal can be in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from config.demo.life import Life
from crm.models import Customer, Deal, DealStage, LossReason, Product
from crm.operations import deals as selling
from crm.operations import record_customer
from crm.queries.deals import stages_of
from foundation.money import exponent
from referrals.models import Referral


@dataclass(frozen=True)
class Trade:
    """What a shop sells in deals: data only."""

    pipelines: tuple[tuple[dict[str, str], tuple[tuple[dict[str, str], int, str, int], ...]], ...]
    titles: tuple[tuple[str, ...], tuple[str, ...]]  # of either pipeline
    worth: tuple[tuple[int, int], tuple[int, int]]  # in whole units of the currency
    steps: tuple[str, ...]
    instalments: tuple[str, str]
    competitors: tuple[str, ...]
    notes: tuple[str, ...]
    again: str
    hand_over: str
    companies: tuple[str, ...]


_WORKSHOP = (
    ({"en": "Enquiry", "zh-hans": "咨询"}, 20, "#64707d", 5),
    ({"en": "Trial lesson", "zh-hans": "试听体验"}, 45, "#2563eb", 10),
    ({"en": "Place held", "zh-hans": "预留名额"}, 80, "#d97706", 7),
)
_BUSINESS = {"en": "Business customers", "zh-hans": "企业采购"}
_COURSES = {"en": "Course enrolment", "zh-hans": "课程报名"}

TRADES = {
    "acme": Trade(
        pipelines=((_BUSINESS, ()), (_COURSES, _WORKSHOP)),
        titles=(
            ("Office coffee, 40 people", "Espresso machine on lease", "Beans for a chain of cafés", "Hotel breakfast coffee",
             "Co-working space, three floors", "Grinder and service plan", "Christmas hampers", "Restaurant house blend"),
            ("Barista course for two", "Latte art evening", "Roasting masterclass", "Team workshop, eight people"),
        ),
        worth=((900, 14_000), (90, 760)),
        steps=("Send the offer", "Call about the tasting", "Visit their kitchen", "Ask for the decision", "Agree on delivery days"),
        instalments=("On signing", "On delivery"), competitors=("Bean & Co", "Union Roast", "Nordic Brew"),
        notes=("They liked the Guji best.", "Decides with her partner.", "Wants an answer before the quarter ends."),
        again="They have a budget now and asked for a new offer.", hand_over="You know their head chef; please take it from here.",
        companies=("Harbour Hotels Ltd", "Northgate Co-working", "Salt & Rye Restaurants"),
    ),
    "chunxi": Trade(
        pipelines=((_BUSINESS, ()), (_COURSES, _WORKSHOP)),
        titles=(
            ("三八节礼盒团购", "酒店客房洗护合作", "婚庆公司彩妆供货", "公司年会礼品", "美容院专柜进货", "摄影工作室长期合作"),
            ("新娘妆课程", "职场淡妆小班课", "化妆师进阶班", "皮肤管理体验课", "企业形象妆培训"),
        ),
        worth=((6_000, 90_000), (800, 6_800)),
        steps=("发送报价单", "电话确认样品反馈", "上门拜访采购负责人", "约定试听时间", "确认合同条款"),
        instalments=("定金", "尾款"), competitors=("丽颜坊", "花漾美妆", "云裳学院"),
        notes=("对玫瑰精华水很满意。", "需要和合伙人商量。", "希望月底前定下来。"),
        again="客户追加了预算，请求重新报价。", hand_over="你和对方采购比较熟，请你接手跟进。",
        companies=("锦江印象酒店", "良缘婚庆策划", "蓉光摄影工作室"),
    ),
}  # fmt: skip


def sell(life: Life) -> None:
    """Set the pipelines up half a year ago and live through some thirty deals."""
    trade = TRADES[next(name for name in TRADES if life.shop.slug.startswith(name))]
    start = life.today - timedelta(days=170)
    pipelines = _set_up(life, trade, start)
    with life.at(start):
        ways = [[stage for stage in stages_of(each) if stage.kind == "open"] for each in pipelines]
    for number in range(30):
        _live(life, trade, ways, number)
    with life.at(life.today - timedelta(hours=2), "sales"):
        _abroad(life, trade, pipelines[0])


def _set_up(life: Life, trade: Trade, start: datetime) -> list[UUID]:
    with life.at(start, "owner"):
        first = selling.ensure_pipeline()
        selling.change_pipeline(first.id, name=trade.pipelines[0][0])
        stages = stages_of(first.id)
        selling.change_stage(stages[2].id, required_fields=["amount", "expected_close"])
        selling.change_stage(stages[0].id, responsible_role="sales")
        second = selling.make_pipeline(trade.pipelines[1][0], with_stages=False)
        own = [stage for stage in stages_of(second.id) if stage.kind == "open"]
        for place, (name, probability, colour, days) in enumerate(trade.pipelines[1][1]):
            facts = {"name": name, "probability": probability, "colour": colour, "ageing_days": days}
            if place < len(own):
                selling.change_stage(own[place].id, **facts)
            else:
                selling.add_stage(second.id, **facts)
        for name in trade.companies:
            record_customer(name=name, kind="company", email=life.mailbox(name), source="staff")
    return [first.id, second.id]


def _live(life: Life, trade: Trade, ways: list[list[DealStage]], number: int) -> None:
    """Begin a deal and let it go as far as its number says: a third is won, a quarter lost, the rest is open."""
    dice = life.dice
    which = 0 if number % 3 else 1
    fate = ("won", "open", "lost", "open", "won", "open", "open", "reopened", "won", "lost")[number % 10]
    ago = dice.randrange(2, 45) if fate == "open" else dice.randrange(12, 160)
    begun = life.today - timedelta(days=ago, hours=dice.randrange(1, 9))
    with life.at(begun, "sales"):
        deal = _begin(life, trade, ways[which][0].pipeline_id, which, number, begun)
    stages = ways[which]
    reach = dice.randrange(0, len(stages)) if fate == "open" else len(stages) - 1
    moment = begun
    for stage in stages[1 : reach + 1]:
        moment = min(moment + timedelta(days=dice.randrange(1, 1 + max(2, ago // 4))), life.today - timedelta(hours=5))
        with life.at(moment, "sales"):
            selling.move_deal(deal.id, stage.id)
    _end(life, trade, deal, fate, moment, number)
    if number % 11 == 5 and fate == "open":
        with life.at(life.today - timedelta(hours=4), "owner"):
            selling.hand_over(deal.id, life.members["sales"].id, note=trade.hand_over)


def _begin(life: Life, trade: Trade, pipeline_id: UUID, which: int, number: int, begun: datetime) -> Deal:
    dice, low_high = life.dice, trade.worth[which]
    minor = 10 ** exponent(life.shop.currency)
    company = Customer.objects.filter(kind="company").order_by("id")[number % 3] if not which and number % 2 else None
    late = number % 7 == 3
    facts = {
        "customer_id": dice.choice(life.customers[:60]), "pipeline_id": pipeline_id,
        "title": trade.titles[which][number % len(trade.titles[which])], "company_id": company.id if company else None,
        "owner_id": life.members["owner" if number % 4 == 0 else "sales"].id if number % 9 else None,
        "expected_close": (life.today + timedelta(days=-4 if late else dice.randrange(3, 80))).date(),
    }  # fmt: skip
    if number % 5:
        facts |= {
            "next_step": dice.choice(trade.steps),
            "next_step_on": (life.today + timedelta(days=dice.randrange(-3, 9))).date(),
        }
    if number % 6 == 1 and (referral := Referral.objects.order_by("id").first()):
        facts |= {"source": "referral", "source_id": referral.id, "customer_id": referral.referee_id}
    if number % 4 == 2:
        return selling.create_deal(lines=_lines(life, which, number), **facts)
    return selling.create_deal(amount_minor=dice.randrange(*low_high) // 10 * 10 * minor, **facts)


def _lines(life: Life, which: int, number: int) -> list[selling.LineReport]:
    products = list(Product.objects.order_by("sku")[:6])
    prices = {product.sku: product.price_minor for product in life.shop.products}
    chosen = [products[number % len(products)], products[(number + 2) % len(products)]]
    return [
        selling.LineReport(
            product.name, product.id, 12 * (1 + number % 4), prices.get(product.sku, 1_000), 10 if number % 8 == 2 else 0
        )
        for product in chosen
    ]


def _end(life: Life, trade: Trade, deal: Deal, fate: str, moment: datetime, number: int) -> None:
    at = min(moment + timedelta(days=life.dice.randrange(1, 12)), life.today - timedelta(hours=3))
    if fate == "won":
        with life.at(at, "sales"):
            selling.win_deal(deal.id, note=trade.notes[number % 3])
        _pay(life, trade, deal, at, number)
    elif fate in ("lost", "reopened"):
        with life.at(at, "sales"):
            reasons = list(LossReason.objects.exclude(parent=None).order_by("id"))
            reason = reasons[number % len(reasons)]
            selling.lose_deal(
                deal.id, reason_id=reason.id, competitor=trade.competitors[number % 3], note=trade.notes[number % 3]
            )
    if fate == "reopened":
        with life.at(min(at + timedelta(days=20), life.today - timedelta(hours=2)), "sales"):
            selling.reopen_deal(deal.id, note=trade.again)


def _pay(life: Life, trade: Trade, deal: Deal, won: datetime, number: int) -> None:
    """Plan two instalments; the first has come, of some the second too, and of one a part went back."""
    with life.at(won, "sales"):
        worth = Deal.objects.get(id=deal.id).amount_minor
        first = max(1, worth * 3 // 10)
        early = selling.add_instalment(deal.id, due_on=won.date(), amount_minor=first, label=trade.instalments[0])
        if worth > first:
            due = won.date() + timedelta(days=30)
            selling.add_instalment(deal.id, due_on=due, amount_minor=worth - first, label=trade.instalments[1])
    with life.at(min(won + timedelta(days=2), life.today - timedelta(hours=1)), "finance"):
        receipt, _ = selling.record_receipt(
            deal.id, source="bank", external_id=f"B{number:03}", amount_minor=first, instalment_id=early.id
        )
        if number % 4 == 0 and worth > first:
            selling.record_receipt(deal.id, source="bank", external_id=f"C{number:03}", amount_minor=worth - first)
        if number == 10:
            selling.refund_receipt(receipt.id, source="bank", external_id="R010", amount_minor=max(1, first // 5))


def _abroad(life: Life, trade: Trade, pipeline_id: UUID) -> None:
    """One deal in another currency, so that sums show how they keep them apart."""
    selling.create_deal(
        title=trade.titles[0][0], customer_id=life.customers[5], pipeline_id=pipeline_id, amount_minor=420_000,
        currency="EUR", owner_id=life.members["sales"].id, next_step=trade.steps[0],
        expected_close=(life.today + timedelta(days=25)).date(),
    )  # fmt: skip
