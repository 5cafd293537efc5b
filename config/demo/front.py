"""The demo's front line: scripts with results, cards to ask today, honours, and names on the wall."""

import random
from datetime import timedelta

from config.demo.life import Life
from crm.models import Customer
from loyalty.operations import save_badge
from referrals.models import Ask, Referral
from referrals.operations.asking import Occasion, answer_ask, offer_cards, save_script
from referrals.operations.honours import agree_to_be_named, honour, save_honour_step, set_honour_rules
from referrals.rules.asking import REASONS

_SCRIPTS = (
    ("Thank you", "感谢", "A", "satisfied",
     "{customer}, thank you for your kind words. Do you know somebody who would enjoy {organisation} as well? "
     "Here is a small welcome for them.",
     "{customer}，谢谢您的肯定！身边有朋友也会喜欢{organisation}吗？我们为他们准备了一份见面礼。"),
    ("Thank you", "感谢", "B", "satisfied",
     "{customer}, we are glad you were happy! Most of our customers come from friends. Whom would you bring along?",
     "{customer}，很高兴您满意！我们的顾客大多是朋友介绍来的，您会想带谁一起来呢？"),
    ("Welcome back", "欢迎回来", "A", "repurchase",
     "{customer}, good to see you again. May I give you a card for a friend? It works from today.",
     "{customer}，欢迎再次光临！送您一张好友卡，朋友今天就能用。"),
)  # fmt: skip
_DO = {"en": "Ask after the compliment, not before the bill.", "zh-hans": "在客户表扬之后提，不要在结账前提。"}
_AVOID = {"en": "No pressure, no promises beyond the campaign.", "zh-hans": "不要催促，不要承诺活动以外的内容。"}
_BADGES = (
    (1, "first_friend", {"en": "First friend", "zh-hans": "首位好友"}, "heart"),
    (3, "host", {"en": "Good host", "zh-hans": "热心东道主"}, "star"),
    (5, "ambassador", {"en": "Ambassador", "zh-hans": "品牌大使"}, "trophy"),
)


def ask_and_honour(life: Life) -> None:
    """Ask for referrals over four months, leave some cards open, honour who brought friends."""
    chance, language = random.Random(f"{life.shop.slug} front"), life.shop.language
    with life.at(life.today - timedelta(weeks=17), "owner"):
        for english, chinese, variant, situation, en, zh in _SCRIPTS:
            name = chinese if language == "zh-hans" else english
            texts = {"en": en, "zh-hans": zh}
            save_script(name=name, variant=variant, situation=situation, text=texts, do=_DO, avoid=_AVOID)
        for friends, code, names, icon in _BADGES:
            save_badge(code=code, name=names, icon=icon)
            save_honour_step(friends=friends, badge=code)
        set_honour_rules(is_wall_public=True, title={"en": "Thank you, friends", "zh-hans": "感谢墙"})
    with life.at(life.today):
        people = list(Customer.objects.filter(stage__in=["customer", "loyal"]).order_by("-id")[:60])
        referrers = list(
            Referral.objects.filter(converted_at__isnull=False).values_list("referrer_id", flat=True).distinct()
        )
    for week in range(16, 0, -1):
        with life.at(life.today - timedelta(weeks=week), "sales"):
            _ask(people[week::17], chance, week)
    with life.at(life.today):
        offer_cards(_occasions(people[:6], "today"))
        honour(referrers)
        for person in Customer.objects.filter(id__in=sorted(referrers)[:6]):
            for surface in ("board", "wall", "screen"):
                agree_to_be_named(person.id, surface=surface, display_name=_called(person.name, language))


def _ask(people, chance: random.Random, week: int) -> None:
    for card in offer_cards(_occasions(people, str(week))):
        answer = chance.choices((Ask.State.ACCEPTED, Ask.State.LATER, Ask.State.REFUSED), (5, 3, 2))[0]
        reason = chance.choice(REASONS) if answer == Ask.State.REFUSED else ""
        answer_ask(card.id, answer=answer, reason=reason)


def _occasions(people, when: str) -> list[Occasion]:
    causes = (Ask.Cause.SATISFIED, Ask.Cause.REPURCHASE)
    return [Occasion(one.id, causes[n % 2], f"demo:ask:{when}:{one.id}") for n, one in enumerate(people)]


def _called(name: str, language: str) -> str:
    """Shorten a name as people do who like to be thanked but not to be found."""
    first, _space, last = name.partition(" ")
    return f"{name[0]}女士" if language == "zh-hans" else f"{first} {last[:1]}."
