# ruff: noqa: E501 (texts stand on one line each)
"""Campaigns to start from: texts in both languages, a script for the follow-up, terms and a coupon.

Texts hold places ({referrer}, {referee}, {minimum}, {days}) that are filled from the terms. They invite to
tell a friend about something good; none of them pays for the act of sharing, which WeChat blocks and shoppers distrust.
"""

from dataclasses import dataclass
from typing import Any

from foundation.money import exponent

LANGUAGES = ("zh-hans", "en")
# How a reward is named inside a campaign's stored texts; what people read on screens is in explain.py.
REWARD_WORDS = {
    "zh-hans": {
        "points": "{amount} 积分", "points_rate": "{amount} 积分（每满 {per}）", "cash": "{amount} 现金奖励",
        "cash_percent": "实付金额 {percent}% 的现金奖励（最高 {amount}）", "value": "一张 {amount} 优惠券",
        "percent": "一张减免 {percent}% 的优惠券", "and": "和", "or": "或", "coupon": "一张“{title}”", "choice": "{options}（任选其一）",
        "gift": "礼品“{title}”", "gifts": "{amount} 份礼品“{title}”", "service_upgrade": "服务升级“{title}”",
        "tier_upgrade": "{amount} 天{title}资格", "badge": "“{title}”徽章", "event": "“{title}”活动邀请",
        "trial": "{amount} 天“{title}”体验", "list": "，", "from_friend": "第 {count} 位好友起{what}",
        "from_amount": "满 {amount} 起{what}",
    },
    "en": {
        "points": "{amount} points", "points_one": "{amount} point", "points_rate": "{amount} points for every {per} spent",
        "points_rate_one": "{amount} point for every {per} spent", "cash": "{amount} in cash",
        "cash_percent": "a cash reward of {percent}% of the amount paid (at most {amount})", "value": "a coupon worth {amount}",
        "percent": "a coupon for {percent}% off", "and": " and ", "or": " or ", "coupon": "the coupon “{title}”",
        "choice": "a choice of {options}", "gift": "a gift ({title})", "gifts": "{amount} gifts ({title})",
        "service_upgrade": "an upgrade ({title})", "tier_upgrade": "the tier {title} for {amount} days",
        "tier_upgrade_one": "the tier {title} for {amount} day", "badge": "the badge “{title}”",
        "event": "an invitation to “{title}”", "trial": "a {amount}-day trial of {title}",
        "list": ", ", "from_friend": "{what} from friend number {count} on", "from_amount": "{what} from {amount} on",
    },
}  # fmt: skip
BUSINESS = ("b2b_services", "manufacturing_channel")  # who refers acts for a company
TEXT_FIELDS = ("headline", "offer", "terms", "share")

# About one US dollar in round figures, so that default amounts look priced by a person.
_ROUND_UNIT = {
    "CNY": 5, "HKD": 10, "TWD": 30, "JPY": 100, "KRW": 1000, "VND": 20000, "INR": 50, "THB": 20, "PHP": 50, "RUB": 50,
    "MXN": 10, "BRL": 5, "TRY": 20, "ZAR": 10, "SEK": 10, "NOK": 10, "DKK": 5, "CZK": 20, "HUF": 200, "IDR": 10000,
    "ISK": 100, "CLP": 500,
}  # fmt: skip


@dataclass(frozen=True)
class Coupon:
    """`value` and `minimum` in round units; a percent coupon takes off at most `cap`."""

    code: str
    name: dict[str, str]
    effect: str  # value, percent
    value: int = 0
    percent: str = "0"
    cap: int | None = None
    minimum: int = 0
    valid_days: int = 60


@dataclass(frozen=True)
class Template:
    key: str
    name: dict[str, str]
    about: dict[str, str]
    texts: dict[str, dict[str, str]]
    script: dict[str, str]
    minimum: int  # in round units
    rewards: tuple[dict[str, Any], ...]  # as in the terms, money in round units
    event: str = "first_paid_order"
    hold_days: int = 14
    order_window_days: int = 60
    monthly_limit: int = 10
    coupon: Coupon | None = None
    follow_up_hours: int = 9  # of working time: a usual day


