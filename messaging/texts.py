"""The kinds of messages, their house wording in both languages, and examples of what fills it."""

from dataclasses import replace
from datetime import date
from typing import Any

from messaging import wording_en, wording_referrals, wording_sms, wording_zh_hans
from messaging.errors import UnknownKind, UnknownWording
from messaging.rules import EMAIL, IN_APP, SMS, Amount, Kind, Text

_WORDING = {
    "en": wording_en.WORDING | wording_referrals.EN,
    "zh-hans": wording_zh_hans.WORDING | wording_referrals.ZH_HANS,
}
_REWARD = ("reward", "reason", "reason_title")
_GIFT = ("gift", "code")
_PAYOUT = ("amount", "reference")
_CASE = ("number", "subject")
_BUDGET = ("budget", "percent", "used", "limit", "outlook")
_LEAD = ("customer", "due_on", "due_time")
_PROGRESS = ("friend", "campaign")
_REFERRAL = ("customer", "campaign")
_OWN_LINK = ("customer", "campaign", "link")
_TASK = ("task", "customer", "due_on", "due_time")


def _with_texts(kind: Kind) -> Kind:
    """What we have the words of a text message for can be sent as one."""
    return replace(kind, channels=(*kind.channels, SMS)) if kind.name in wording_sms.EN else kind


KINDS = {
    kind.name: _with_texts(kind)
    for kind in [
        Kind(
            "confirmation",
            ("digits",),
            channels=(EMAIL,),
            audience="friend",
            secret="digits",
            has_page=False,
            is_awaited=True,
        ),
        Kind("member_login", ("digits",), channels=(EMAIL,), secret="digits", has_page=False, is_awaited=True),
        Kind("referral_waiting", (), channels=(EMAIL,), audience="friend"),
        Kind("referral_confirmed", ("friend", "campaign")),
        Kind("welcome", ("referrer", "campaign")),
        Kind("offer_waiting", ("campaign",), is_marketing=True),
        Kind("reward_accrued", (*_REWARD, "available_on")),
        Kind("reward_settled", _REWARD),
        Kind("reward_reversed", (*_REWARD, "kept", "cause")),
        Kind("reward_restored", (*_REWARD, "kept", "cause")),
        Kind("tier_changed", ("tier",)),
        Kind("survey_invitation", ("survey",), channels=(EMAIL,), is_reminder=True),
        Kind("points_expiring", ("points", "expires_on"), is_reminder=True),
        Kind("gift_ordered", (*_GIFT, "next")),
        Kind("gift_shipped", (*_GIFT, "parcel")),
        Kind("gift_ready", _GIFT),
        Kind("gift_delivered", _GIFT),
        Kind("gift_issued", _GIFT),
        Kind("gift_cancelled", (*_GIFT, "given_back")),
        Kind("gift_returned", (*_GIFT, "given_back")),
        Kind("payout_paid", _PAYOUT),
        Kind("payout_failed", _PAYOUT),
        Kind("payout_account_changed", ()),
        Kind("claim_opened", ("friend",)),
        Kind("claim_contested", ("friend",)),
        Kind("claim_decided", ("friend", "result")),
        Kind("claim_appealed", ("friend",)),
        Kind("case_opened", _CASE),
        Kind("case_reply", (*_CASE, "text")),
        Kind("case_rating", (*_CASE, "resolution")),
        Kind("books_broken", ("rules",), audience="staff"),
        Kind("promises_late", ("count", "promised_on", "causes"), audience="staff"),
        Kind("budget_reached", _BUDGET, audience="staff"),
        Kind("budget_below", _BUDGET, audience="staff"),
        Kind("texts_used_up", ("count",), audience="staff"),
        Kind("texted_back", ("customer", "text"), audience="staff"),
        Kind("case_given", (*_CASE, "customer"), audience="staff"),
        Kind("case_heard", (*_CASE, "customer", "text"), audience="staff"),
        Kind("task_handed", (*_TASK, "note"), audience="staff"),
        Kind("follow_up_due", _TASK, audience="staff"),
        Kind("follow_up_overdue", _TASK, audience="staff"),
        Kind("lead_assigned", _LEAD, audience="staff"),
        Kind("lead_due_soon", _LEAD, audience="staff"),
        Kind("lead_overdue", (*_LEAD, "assignee"), audience="staff"),
        Kind("lead_unassigned", ("customer",), audience="staff"),
        Kind("follow_up_escalated", (*_TASK, "assignee"), audience="staff"),
        Kind("pool_warned", ("count", "due_on"), audience="staff"),
        Kind("pool_recycled", ("count",), audience="staff"),
        Kind("mentioned", ("colleague", "customer"), audience="staff"),
        Kind("hand_over_asked", ("colleague", "customer", "along"), audience="staff"),
        Kind("referral_question", ("digits",), channels=(EMAIL,), audience="friend", secret="digits"),
        Kind("referral_contacted", _PROGRESS, is_progress=True),
        Kind("referral_qualified", _PROGRESS, is_progress=True),
        Kind("referral_converted", _PROGRESS, channels=(IN_APP,), is_progress=True),
        Kind("referral_closed", _PROGRESS, is_progress=True),
        Kind("referral_due_soon", (*_REFERRAL, "due_on", "due_time"), audience="staff"),
        Kind("referral_overdue", (*_REFERRAL, "due_on", "due_time", "assignee"), audience="staff"),
        Kind("referral_handed", (*_REFERRAL, "colleague"), audience="staff"),
        Kind("referral_hand_answered", (*_REFERRAL, "colleague", "answer"), audience="staff"),
        Kind("hand_over_answered", ("colleague", "customer", "answer"), audience="staff"),
        Kind("campaign_promotion", _OWN_LINK, channels=(EMAIL,), is_marketing=True, is_told_by_campaign=True),
        Kind("reminder_bought", _OWN_LINK, channels=(EMAIL,), is_marketing=True, is_told_by_campaign=True),
        Kind("reminder_praised", _OWN_LINK, channels=(EMAIL,), is_marketing=True, is_told_by_campaign=True),
        Kind("reminder_silent", _OWN_LINK, channels=(EMAIL,), is_marketing=True, is_told_by_campaign=True),
        Kind("reminder_ending", (*_OWN_LINK, "ends_on"), channels=(EMAIL,), is_marketing=True, is_told_by_campaign=True),
    ]
}
MARKETING = [kind.name for kind in KINDS.values() if kind.is_marketing]
SECRET = [kind.name for kind in KINDS.values() if kind.secret]
AWAITED = [kind.name for kind in KINDS.values() if kind.is_awaited]

