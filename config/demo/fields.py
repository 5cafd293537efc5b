"""Own fields of deals, leads and cases, with what is known of most; one is asked for at a stage, one before a case is solved."""

from datetime import timedelta

from config.demo.life import Life
from crm import operations as crm
from crm.models import Case, Deal, DealStage, Lead
from crm.operations import deals as selling
from crm.operations import leads as leading
from crm.rules.leads import CLOSED

_ACME = {
    ("deal", "delivery", "choice", True): {
        "": ("Delivery", "配送方式"), "weekly": ("Every week", "每周"), "monthly": ("Every month", "每月"), "once": ("Once", "一次"),
    },
    ("deal", "machines", "number", False): {"": ("Machines on site", "现有设备")},
    ("lead", "place", "choice", True): {
        "": ("Where they drink it", "饮用场所"), "home": ("At home", "家里"), "office": ("In the office", "办公室"), "cafe": ("In a café", "咖啡馆"),
    },
    ("lead", "tasting_on", "date", False): {"": ("Tasting wanted on", "希望品鉴日期")},
    ("case", "batch", "text", True): {"": ("Roast batch", "烘焙批次")},
    ("case", "returned", "yes_no", True): {"": ("Goods have come back", "商品已寄回")},
}  # fmt: skip
_CHUNXI = {
    ("deal", "package", "choice", True): {
        "": ("Package", "套餐"), "trial": ("Trial", "体验装"), "season": ("A season", "季度"), "year": ("A year", "年度"),
    },
    ("deal", "rooms", "number", False): {"": ("Treatment rooms", "护理间数")},
    ("lead", "concern", "choice", True): {
        "": ("What it is about", "关注问题"), "dry": ("Dryness", "干燥"), "bright": ("Radiance", "提亮"), "sensitive": ("Sensitive skin", "敏感"),
    },
    ("lead", "visit_on", "date", False): {"": ("Visit wanted on", "希望到店日期")},
    ("case", "batch", "text", True): {"": ("Batch number", "批号")},
    ("case", "reaction", "yes_no", True): {"": ("Skin reacted", "出现过敏")},
}  # fmt: skip
_SHOPS = {"en": _ACME, "zh-hans": _CHUNXI}


def ask_for_more(life: Life) -> None:
    """Add the fields and fill in most of them, as the owner."""
    told = _SHOPS[life.shop.language]
    with life.at(life.today - timedelta(hours=2), "owner"):
        for (subject, key, kind, is_in_lists), words in told.items():
            _field(subject, key, kind, is_in_lists, words)
        for deal in Deal.objects.filter(state="open").order_by("id")[:14]:
            selling.change_deal(deal.id, custom=_answers(life, "deal"))
        for lead in Lead.objects.exclude(state__in=CLOSED).order_by("id")[:12]:
            leading.change_lead(lead.id, custom=_answers(life, "lead"))
        for case in Case.objects.exclude(status="closed").order_by("id")[:10]:
            crm.change_case(case.id, custom=_answers(life, "case"))
        _ask_at_a_stage(next(key for subject, key, _kind, _listed in told if subject == "deal"))


def _field(subject: str, key: str, kind: str, is_in_lists: bool, words: dict) -> None:
    labels = {value: {"en": en, "zh-hans": zh} for value, (en, zh) in words.items()}
    crm.create_custom_field(
        subject=subject, key=key, kind=kind, label=labels.pop(""), is_in_lists=is_in_lists,
        choices=[{"value": value} | label for value, label in labels.items()],
        required_stages=["solved"] if key == "batch" else [],
    )  # fmt: skip


def _answers(life: Life, subject: str) -> dict:
    """Not everything is known of everybody."""
    dice, said = life.dice, {}
    for (of, key, kind, _listed), words in _SHOPS[life.shop.language].items():
        if of != subject or dice.random() < 0.25:
            continue
        choices = [value for value in words if value]
        day = (life.today + timedelta(days=dice.randrange(2, 30))).date().isoformat()
        said[key] = {
            "choice": lambda choices=choices: dice.choice(choices),
            "number": lambda: dice.randrange(1, 6),
            "date": lambda day=day: day,
            "text": lambda: f"B{dice.randrange(2400, 2500)}",
            "yes_no": lambda: dice.random() < 0.4,
        }[kind]()
    return said


def _ask_at_a_stage(key: str) -> None:
    """Ask for the deal's own field from the third stage of the pipeline on."""
    stage = DealStage.objects.filter(pipeline__is_default=True, kind="open", archived_at=None).order_by("position")[2]
    selling.change_stage(stage.id, required_fields=[*stage.required_fields, f"custom:{key}"])
