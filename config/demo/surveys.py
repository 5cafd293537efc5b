"""A survey after orders with half a year of answers, one on the counter, and one being written."""

import random
from datetime import timedelta

from config.demo.life import Life
from crm.models import Customer
from crm.operations import answer_survey, ask_many, complete_task, open_survey, save_survey
from crm.rules.surveys import Question
from messaging.operations import send_due_surveys

_NPS = {"en": "How likely are you to recommend us to a friend?", "zh-hans": "您有多大可能把我们推荐给朋友？"}
_CSAT = {"en": "How was your visit today?", "zh-hans": "今天的到店体验如何？"}
_DRAFT = {"en": "What should we offer next?", "zh-hans": "您希望我们接下来推出什么？"}
_WHY = Question(
    "why", "text", {"en": "What is the main reason for your answer?", "zh-hans": "您打这个分数的主要原因是什么？"}
)
_BETTER = Question(
    "better", "choices", {"en": "What should we do better?", "zh-hans": "您希望我们在哪方面做得更好？"},
    choices=(
        {"key": "choice", "en": "More to choose from", "zh-hans": "更多选择"},
        {"key": "wait", "en": "Less waiting", "zh-hans": "少等一会儿"},
        {"key": "price", "en": "Prices", "zh-hans": "价格"},
        {"key": "advice", "en": "Advice", "zh-hans": "专业建议"},
    ),
)  # fmt: skip
_SAID = {
    "en": {
        "good": ["Great coffee and a friendly team.", "Arrived the next day, beautifully packed.", "Worth every penny.", "",
                 "The barista course was excellent.", "Easy to order, easy to return.", "Fair prices, fresh beans."],
        "middling": ["Good beans, but the delivery was slow.", "Nice, though a bit expensive.", "", "It was okay."],
        "bad": ["The bag was torn and half of the beans were missing.", "Waited twenty minutes in the queue.",
                "Nobody answered my e-mail.", "The grinder stopped working after a week."],
    },
    "zh-hans": {
        "good": ["美容师很专业，做完皮肤很舒服", "预约方便，到店不用等", "效果明显，会推荐给朋友", "", "环境温馨，服务周到", "性价比高，已经续卡了",
                 "产品温和，孕期也能用"],
        "middling": ["服务不错，就是价格偏高", "", "一般，没什么特别的", "还可以，等位时间有点长"],
        "bad": ["一直推销办卡，体验很差", "等了四十分钟才轮到我", "退款拖了半个月还没到账", "用了之后有点过敏，客服没人理"],
    },
}  # fmt: skip


def ask_around(life: Life) -> None:
    """Open two surveys half a year ago, have customers answer, leave one as a draft."""
    chance, language = random.Random(f"{life.shop.slug} surveys"), life.shop.language
    with life.at(life.today - timedelta(weeks=20), "service"):
        nps = _open("nps", _NPS, [_WHY, _BETTER], trigger="order_paid", delay_hours=72, quiet_days=90)
        csat = _open("csat", _CSAT, [_WHY], quiet_days=0)
        save_survey(kind="open", title=_DRAFT, questions=[_WHY])
    with life.at(life.today - timedelta(days=3)):
        customers = list(Customer.objects.filter(stage__in=["customer", "loyal"]).order_by("id")[:90])
    for week in range(18, 0, -1):
        _a_week(life, nps, csat, customers[(18 - week) * 5 :][:5], chance, language, week)


def _a_week(life: Life, nps, csat, customers, chance: random.Random, language: str, week: int) -> None:
    with life.at(life.today - timedelta(weeks=week, hours=chance.randrange(100)), "service"):
        ask_many(nps.id, [(customer.id, f"week:{week}:{customer.id}") for customer in customers])
        send_due_surveys()
        for number, customer in enumerate(customers[: chance.randint(1, 3)]):
            invitation = customer.survey_invitations.filter(survey=nps).first()
            score = chance.choices(range(11), (1, 0, 1, 1, 1, 2, 3, 6, 10, 13, 12))[0]
            answer = answer_survey(
                nps.id, key=f"demo:{week}:{number}", score=score, answers=_words(chance, language, "nps", score),
                invitation=invitation, language=language, source="invitation",
            )  # fmt: skip
            if answer.task and week > 2:
                complete_task(answer.task_id, "OK")
        for number in range(chance.randint(1, 3)):
            score = chance.choices(range(1, 6), (1, 1, 3, 9, 12))[0]
            answers = {key: text for key, text in _words(chance, language, "csat", score).items() if key == "why"}
            answer_survey(csat.id, key=f"qr:{week}:{number}", score=score, answers=answers, language=language)


def _open(kind: str, title: dict, questions: list[Question], **fields):
    return open_survey(save_survey(kind=kind, title=title, questions=questions, **fields).id)


def _words(chance: random.Random, language: str, kind: str, score: int) -> dict:
    good, middling = (9, 7) if kind == "nps" else (4, 3)
    mood = "good" if score >= good else "middling" if score >= middling else "bad"
    wishes = chance.sample([choice["key"] for choice in _BETTER.choices], chance.randint(0, 2))
    return {"why": chance.choice(_SAID[language][mood]), "better": wishes}