# Who is rewarded for what; a role we do not know is thanked in general.
REASONS = {
    "referrer": {"zh-hans": "因成功引荐好友", "en": "for introducing a friend"},
    "referee": {"zh-hans": "作为新朋友的见面礼", "en": "as your welcome gift"},
    "salesperson": {"zh-hans": "因促成好友成交", "en": "for looking after a referred friend"},
    "second_level": {
        "zh-hans": "因您引荐的朋友又成功引荐了好友",
        "en": "because somebody you introduced has introduced a friend",
    },
}
REASON_TITLES = {
    "referrer": {"zh-hans": "成功引荐好友的奖励", "en": "For introducing a friend"},
    "referee": {"zh-hans": "新朋友见面礼", "en": "Your welcome gift"},
    "salesperson": {"zh-hans": "促成好友成交的奖励", "en": "For looking after a referred friend"},
    "second_level": {"zh-hans": "您引荐的朋友再次引荐的奖励", "en": "For a friend of somebody you introduced"},
}
ANY_REASON = {"zh-hans": "因参与活动", "en": "for taking part"}
ANY_REASON_TITLE = {"zh-hans": "活动奖励", "en": "For taking part"}
CAUSES = {
    "refund": {"zh-hans": "由于订单退款", "en": "because money was refunded on the order"},
    "refunded": {"zh-hans": "由于订单退款", "en": "because money was refunded on the order"},
    "order_cancelled": {"zh-hans": "由于订单取消", "en": "because the order was cancelled"},
    "cancelled": {"zh-hans": "由于订单取消", "en": "because the order was cancelled"},
    "milestone_undone": {"zh-hans": "由于奖励条件不再满足", "en": "because its conditions are no longer met"},
    "milestone_again": {"zh-hans": "由于奖励条件再次满足", "en": "because its conditions are met again"},
    "refund_cancelled": {"zh-hans": "由于退款已取消", "en": "because the refund was cancelled"},
    "cleared": {"zh-hans": "经人工复核确认无误", "en": "because a review found everything in order"},
    "fraud": {"zh-hans": "经人工审核", "en": "after a review"},
    "review": {"zh-hans": "经人工审核", "en": "after a review"},
    "attribution": {"zh-hans": "由于推荐人归属有了新的认定", "en": "because it was decided anew who brought your friend"},
}
# What came of a claim for the reader.
CLAIM_RESULTS = {
    "whole": {
        "zh-hans": "这位朋友认定由您推荐，奖励全部归您。",
        "en": "This friend counts as yours, with the whole reward.",
    },
    "part": {
        "zh-hans": "这位朋友由多人共同推荐，您获得 PERCENT% 的奖励。",
        "en": "Several of you brought this friend: PERCENT % of the reward is yours.",
    },
    "nothing": {
        "zh-hans": "这位朋友未认定由您推荐，相应奖励不归您。",
        "en": "This friend does not count as yours, so there is no reward for it.",
    },
}
SOMEBODY = {"zh-hans": "您所说的朋友", "en": "the friend you named"}
NOTHING = {"zh-hans": "0", "en": "nothing"}
ANY_CAUSE = {"zh-hans": "由于奖励条件不再满足", "en": "because its conditions are no longer met"}
# What becomes of orders once nothing is left, by policy; promises made before are kept.
BUDGET_ENDS = {
    "stop": {
        "en": "New orders earn nothing until the limit is raised; promises made before are kept.",
        "zh-hans": "提高上限之前，新订单不再产生奖励；此前的承诺照常兑现。",
    },
    "lower": {
        "en": "New orders earn what is left; promises made before are kept.",
        "zh-hans": "新订单只按剩余金额发放；此前的承诺照常兑现。",
    },
    "queue": {
        "en": "New rewards wait until there is room again; promises made before are kept.",
        "zh-hans": "新的奖励排队等待额度；此前的承诺照常兑现。",
    },
    "approve": {
        "en": "New rewards wait for approval; promises made before are kept.",
        "zh-hans": "新的奖励须经审批；此前的承诺照常兑现。",
    },
}
NOTHING_TO_DO = {"en": "Nothing has to be done yet.", "zh-hans": "暂时无需处理。"}

