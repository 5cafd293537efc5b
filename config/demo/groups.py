"""Segments that are followed for a month, a plan and a rule that act on one, and a view that a team works with."""

import json
from datetime import timedelta
from urllib.parse import urlencode

from django.utils import translation

from config.demo.life import Life
from config.demo.lists import do
from crm import operations as crm
from crm.models import ContactPlan, Segment, Task
from crm.operations import leads as leading
from crm.operations.lists import views
from crm.segment_ideas import IDEAS
from tenancy import door, events
from tenancy.models import Team

FOLLOWED_DAYS = 34
_FOLLOWED = ("new_this_week", "big_spenders")
_WORDS = {
    "en": {
        "view": "Our customers, newest first", "team": "Customers of my team", "why": "Whoever looks sees their own team's.",
        "plan": "Welcome in the first week", "call": "Call and ask how the first order went",
        "script": "Hello, this is … from Acme. You were with us for the first time this week: was everything as you hoped?",
        "rule": "Big spenders get one person", "list": "Invited to the roasting evening",
    },
    "zh-hans": {
        "view": "本组客户（最新在前）", "team": "我团队的客户", "why": "每个人看到的是自己团队的客户。",
        "plan": "首周欢迎", "call": "致电了解首次体验", "script": "您好，我是春禧的顾问。您这周第一次到店，想听听您的感受，有什么需要我们改进的吗？",
        "rule": "高消费客户由专人接待", "list": "私享会邀请名单",
    },
}  # fmt: skip


def keep_groups(life: Life) -> None:
    """Run after the teams and the lists of colleagues are there."""
    with translation.override(life.shop.language):
        _keep(life, _WORDS[life.shop.language])


def _keep(life: Life, words: dict[str, str]) -> None:
    with life.at(life.today - timedelta(days=FOLLOWED_DAYS), "owner"):
        followed = {key: Segment.objects.get(name=str(IDEAS[key].name)) for key in _FOLLOWED}
        for segment in followed.values():
            crm.follow_segment(segment.id, is_followed=True)
    for days in range(FOLLOWED_DAYS - 1, -1, -1):
        with life.at(life.today - timedelta(days=days)), door.quietly():
            crm.follow_segments()
    with life.at(life.today, "owner"):
        _act_on(life, followed, words)
    with life.at(life.today, "sales"):
        _share(life, words)


def meet_newcomers(life: Life) -> None:
    """Look once more at the end of the day: whoever has entered begins the plan, as it happens every 15 minutes."""
    with life.at(life.today):
        crm.follow_segments()
    events.drain(life.organisation.id)


def _act_on(life: Life, followed: dict[str, Segment], words: dict[str, str]) -> None:
    step = crm.StepReport(day=2, title=words["call"], script=words["script"], kind=Task.Kind.CALL)
    new, big = followed["new_this_week"], followed["big_spenders"]
    crm.create_plan(name=words["plan"], trigger=ContactPlan.Trigger.SEGMENT, segment_id=new.id, steps=[step])
    criteria = [{"fact": "segment", "values": [str(big.id)], "shown": [big.name]}]
    rule = leading.save_rule(name=words["rule"], how="person", criteria=criteria, members=[life.members["sales"].id])
    for _place in range(4):
        leading.move_rule_up(rule.id)
    listed = crm.create_segment(name=words["list"], kind="static", owner_id=life.members["owner"].id)
    do(life.members["owner"], "list", {"segment": str(listed.id)}, "stage=customer", life.shop.language, at_most=12)


def _share(life: Life, words: dict[str, str]) -> None:
    """The lead of the first team keeps a view for it, and the list of customers opens with it for them."""
    lead = life.members["sales"]
    ours = {"match": "all", "conditions": [{"fact": "owner", "op": "my_team"}]}
    crm.create_segment(name=words["team"], description=words["why"], conditions=ours, owner_id=lead.id)
    team = Team.objects.filter(lead=lead).get()
    query = urlencode({"where": json.dumps(ours), "sort": "-created"})
    kept = views.keep_view(lead, "customers", name=words["view"], query=query, team_id=team.id)
    views.open_with_for_team(team.id, "customers", kept)
