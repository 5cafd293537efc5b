"""Who and what the demo's two shops are: data only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    sku: str
    name: str
    category: str
    price_minor: int


@dataclass(frozen=True)
class Shop:
    slug: str
    name: str
    language: str
    country: str
    currency: str
    time_zone: str
    colour: str
    staff: tuple[tuple[str, str, str], ...]  # role, name, mailbox
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    places: tuple[tuple[str, str], ...]  # province, city
    occupations: tuple[str, ...]
    products: tuple[Product, ...]
    tags: tuple[str, ...]
    talk: tuple[tuple[str, str], ...]  # kind of interaction, text
    tasks: tuple[str, ...]
    campaigns: tuple[str, ...]  # names: ended, running, second running, paused, scheduled, draft
    tight_minor: int  # budget of the running campaign: it is used up in the last weeks

    def full_name(self, first: str, last: str) -> str:
        return last + first if self.language == "zh-hans" else f"{first} {last}"


ACME = Shop(
    slug="acme", name="Acme Coffee Roasters", language="en", country="GB", currency="GBP", time_zone="Europe/London", colour="#0f766e",
    staff=(
        ("owner", "Grace Hall", "owner"), ("marketer", "Gus Porter", "marketer"), ("sales", "Sam Reed", "sales"),
        ("service", "Sue Lane", "service"), ("finance", "Fay Stone", "finance"), ("auditor", "Alan Moss", "auditor"),
    ),
    first_names=(
        "Amelia", "Arthur", "Beatrice", "Caleb", "Charlotte", "Daisy", "Edward", "Eliza", "Felix", "Florence", "George", "Harriet",
        "Imogen", "Isaac", "Jasper", "Katherine", "Leo", "Louisa", "Martha", "Nathan", "Olive", "Oscar", "Phoebe", "Rupert",
        "Sophia", "Theo", "Violet", "William", "Yasmin", "Zachary",
    ),
    last_names=(
        "Abbott", "Barnes", "Carter", "Dawson", "Ellis", "Foster", "Grant", "Hughes", "Irving", "Jennings", "Kerr", "Lambert",
        "Marsh", "Nolan", "Osborne", "Palmer", "Quinn", "Rhodes", "Shaw", "Turner", "Underwood", "Vaughan", "Webb", "Young",
    ),
    places=(("Greater London", "London"), ("Greater Manchester", "Manchester"), ("West Yorkshire", "Leeds"), ("Avon", "Bristol"), ("Lothian", "Edinburgh")),
    occupations=("Teacher", "Designer", "Nurse", "Engineer", "Accountant", "Student", "Chef", ""),
    products=(
        Product("ESP-250", "House espresso, 250 g", "Coffee", 950), Product("ETH-250", "Ethiopia Guji, 250 g", "Coffee", 1250),
        Product("COL-1000", "Colombia Huila, 1 kg", "Coffee", 3400), Product("DEC-250", "Decaf Sugarcane, 250 g", "Coffee", 1090),
        Product("V60-SET", "V60 dripper set", "Equipment", 2800), Product("GRN-MAN", "Hand grinder", "Equipment", 6900),
        Product("KET-GN", "Gooseneck kettle", "Equipment", 5450), Product("CUP-2", "Stoneware cups, pair", "Tableware", 2200),
        Product("SUB-M", "Monthly subscription", "Subscription", 1800), Product("WORK-1", "Barista workshop", "Events", 4500),
    ),
    tags=("Subscriber", "Home barista", "Office", "Gift buyer", "Workshop"),
    talk=(
        ("call", "Asked which grind suits a moka pot. Sent the guide."), ("email", "Wants the next Ethiopia lot; told her it lands in three weeks."),
        ("visit", "Came to the roastery, tasted four coffees, took the Guji."), ("chat", "Parcel was late by two days; apologised, he is fine with it."),
        ("note", "Buys for an office of twelve. Offer a kilo subscription."), ("meeting", "Talked through the workshop dates in spring."),
        ("call", "Very happy with the grinder; would recommend us to friends."), ("note", "Prefers e-mail in the evening."),
    ),
    tasks=("Call about the office subscription", "Send the tasting invitation", "Ask how the grinder works out", "Check the late parcel", "Offer the spring workshop"),
    campaigns=("Summer friends", "Bring a friend for coffee", "Office referral", "Workshop companions", "Winter friends", "Spring idea"),
    tight_minor=9_000,
)  # fmt: skip

CHUNXI = Shop(
    slug="chunxi", name="春熙美妆", language="zh-hans", country="CN", currency="CNY", time_zone="Asia/Shanghai", colour="#be185d",
    staff=(
        ("owner", "林春熙", "owner"), ("marketer", "周敏", "marketer"), ("sales", "陈晓", "sales"), ("service", "刘芳", "service"),
        ("finance", "何静", "finance"), ("auditor", "郑刚", "auditor"),
    ),
    first_names=(
        "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "艳", "勇", "杰", "娟", "涛", "明", "超", "秀英", "霞", "平",
        "婷", "雪", "慧", "晨曦", "雨桐", "子涵", "欣怡", "思远", "佳琪", "梦瑶",
    ),
    last_names=("王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗", "梁", "宋", "郑", "谢"),
    places=(("四川", "成都"), ("重庆", "重庆"), ("上海", "上海"), ("广东", "深圳"), ("浙江", "杭州"), ("湖北", "武汉")),
    occupations=("教师", "设计师", "护士", "工程师", "会计", "学生", "自由职业", ""),
    products=(
        Product("JH-001", "玫瑰精华水 150ml", "护肤", 16800), Product("JH-002", "修护面霜 50g", "护肤", 25800),
        Product("JH-003", "氨基酸洁面 120g", "护肤", 8900), Product("CZ-001", "丝绒口红", "彩妆", 12900), Product("CZ-002", "轻透粉底液", "彩妆", 19900),
        Product("CZ-003", "九色眼影盘", "彩妆", 15900), Product("FW-001", "皮肤护理体验", "服务", 29800), Product("FW-002", "新娘妆", "服务", 128000),
        Product("GJ-001", "化妆刷套装", "工具", 9900), Product("LH-001", "节日礼盒", "礼盒", 39900),
    ),
    tags=("敏感肌", "会员日常客", "新娘", "送礼", "老带新"),
    talk=(
        ("call", "咨询面霜是否适合敏感肌，已建议先做耳后测试。"), ("chat", "问口红到货时间，预计下周三，已登记提醒。"),
        ("visit", "到店做皮肤检测，购买了精华水，约好三周后复查。"), ("email", "快递破损，已补发并致歉，顾客表示理解。"),
        ("note", "下个月婚礼，需要试妆，优先安排周末。"), ("meeting", "沟通企业三八节礼盒采购，预计六十份。"),
        ("call", "用完面霜效果很好，愿意介绍同事来。"), ("note", "喜欢晚上八点以后联系。"),
    ),
    tasks=("回访面霜使用情况", "邀请参加新品体验", "确认试妆时间", "跟进企业礼盒采购", "补发破损商品后回访"),
    campaigns=("夏日闺蜜计划", "好友到店有礼", "企业团购引荐", "新娘同行计划", "新年闺蜜计划", "春季构思"),
    tight_minor=42_000,
)  # fmt: skip