_EXAMPLES: dict[str, Any] = {
    "name": {"zh-hans": "李小雨", "en": "Ann Smith"},
    "digits": "000000",
    "friend": {"zh-hans": "王*", "en": "Bea J."},
    "referrer": {"zh-hans": "李**", "en": "Ann S."},
    "campaign": {"zh-hans": "好友同行", "en": "Bring a friend"},
    "reward": Amount("points", "POINT", 200),
    "reason": REASONS["referrer"],
    "reason_title": REASON_TITLES["referrer"],
    "available_on": date(2026, 12, 4),
    "kept": Amount("points", "POINT", 120),
    "cause": CAUSES["refund"],
    "result": CLAIM_RESULTS["whole"],
    "tier": {"zh-hans": "金卡会员", "en": "Gold"},
    "amount": Amount("cash", "CNY", 12_800),
    "reference": "YJ7KQ3HDM2PXR9WA",
    "points": Amount("points", "POINT", 350),
    "expires_on": date(2026, 12, 31),
    "ends_on": date(2026, 12, 31),
    "gift": {"zh-hans": "马克杯", "en": "Mug"},
    "code": "7KQ2MXWB",
    "next": {"zh-hans": "寄出后我们会通知您。", "en": "We shall tell you when it is sent."},
    "parcel": {"zh-hans": "快递：顺丰 单号 SF1234567890", "en": "It travels with Royal Mail, number RM1234567890."},
    "given_back": {"zh-hans": "500 积分已退回您的账户。", "en": "The 500 points are back in your account."},
    "task": {"zh-hans": "联系新朋友", "en": "Call the new friend"},
    "customer": {"zh-hans": "王*", "en": "Bea J."},
    "due_on": date(2026, 12, 4),
    "due_time": "15:00",
    "assignee": {"zh-hans": "陈静", "en": "Gus"},
    "colleague": {"zh-hans": "陈静", "en": "Sue"},
    "along": {"zh-hans": "一并交接：任务 2 项、商机 1 个。", "en": "Comes along: 2 tasks, 1 deal."},
    "answer": {"zh-hans": "已接手", "en": "has taken over"},
    "count": 3,
    "promised_on": date(2026, 12, 4),
    "causes": {"zh-hans": "等待复核、待发放", "en": "Under review, To be handed over"},
    "budget": {"zh-hans": "春季引荐", "en": "Spring referrals"},
    "percent": 80,
    "outlook": NOTHING_TO_DO,
    "used": Amount("cash", "CNY", 80_000_00),
    "limit": Amount("cash", "CNY", 100_000_00),
    "rules": 1,
    "survey": {"zh-hans": "您对这次购物满意吗？", "en": "How was your order?"},
    "link": "https://example.com/r/7KQ2MXWB",
    "page": "https://example.com/m/7KQ2MXWB",
    "note": {"zh-hans": "我周一前不在，请帮忙跟进。", "en": "I am away until Monday."},
    "number": "#128",
    "subject": {"zh-hans": "杯盖破损", "en": "Lid arrived broken"},
    "text": {
        "zh-hans": "新的杯盖今天已寄出，预计明天送达。",
        "en": "A new lid is in the post today and should be with you tomorrow.",
    },
    "resolution": {"zh-hans": "已免费补寄杯盖。", "en": "We sent a new lid free of charge."},
}


def kind_of(name: str) -> Kind:
    if name not in KINDS:
        raise UnknownKind(kind=name)
    return KINDS[name]


def is_secret(kind: str) -> bool:
    """Say whether nobody but the recipient may read it; a kind that no longer exists is not."""
    return kind in KINDS and bool(KINDS[kind].secret)


def house_text(kind: str, channel: str, language: str) -> Text:
    """Give our own wording; organisations may replace it."""
    try:
        if channel == SMS:
            return Text("", wording_sms.WORDING[language][kind])
        return Text(*_WORDING[language][kind][channel])
    except KeyError:
        raise UnknownWording(kind=kind, channel=channel, language=language) from None


def examples(organisation_name: str) -> dict[str, Any]:
    """Fill every place with something likely, for previews and test messages."""
    return _EXAMPLES | {"organisation": organisation_name}
