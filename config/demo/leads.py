"""Enquiries of the demo's shops: forms, rules, leads in every state, one that is late, a pool, a doubtful entry."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from config.demo.life import Life
from crm.models import Lead, LeadForm, LeadFormDay
from crm.operations import leads as leading
from foundation.errors import DomainError
from foundation.working_time import OFFICE_HOURS
from tenancy import calendar


@dataclass(frozen=True)
class Words:
    """What a shop asks and is asked."""

    form: str
    title: dict[str, str]
    intro: dict[str, str]
    choice: dict[str, str]
    options: tuple[dict[str, str], ...]
    second: str
    draft: str
    wishes: tuple[str, ...]
    script: dict[str, str]
    rules: tuple[str, str, str]
    pool: str
    city: str
    campaigns: tuple[str, str]
    said: str


_EN = Words(
    form="Coffee for the office", draft="Wedding coffee bar", second="Workshop waiting list",
    title={"en": "Good coffee for your office", "zh-hans": "为您的办公室准备好咖啡"},
    intro={"en": "Tell us how many you are. We call you back the same day.", "zh-hans": "告诉我们有多少人，我们当天回电。"},
    choice={"en": "How many of you drink coffee?", "zh-hans": "有多少人喝咖啡？"},
    options=({"en": "Up to 10", "zh-hans": "10 人以内"}, {"en": "10 to 50", "zh-hans": "10 到 50 人"}, {"en": "More than 50", "zh-hans": "50 人以上"}),
    wishes=(
        "We are twelve and drink far too much instant.", "A kilo of the house espresso every week?", "Do you lend machines?",
        "Looking for a present for forty clients.", "Can you grind for a moka pot?", "A tasting for our team in spring.",
    ),
    script={
        "en": "Thank them for asking. How many drink coffee, and how today? Offer a tasting box, and a date to call again.",
        "zh-hans": "感谢咨询。先问有多少人喝咖啡、目前怎么喝；再推荐品鉴装，并约好回访时间。",
    },
    rules=("London goes to Sam", "Trade fair, in turn", "Everything else"), pool="Workshop desk", city="London",
    campaigns=("autumn-fair", "office-2026"), said="Drinks a kilo a week; sends us the number of desks.",
)  # fmt: skip
_ZH = Words(
    form="新娘妆咨询", draft="企业礼盒询价", second="皮肤检测预约",
    title={"en": "Your wedding make-up", "zh-hans": "您的新娘妆"},
    intro={"en": "Tell us the day. A make-up artist calls you back within hours.", "zh-hans": "告诉我们婚期，化妆师会在数小时内回电。"},
    choice={"en": "What are you interested in?", "zh-hans": "您感兴趣的是？"},
    options=({"en": "Wedding make-up", "zh-hans": "新娘妆"}, {"en": "Trial", "zh-hans": "试妆"}, {"en": "The bridesmaids too", "zh-hans": "伴娘妆"}),
    wishes=("婚期在明年五月，想先试妆。", "面霜适合敏感肌吗？", "公司三八节想订六十份礼盒。", "周末可以做皮肤检测吗？", "想了解会员价。", "伴娘妆可以一起做吗？"),
    script={
        "en": "Congratulate them. Ask for the day, the place and the style; offer a trial on a weekend.",
        "zh-hans": "先道喜。确认婚期、地点和风格，推荐周末试妆，并约好时间。",
    },
    rules=("成都客户由陈晓跟进", "展会线索轮流分配", "其余线索"), pool="检测预约组", city="成都",
    campaigns=("秋季展会", "老带新"), said="婚期五月二日，想要清透妆感，周末来试妆。",
)  # fmt: skip

# days ago, what happened after the lead was there
_LEADS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (24, ("contact", "qualify", "convert")), (21, ("contact", "disqualify")), (19, ("contact", "qualify", "convert")),
    (17, ("contact", "qualify")), (15, ("contact", "disqualify")), (14, ("contact", "qualify", "convert")), (12, ("release",)),
    (11, ("contact", "qualify")), (10, ("contact",)), (9, ("disqualify",)), (8, ("contact", "qualify")), (7, ("contact",)),
    (6, ("contact", "protect")), (5, ("release",)), (4, ("contact", "qualify")), (4, ("contact",)), (3, ("contact",)),
    (3, ("hand_over",)), (2, ()), (1, ("contact",)), (1, ("release",)), (0, ("contact",)), (0, ()), (0, ()), (0, ()),
)  # fmt: skip
_REASONS = (("no_need", "later"), ("competitor", "price"), ("unreachable", "no_answer"))


def bring_leads(life: Life) -> None:
    """Let a month of enquiries come in, and leave them where a visitor finds something to do."""
    words = _ZH if life.shop.language == "zh-hans" else _EN
    form = _set_up(life, words)
    for number, (days, steps) in enumerate(_LEADS):
        _one(life, words, form, number, days, steps)
    _known_customer_asks(life, words, form)
    _doubts(life, form)
    with life.at(life.today):
        leading.wake_leads()


def _set_up(life: Life, words: Words) -> LeadForm:
    with life.at(life.today - timedelta(days=30), "owner"):
        calendar.set_week(OFFICE_HOURS if life.shop.country == "GB" else [((600, 1260),)] * 6 + [((600, 1080),)])
        for year in (2026, 2027):
            calendar.load_holidays(life.shop.country, year, language=life.shop.language)
        _rules(life, words)
    with life.at(life.today - timedelta(days=30), "marketer"):
        form = _form(words, words.form, asks_choice=True)
        _form(words, words.second, asks_choice=False)
        leading.create_form(words.draft, _definition(words, asks_choice=False))
    with life.at(life.today):
        for n in range(30):
            day = (life.today - timedelta(days=n)).date()
            LeadFormDay.objects.create(form=form, day=day, views=life.dice.randrange(1, 9))
    with life.at(life.today, "service"):
        away = date.fromordinal(life.today.toordinal() + 6)
        calendar.add_absence(
            life.members["service"].id, first_day=away, last_day=away + timedelta(days=4), deputy_id=life.members["sales"].id
        )
    return form


def _rules(life: Life, words: Words) -> None:
    sales, service, marketer = (life.members[role].id for role in ("sales", "service", "marketer"))
    leading.set_policy(response_minutes=240, script=words.script, claims_a_day=5, in_hand=25)
    pool = leading.add_pool(words.pool, [service])
    city = [{"fact": "city", "values": [words.city]}]
    leading.save_rule(name=words.rules[0], how="person", members=[sales], criteria=city)
    fair = [{"fact": "campaign", "values": [words.campaigns[0]]}]
    leading.save_rule(name=words.rules[1], how="round_robin", members=[sales, marketer], criteria=fair)
    booked = [{"fact": "source", "values": ["event"]}]
    leading.save_rule(name=words.pool, how="pool", criteria=booked, pool_id=pool.id)
    leading.save_rule(name=words.rules[2], how="least_load", members=[sales, service, marketer])


def _form(words: Words, name: str, *, asks_choice: bool) -> LeadForm:
    form = leading.create_form(name, _definition(words, asks_choice=asks_choice))
    leading.save_form(
        form.id, name=name, definition=form.draft, origins=["https://www.example.com"], campaign=words.campaigns[1]
    )  # fmt: skip
    return leading.publish_form(form.id)


def _definition(words: Words, *, asks_choice: bool) -> dict:
    choice = {"kind": "choice", "key": "q4", "label": words.choice, "options": list(words.options), "is_required": False}
    return {
        "title": words.title, "intro": words.intro, "button": {"en": "Call me back", "zh-hans": "请回电"},
        "consent": {"en": "You may keep my details to answer this.", "zh-hans": "同意保存我的联系方式，用于回复本次咨询。"},
        "thanks_title": {"en": "Thank you", "zh-hans": "谢谢"},
        "thanks": {"en": "We call you back today.", "zh-hans": "我们今天就给您回电。"},
        "fields": [
            {"kind": "name", "label": {"en": "Your name", "zh-hans": "您的姓名"}, "is_required": True},
            {"kind": "phone", "label": {"en": "Phone", "zh-hans": "手机号"}, "is_required": True},
            {"kind": "city", "label": {"en": "City", "zh-hans": "城市"}},
            *([choice] if asks_choice else []),
            {"kind": "message", "label": {"en": "What do you need?", "zh-hans": "您需要什么？"}},
        ],
    }  # fmt: skip


def _one(life: Life, words: Words, form: LeadForm, number: int, days: int, steps: tuple[str, ...]) -> None:
    came = life.today - timedelta(days=days, hours=1 + number % 4)
    with life.at(came):
        entry = leading.submit_entry(form.id, _told(life, words, number))
    lead_id = _lead_of(life, entry)
    for after, step in enumerate(steps, 1):
        _step(life, words, lead_id, step, min(came + timedelta(hours=2 * after + number % 5), life.today), number)


def _told(life: Life, words: Words, number: int) -> leading.Submission:
    answers = {
        "name": life.draw_name(), "phone": life.draw_phone(), "city": life.dice.choice(life.shop.places)[1],
        "message": words.wishes[number % len(words.wishes)], "q4": words.options[number % 3][life.shop.language],
    }  # fmt: skip
    return leading.Submission(
        key=f"demo:{number}", answers=answers, language=life.shop.language, channel="qr" if number % 3 == 0 else "link",
        campaign=words.campaigns[0] if number % 4 == 1 else "",
    )  # fmt: skip


def _lead_of(life: Life, entry):
    with life.at(life.today):
        return Lead.objects.values_list("id", flat=True).get(entry_id=entry.id)


def _step(life: Life, words: Words, lead_id, step: str, at, number: int) -> None:
    with life.at(at, "sales"), suppress(DomainError):  # it went another way by itself: back into the pool, say
        _STEPS[step](life, words, lead_id, number)


_STEPS = {
    "contact": lambda life, words, id, n: leading.record_contact(id, kind="call", result="reached", text=words.said),
    "qualify": lambda life, words, id, n: leading.qualify_lead(id),
    "convert": lambda life, words, id, n: leading.convert_lead(id),
    "disqualify": lambda life, words, id, n: leading.disqualify_lead(
        id, reason=_REASONS[n % 3][0], detail=_REASONS[n % 3][1]
    ),
    "release": lambda life, words, id, n: leading.release_lead(id),
    "protect": lambda life, words, id, n: leading.protect_lead(id, is_protected=True),
    "hand_over": lambda life, words, id, n: leading.hand_over_lead(id, life.members["service"].id, note=words.said),
}


def _known_customer_asks(life: Life, words: Words, form: LeadForm) -> None:
    with life.at(life.today - timedelta(minutes=40)):
        told = leading.LeadReport(
            key="demo:known", source="wechat" if life.shop.country == "CN" else "phone", customer_id=life.customers[3],
            message=words.wishes[1], referrer_id=life.customers[0], campaign=words.campaigns[1],
        )  # fmt: skip
        leading.capture_lead(told)
        event = leading.LeadReport(key="demo:event", source="event", name=life.draw_name(), phone=life.draw_phone())
        leading.capture_lead(event)


def _doubts(life: Life, form: LeadForm) -> None:
    with life.at(life.today - timedelta(hours=3)):
        spam = {
            "name": "SEO Experts",
            "phone": life.draw_phone(),
            "message": "https://a.example https://b.example https://c.example",
        }
        leading.submit_entry(form.id, leading.Submission(key="demo:spam", answers=spam, language="en"))
        quick = {"name": life.draw_name(), "phone": life.draw_phone(), "message": "…"}
        leading.submit_entry(
            form.id, leading.Submission(key="demo:quick", answers=quick, language=life.shop.language, doubt="too_fast")
        )