def default_terms(template: Template, currency: str) -> dict[str, Any]:
    """Give the terms of a template in a currency."""
    return {
        "currency": currency,
        "success": {"event": template.event, "minimum": money(template.minimum, currency)},
        "rewards": [_scaled(line, currency) for line in template.rewards],
        "hold": {"days": template.hold_days},
        "promise": {"working_days": 3},
        "click_window": {"days": 30},
        "order_window": {"days": template.order_window_days},
        "limits": {"per_referrer_30_days": {"count": template.monthly_limit}},
        "points_per_currency_unit": {"points": max(1, 100 // _ROUND_UNIT.get(currency, 1))},
        "refund_policy": "proportional",
    }


def money(round_units: int, currency: str) -> dict[str, Any]:
    return {"minor": minor(round_units, currency), "currency": currency}


def minor(round_units: int, currency: str) -> int:
    return round_units * _ROUND_UNIT.get(currency, 1) * 10 ** exponent(currency)


def _scaled(line: dict[str, Any], currency: str) -> dict[str, Any]:
    is_money = {name: name in ("cap", "per") or (name == "amount" and isinstance(line[name], int)) for name in line}
    return {name: money(value, currency) if is_money[name] else value for name, value in line.items()}


_RETAIL = Template(
    key="friend_coupon",
    name={"zh-hans": "好友见面礼", "en": "A coupon for a friend"},
    about={
        "zh-hans": "适合零售与电商：好友首单后得优惠券，推荐人得积分。",
        "en": "For shops: the friend gets a coupon after the first order, the referrer gets points.",
    },
    texts={
        "zh-hans": {
            "headline": "您的朋友送您一份见面礼",
            "offer": "首单满 {minimum}，即可获得{referee}；向您推荐我们的朋友也会得到{referrer}。",
            "terms": "仅限新客户，每位新客户限一次。首单付款后 {days} 天内未退款，奖励自动到账；部分退款按实付比例计算。",
            "share": "这家店我常买，东西靠谱。用我的专属链接下首单，你有{referee}可拿。",
        },
        "en": {
            "headline": "A welcome present from a friend",
            "offer": "Spend {minimum} or more on your first order and get {referee}. The friend who told you about us gets {referrer}.",
            "terms": "For new customers, once each. Rewards arrive {days} days after the first order is paid, "
            "unless it is returned; after a partial refund they are reduced in proportion.",
            "share": "I buy here and like it. Use my link for your first order and there is {referee} in it for you.",
        },
    },
    script={
        "zh-hans": "您好，我是店里的顾问。是您的朋友向我们提到了您，您也确认过愿意接受联系。想先了解一下，您最近在看哪类商品？"
        "首单完成后有一份见面礼给您，我可以帮您挑选，也可以稍后再联系您。",
        "en": "Hello, I am calling from the shop. A friend of yours mentioned you to us, and you agreed that we may get in touch. "
        "What are you looking for at the moment? There is a welcome present for you after your first order; I am glad to help you choose, or to call back later.",
    },
    minimum=20,
    rewards=(
        {"to": "referrer", "kind": "points", "amount": {"points": 200}},
        {"to": "referee", "kind": "coupon", "coupon": "WELCOME"},
    ),
    coupon=Coupon("WELCOME", {"zh-hans": "新朋友见面券", "en": "Welcome coupon"}, "value", value=4, minimum=16),
)

_BEAUTY = Template(
    key="beauty_membership",
    name={"zh-hans": "闺蜜同行", "en": "Better with a friend"},
    about={
        "zh-hans": "适合美容、美发、美甲与健身门店：好友首次消费，双方都有积分，好友另得再次到店券。",
        "en": "For salons and studios: both get points for the friend's first visit, and the friend a coupon for the next.",
    },
    texts={
        "zh-hans": {
            "headline": "您的朋友邀您一起变美",
            "offer": "首次到店消费满 {minimum}，您得{referee}，推荐您的朋友得{referrer}。",
            "terms": "仅限从未到店消费的新客户。消费 {days} 天后奖励到账，期间退款则相应收回。优惠券不可折现。",
            "share": "我常去的这家店手法好、不推销。报我的专属码，首次到店你也有一份礼。",
        },
        "en": {
            "headline": "Your friend would like you to feel as good",
            "offer": "Spend {minimum} or more on your first visit: you get {referee}, and your friend gets {referrer}.",
            "terms": "For guests who have never been before. Rewards arrive {days} days after the visit and are taken back if it is refunded. "
            "Coupons cannot be exchanged for cash.",
            "share": "They are good and never pushy. Give them my code on your first visit and you get something too.",
        },
    },
    script={
        "zh-hans": "您好，这里是您朋友常来的门店。她说您可能想试试我们的项目，您也同意我们联系。请问您平时更在意护肤还是放松？"
        "我先帮您约一个方便的时间，第一次来会有专人接待。",
        "en": "Hello, this is the salon your friend comes to. She thought you might like to try us, and you agreed to a call. "
        "What matters more to you, skin care or time to relax? Let me find you a convenient time; somebody will look after you on your first visit.",
    },
    minimum=30,
    rewards=(
        {"to": "referrer", "kind": "points", "amount": {"points": 300}},
        {"to": "referee", "kind": "points", "amount": {"points": 100}},
        {"to": "referee", "kind": "coupon", "coupon": "NEXTVISIT"},
    ),
    coupon=Coupon(
        "NEXTVISIT", {"zh-hans": "再次到店券", "en": "Next visit coupon"}, "value", value=6, minimum=30, valid_days=90
    ),
    hold_days=7,
    follow_up_hours=4,
)

_EDUCATION = Template(
    key="education_course",
    name={"zh-hans": "同窗计划", "en": "Study together"},
    about={
        "zh-hans": "适合培训与教育机构：好友报名缴费并过了退费期，推荐人得奖学金，好友得续课减免券。",
        "en": "For schools and courses: rewards are given once the refund period of the course is over.",
    },
    texts={
        "zh-hans": {
            "headline": "您的朋友想和您做同学",
            "offer": "首次报名课程满 {minimum}，您得{referee}，推荐您的朋友得{referrer}。",
            "terms": "仅限未曾报名的新学员。缴费满 {days} 天且未退费，奖励自动到账；部分退费按实缴学费比例计算。",
            "share": "我在这里上课，收获不小。想学的话可以先试听，用我的链接报名，之后续课还能减学费。",
        },
        "en": {
            "headline": "Your friend would like to study with you",
            "offer": "Enrol on a first course of {minimum} or more: you get {referee}, and your friend gets {referrer}.",
            "terms": "For new students. Rewards arrive {days} days after the fee is paid, unless the course is cancelled; "
            "after a partial refund they are reduced in proportion.",
            "share": "I am taking a course here and learning a lot. Try a free lesson, and if you enrol with my link your next course costs less.",
        },
    },
    script={
        "zh-hans": "您好，我是学校的课程顾问。您的朋友在我们这里上课，向我们介绍了您。想先听听您的目标和时间安排，"
        "再看哪门课合适。可以先约一节试听课，听完再决定，不合适也没有关系。",
        "en": "Hello, I am a course adviser. A friend of yours studies with us and mentioned you. I would like to hear what you want to achieve "
        "and when you have time, and then see which course fits. You can try a lesson first and decide afterwards.",
    },
    minimum=100,
    rewards=(
        {"to": "referrer", "kind": "cash", "amount": 20},
        {"to": "referee", "kind": "coupon", "coupon": "TUITION"},
    ),
    coupon=Coupon(
        "TUITION", {"zh-hans": "学费减免券", "en": "Tuition coupon"}, "value", value=20, minimum=100, valid_days=180
    ),
    hold_days=30,
    order_window_days=120,
    monthly_limit=5,
    follow_up_hours=8,
)

_RESTAURANT = Template(
    key="restaurant_table",
    name={"zh-hans": "好味同享", "en": "A table for friends"},
    about={
        "zh-hans": "适合餐饮：好友首次用餐，推荐人按消费得积分，好友得下次可用的折扣券。",
        "en": "For restaurants and cafés: points by the bill for the referrer, a discount on the next meal for the friend.",
    },
    texts={
        "zh-hans": {
            "headline": "您的朋友推荐您来尝一尝",
            "offer": "首次用餐满 {minimum}，您得{referee}，推荐您的朋友得{referrer}。",
            "terms": "仅限首次到店用餐的新客人。奖励在用餐 {days} 天后到账。折扣券不与其他优惠同时使用。",
            "share": "这家的味道我很喜欢，约个时间去尝尝？报我的专属码，你下一顿还有折扣。",
        },
        "en": {
            "headline": "Your friend says: come and taste",
            "offer": "When your first bill is {minimum} or more, you get {referee}, and your friend gets {referrer}.",
            "terms": "For first-time guests. Rewards arrive {days} days after the meal. Not to be combined with other offers.",
            "share": "I love the food there. Give them my code on your first visit and your next meal costs less.",
        },
    },
    script={
        "zh-hans": "您好，这里是餐厅前台。您的朋友推荐您来尝尝，我可以为您留个位子。请问几位、什么时间方便，有没有忌口？",
        "en": "Hello, this is the restaurant. A friend recommended us to you, and I would be glad to keep a table. "
        "How many of you will there be, when would suit you, and is there anything you do not eat?",
    },
    minimum=20,
    rewards=(
        {"to": "referrer", "kind": "points_rate", "rate": {"points": 5}, "per": 1},
        {"to": "referee", "kind": "coupon", "coupon": "NEXTMEAL"},
    ),
    coupon=Coupon(
        "NEXTMEAL",
        {"zh-hans": "下次用餐九折券", "en": "10% off the next meal"},
        "percent",
        percent="10",
        cap=10,
        valid_days=45,
    ),
    hold_days=3,
    order_window_days=30,
    follow_up_hours=4,
)

_B2B = Template(
    key="b2b_services",
    name={"zh-hans": "企业伙伴引荐", "en": "Business introductions"},
    about={
        "zh-hans": "适合企业服务：引荐的客户付款后，按实收金额的比例奖励引荐人，设有上限。",
        "en": "For services to companies: a share of the money received, with a cap.",
    },
    texts={
        "zh-hans": {
            "headline": "一位合作伙伴为您引荐我们",
            "offer": "首次合作满 {minimum}，贵司可获得{referee}；引荐人可获得{referrer}。",
            "terms": "仅限首次合作的企业。以实收金额为准，款项到账 {days} 天后发放奖励；退款部分相应扣减。引荐人须遵守所在单位的廉洁规定。",
            "share": "我们和这家服务商合作得很顺利，如果贵司有类似需求，可以直接找他们谈谈，首次合作后还有抵用券。",
        },
        "en": {
            "headline": "A business partner would like to introduce us",
            "offer": "On a first engagement of {minimum} or more your company gets {referee}, and the introducer gets {referrer}.",
            "terms": "For companies that have not worked with us before. Based on money received; paid {days} days after payment, "
            "less whatever is refunded. Introducers keep to the rules of their own employer.",
            "share": "We work well with them. If your company needs something similar, talk to them; after a first engagement there is a credit towards the next.",
        },
    },
    script={
        "zh-hans": "您好，我是客户经理。贵司的合作伙伴向您引荐了我们，您也同意我们联系。方便用十分钟了解一下贵司的需求、预算和时间表吗？"
        "之后我会给您一份针对性的方案，由您决定是否继续。",
        "en": "Hello, I am an account manager. A business partner of yours introduced us, and you agreed to be contacted. "
        "Could we take ten minutes for your needs, budget and schedule? You will then get a proposal made for you, and decide whether to go on.",
    },
    minimum=500,
    rewards=(
        {"to": "referrer", "kind": "cash_percent", "percent": {"percent": "5"}, "cap": 1000},
        {"to": "referee", "kind": "coupon", "coupon": "NEXTPROJECT"},
    ),
    coupon=Coupon(
        "NEXTPROJECT",
        {"zh-hans": "再次合作抵用券", "en": "Next project credit"},
        "value",
        value=50,
        minimum=500,
        valid_days=180,
    ),
    hold_days=30,
    order_window_days=365,
    monthly_limit=5,
    follow_up_hours=8,
)

_REPEAT = Template(
    key="member_circle",
    name={"zh-hans": "会员好友圈", "en": "Members bring members"},
    about={
        "zh-hans": "适合会员连锁：好友一年内的每笔订单，推荐人都按比例得积分。",
        "en": "For memberships: the referrer earns points on every order of the friend for a year.",
    },
    texts={
        "zh-hans": {
            "headline": "您的朋友邀您成为会员",
            "offer": "入会后一年内，您每消费一笔，自己得{referee}，推荐您的朋友得{referrer}。",
            "terms": "仅限新会员。每笔订单付款 {days} 天后结算积分，退款部分相应扣减。",
            "share": "我在这家当会员好几年了，服务一直不错。用我的码入会，你也有新人积分。",
        },
        "en": {
            "headline": "Your friend invites you to become a member",
            "offer": "In your first year as a member you get {referee}, and your friend gets {referrer}.",
            "terms": "For new members. Points are settled {days} days after each order is paid, less whatever is refunded.",
            "share": "I have been a member for years and the service is good. Join with my code and you get points as well.",
        },
    },
    script={
        "zh-hans": "您好，欢迎您经朋友介绍成为会员。我帮您看一下会员权益，顺便了解您的喜好，以后有合适的新品第一时间告诉您，可以吗？",
        "en": "Hello, and welcome; a friend told you about us. May I show you what membership gives you and ask what you like, "
        "so that we only tell you about things that suit you?",
    },
    minimum=1,
    rewards=(
        {"to": "referrer", "kind": "points_rate", "rate": {"points": 2}, "per": 1},
        {"to": "referee", "kind": "points_rate", "rate": {"points": 1}, "per": 1},
    ),
    event="paid_order",
    hold_days=14,
    order_window_days=365,
    monthly_limit=200,
)

_CHANNEL = Template(
    key="manufacturing_channel",
    name={"zh-hans": "渠道伙伴推荐", "en": "Channel partners"},
    about={
        "zh-hans": "适合制造企业的经销与安装渠道：伙伴推荐的新客户首批货款到账后，按实收金额奖励伙伴，新客户得下批订货抵用券。",
        "en": "For makers who sell through dealers and installers: partners earn on a new account's first paid order, the account a credit on its next.",
    },
    texts={
        "zh-hans": {
            "headline": "合作伙伴为您推荐一家可靠的厂家",
            "offer": "首批订货满 {minimum}，贵司可获得{referee}；推荐的伙伴可获得{referrer}。",
            "terms": "仅限首次订货的企业客户。以实际到账货款为准，到账 {days} 天后结算；退货、索赔部分相应扣减。推荐人须遵守所在单位的廉洁规定，不适用于招投标项目。",
            "share": "他们的交期和质量我们一直放心。贵司如有同类采购需求，可以直接找他们打样报价，首批订货后还有抵用券。",
        },
        "en": {
            "headline": "A partner recommends a maker you can rely on",
            "offer": "On a first order of {minimum} or more your company gets {referee}, and the partner who introduced you gets {referrer}.",
            "terms": "For companies that have not ordered from us before. Based on money received; settled {days} days after payment, "
            "less returns and claims. Partners keep to the rules of their own employer. Not for public tenders.",
            "share": "Their lead times and quality have never let us down. If you buy this kind of part, ask them for samples and a quotation; there is a credit after the first order.",
        },
    },
    script={
        "zh-hans": "您好，我是厂里的渠道经理。您的合作伙伴向您推荐了我们，您也同意我们联系。想先了解贵司的规格、年用量和交期要求，"
        "我安排打样并给出含税报价，合适再谈首批订货。",
        "en": "Hello, I look after partners at the works. A partner of yours recommended us, and you agreed to be contacted. "
        "May I ask for the specification, yearly quantity and lead time you need? We will send samples and a quotation, and you decide from there.",
    },
    minimum=1000,
    rewards=(
        {"to": "referrer", "kind": "cash_percent", "percent": {"percent": "2"}, "cap": 2000},
        {"to": "referee", "kind": "coupon", "coupon": "NEXTBATCH"},
    ),
    coupon=Coupon(
        "NEXTBATCH",
        {"zh-hans": "下批订货抵用券", "en": "Next batch credit"},
        "value",
        value=60,
        minimum=1000,
        valid_days=365,
    ),
    hold_days=45,
    order_window_days=730,
    monthly_limit=5,
)

TEMPLATES: dict[str, Template] = {t.key: t for t in (_RETAIL, _BEAUTY, _EDUCATION, _RESTAURANT, _B2B, _REPEAT, _CHANNEL)}
