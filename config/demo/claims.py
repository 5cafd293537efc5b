"""Claims in every state, a divided referral, a correction, and a campaign with a policy of its own."""

from datetime import timedelta
from uuid import UUID

from config.demo.life import Life
from referrals import operations as referring
from referrals.models import Claim, Referral

_SAID = {
    "en": {
        "divide": "We told her about you together, at the same dinner.",
        "appeal": "She asked me for the link first; I can show the chat.",
        "open": "I took him to the shop in person. He forgot to give my code.",
        "words": ("My neighbour Jo, number 14", "She bought a grinder after I lent her mine."),
        "split": "Both stand in the chat record; the link was followed once of each.",
        "won": "The receipt carries the code that was typed at the till.",
        "correct": "The code of the other sister was typed at the till.",
        "appeal_reason": "She had my link on her phone before. Please look at the chat again.",
    },
    "zh-hans": {
        "divide": "我们俩一起吃饭时介绍给她的，两个人都推荐了。",
        "appeal": "她最早是找我要的链接，聊天记录可以作证。",
        "open": "是我亲自带他到店里的，他结账时忘了报我的推荐码。",
        "words": ("邻居小周，住 14 楼", "我把护理卡借她体验过，之后她自己来办的卡。"),
        "split": "聊天记录里两人都有推荐，双方链接各打开过一次。",
        "won": "小票上印有收银时输入的推荐码，以此为准。",
        "correct": "收银时误输成了她姐姐的推荐码，已核实。",
        "appeal_reason": "她手机里先有的是我的链接，请再看一遍聊天记录。",
    },
}  # fmt: skip


def settle_claims(life: Life, campaign_id: UUID) -> None:
    """Leave one claim to decide, one divided, one appealed, one in words, and a corrected referral."""
    said = _SAID[life.shop.language]
    with life.at(life.today):
        friends = list(_friends(life))
    others = _claimants(life, friends)
    with life.at(life.today - timedelta(days=9), "marketer"):
        _policies(campaign_id)
        first = _claim(friends[0], others[0], said["divide"])
        second = _claim(friends[1], others[1], said["appeal"])
    with life.at(life.today - timedelta(days=7), "owner"):
        _decide(first, [(friends[0].referrer_id, 5_000), (others[0], 5_000)], said["split"])
    with life.at(life.today - timedelta(days=3), "owner"):
        _decide(second, [(others[1], 10_000)], said["won"])
    with life.at(life.today - timedelta(days=2), "marketer"):
        referring.appeal_claim(second.id, appellant_id=friends[1].referrer_id, text=said["appeal_reason"])
        referring.correct_attribution(friends[3].id, parts=[(others[3], 10_000)], reason=said["correct"])
    with life.at(life.today - timedelta(days=1)):
        who, how = said["words"]
        referring.open_claim(claimant_id=others[4], friend=who, text=how, channel=Claim.Channel.MEMBER)
        _claim(friends[2], others[2], said["open"], Claim.Channel.MEMBER)


def _policies(campaign_id: UUID) -> None:
    referring.set_policy(campaign_id, {"model": "first", "protection_days": 30, "late_claim_days": 7})


def _friends(life: Life):
    rows = Referral.objects.filter(attribution="accepted", risk="clear", stage__in=["converted", "confirmed", "contacted"])
    rows = rows.filter(confirmed_at__lt=life.today - timedelta(days=12))
    return rows.exclude(source="import").order_by("-confirmed_at")[:5]


def _claimants(life: Life, friends: list[Referral]) -> list[UUID]:
    """Pick customers who are on neither side of these referrals."""
    sides = {id for one in friends for id in (one.referrer_id, one.referee_id)}
    return [id for id in life.customers if id not in sides][:5]


def _claim(referral: Referral, claimant_id: UUID, text: str, channel: str = Claim.Channel.STAFF) -> Claim:
    return referring.open_claim(claimant_id=claimant_id, referee_id=referral.referee_id, text=text, channel=channel)


def _decide(claim: Claim, parts: list[tuple[UUID, int]], reason: str) -> None:
    referring.decide_claim(claim.id, parts=parts, reason=reason)
