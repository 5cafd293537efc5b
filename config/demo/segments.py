"""Segments with a history, fields of the shop's own, a data standard and lifecycle rules."""

from datetime import timedelta

from django.utils import translation

from config.demo.life import Life
from crm import operations as crm
from crm.models import Customer
from crm.segment_ideas import IDEAS

KEPT = ("sleeping", "birthday", "big_spenders", "happy_referrers", "new_this_week", "no_consent")
HISTORY_DAYS = 45

_FIELDS = {
    "en": (
        ("roast", {"en": "Favourite roast", "zh-hans": "偏爱烘焙度"}, "choice", ("light", "medium", "dark")),
        ("grinder", {"en": "Grinder at home", "zh-hans": "家中有磨豆机"}, "yes_no", ()),
        ("brews", {"en": "How they brew", "zh-hans": "冲煮方式"}, "choices", ("filter", "espresso", "moka", "cold")),
        ("cups_a_day", {"en": "Cups a day", "zh-hans": "每日杯数"}, "number", ()),
        ("first_visit", {"en": "First visit to the shop", "zh-hans": "首次到店"}, "date", ()),
    ),
    "zh-hans": (
        ("skin", {"en": "Skin type", "zh-hans": "肤质"}, "choice", ("dry", "oily", "mixed", "sensitive")),
        ("allergic", {"en": "Has allergies", "zh-hans": "有过敏史"}, "yes_no", ()),
        ("concerns", {"en": "Concerns", "zh-hans": "护肤诉求"}, "choices", ("moisture", "spots", "firming", "sun")),
        ("yearly_budget", {"en": "Yearly budget", "zh-hans": "年度护肤预算"}, "money", ()),
        ("skin_test_on", {"en": "Last skin test", "zh-hans": "最近肤质检测"}, "date", ()),
    ),
}
_CHOICES = {
    "light": "浅烘", "medium": "中烘", "dark": "深烘", "filter": "手冲", "espresso": "意式", "moka": "摩卡壶", "cold": "冷萃",
    "dry": "干性", "oily": "油性", "mixed": "混合", "sensitive": "敏感", "moisture": "补水", "spots": "淡斑", "firming": "紧致",
    "sun": "防晒",
}  # fmt: skip
_RULES = (
    ("Lost after four months without an order", "四个月未下单即流失", "lost",
     {"fact": "last_order_at", "op": "more_than_days_ago", "value": 120}),
    ("Loyal after five orders within a year", "一年内五单即忠诚", "loyal",
     {"fact": "order_count", "op": "at_least", "value": 5, "within_days": 365}),
    ("A customer again after a new order", "再次下单即恢复为客户", "customer",
     {"match": "all", "conditions": [{"fact": "stage", "op": "one_of", "value": ["lost", "prospect", "lead"]},
                                     {"fact": "last_order_at", "op": "in_last_days", "value": 60}]}),
)  # fmt: skip
_GUESTS = {"en": "Guests of the spring tasting", "zh-hans": "春季沙龙来宾"}


def know_customers(life: Life) -> None:
    """Run at the end of the story, when there is something to count."""
    language = life.shop.language
    with translation.override(language):
        _fields(life)
        with life.at(life.today - timedelta(days=HISTORY_DAYS), "owner"):
            for key in KEPT:
                _keep(key, life)
            listed = crm.create_segment(name=_GUESTS[language], kind="static", owner_id=life.members["owner"].id)
            crm.add_members(listed.id, life.customers[:9])
            crm.create_segment(name=_mine(language), conditions=_mine_conditions(), owner_id=life.members["owner"].id,
                               is_shared=False)  # fmt: skip
        _history(life)
        _standard(life)


def _mine(language: str) -> str:
    return "复购但尚未推荐" if language == "zh-hans" else "Repeat buyers I want to ask"


def _mine_conditions() -> dict:
    return {
        "match": "all",
        "conditions": [
            {"fact": "order_count", "op": "at_least", "value": 2, "within_days": 180},
            {"match": "none", "conditions": [
                {"fact": "referrals_made", "op": "at_least", "value": 1},
                {"fact": "stage", "op": "one_of", "value": ["lost"]},
            ]},
        ],
    }  # fmt: skip


def _keep(key: str, life: Life) -> None:
    idea = IDEAS[key]
    crm.create_segment(
        name=str(idea.name), description=str(idea.description), conditions=idea.conditions, owner_id=life.members["owner"].id
    )


def _history(life: Life) -> None:
    for days in range(HISTORY_DAYS, -1, -3):
        with life.at(life.today - timedelta(days=days)):
            crm.count_segments()


def _fields(life: Life) -> None:
    with life.at(life.today - timedelta(days=HISTORY_DAYS), "owner"):
        for key, label, kind, choices in _FIELDS[life.shop.language]:
            crm.create_custom_field(
                subject="customer", key=key, label=label, kind=kind, is_in_lists=kind == "choice",
                choices=[{"value": one, "en": one.capitalize(), "zh-hans": _CHOICES[one]} for one in choices],
            )  # fmt: skip
        old = crm.create_custom_field(subject="customer", key="fax", label={"en": "Fax", "zh-hans": "传真"}, kind="phone")
        crm.archive_custom_field(old.id)
        for customer in Customer.objects.filter(id__in=life.customers[:40]):
            crm.update_customer(customer.id, custom=_answers(life))


def _answers(life: Life) -> dict:
    """Not everybody was asked everything."""
    dice, said = life.dice, {}
    for key, _label, kind, choices in _FIELDS[life.shop.language]:
        if dice.random() < 0.3:
            continue
        day = (life.today - timedelta(days=dice.randrange(20, 700))).date().isoformat()
        said[key] = {
            "choice": lambda choices=choices: dice.choice(choices),
            "choices": lambda choices=choices: dice.sample(choices, 2),
            "yes_no": lambda: dice.random() < 0.5,
            "number": lambda: dice.randrange(1, 6),
            "money": lambda: dice.randrange(10, 90) * 10_000,
            "date": lambda day=day: day,
        }[kind]()
    return said


def _standard(life: Life) -> None:
    with life.at(life.today - timedelta(hours=3), "owner"):
        crm.set_standard(required={"customer": ["phone"], "loyal": ["phone", "owner_id", "birth_date"]}, stale_days=90)
        for english, chinese, stage, conditions in _RULES:
            name = chinese if life.shop.language == "zh-hans" else english
            crm.create_rule(name=name, conditions=conditions, stage=stage, is_active=stage != "customer")
