"""Views that colleagues keep, and work on many rows that was done: one whole, one with rows that were refused."""

import json
from urllib.parse import urlencode

from django.utils import translation

from config.demo.life import Life
from crm.operations.lists import views, work
from dashboard.lists import working
from dashboard.lists.registry import LISTS
from dashboard.lists.shape import Chunk
from tenancy import jobs
from tenancy.models import Job, Membership

_WORDS = {
    "en": {"loyal": "Loyal customers", "new": "New leads", "big": "Largest orders", "mine": "Customers in Bristol", "closing": "Closing this month", "city": "Bristol",
           "tag": "Autumn tasting", "reason": "Counted twice in the till"},
    "zh-hans": {"loyal": "忠实客户", "new": "新线索", "big": "大额订单", "mine": "成都客户", "closing": "本月预计成交", "city": "成都", "tag": "秋季品鉴会", "reason": "收银时重复计算"},
}  # fmt: skip


def keep_lists(life: Life) -> None:
    """Keep views of both kinds, and have a tag given and points taken."""
    language, owner, seller = life.shop.language, life.members["owner"], life.members["sales"]
    words = _WORDS[language]
    with life.at(life.today, "owner"):
        views.keep_view(owner, "customers", name=words["loyal"], query="stage=loyal&sort=name", is_shared=True)
        views.keep_view(seller, "customers", name=words["new"], query="stage=lead", is_shared=True)
        mine = urlencode(
            {"stage": "customer", "where": _city(words["city"]), "cols": "phone,tags,owner", "density": "compact"}
        )
        views.keep_view(owner, "customers", name=words["mine"], query=mine)
        views.keep_view(owner, "orders", name=words["big"], query="status=paid&sort=-total", is_shared=True)
        closing = "closing=this_month&state=open&sort=expected_close"
        views.keep_view(seller, "deals", name=words["closing"], query=closing, is_shared=True)
        do(owner, "tag", {"tag": words["tag"]}, "stage=loyal", language)
        do(owner, "points", {"amount": -5, "reason": words["reason"]}, "stage=prospect", language, at_most=6)


def _city(name: str) -> str:
    return json.dumps({"match": "all", "conditions": [{"fact": "city", "op": "is", "value": name}]}, ensure_ascii=False)


def do(member: Membership, verb: str, told: dict, query: str, language: str, *, at_most: int = 500) -> None:
    """Do a work as a worker does, in this one transaction."""
    kind = LISTS["customers"]
    asked = work.ask_for(member, "customers", verb, total=0, arguments=told, language=language, query=query)
    rows = list(working.wanted(asked, kind).order_by("id")[:at_most])
    with translation.override(language):
        outcome = kind.verb(verb).run(Chunk(asked.id, rows, told))
    work.note_problems(
        asked, [(row.id, row.name, error) for row in rows for id_, _, error in outcome.refused if id_ == row.id]
    )
    counts = {"changed": outcome.changed, "unchanged": outcome.unchanged, "failed": len(outcome.refused)}
    jobs.advance(asked.job_id, done=work.note_chunk(asked, cursor=None, counts=counts))
    Job.objects.filter(id=asked.job_id).update(
        state=Job.State.DONE, total=len(rows), finished_at=asked.touched_at, result=counts
    )
