"""The way of referrals: owners of stages, friends who were told of, clocks that run and ran out, evidence, a hand-over."""

from datetime import timedelta
from uuid import UUID

from config.demo.life import Life
from foundation.errors import DomainError
from referrals import operations as referring
from referrals.models import Evidence, FollowUp, Referral
from tenancy import events

_WORDS = {
    "en": {
        "first": ["Read what the referrer said", "Check the welcome offer", "Have the script at hand"],
        "later": ["Note what they need", "Note when they want it"],
        "friends": [("Marta Lind", "marta.lind"), ("Joel Reyes", "joel.reyes"), ("Ines Ford", "ines.ford")],
        "spoken": ("Ravi Patel", "+447700900377"), "note": "Looks for a grinder for the office.",
        "met": "Met her at the Saturday tasting; she wants two kilos a month.", "rang": "Rang twice, she asked for an offer.",
        "weak": "Says he might come by some day.", "refused": "Nothing that shows it. Ask again after the visit.",
        "hand": "You know the family, please take it from here.",
    },
    "zh-hans": {
        "first": ["看一遍推荐人说了什么", "核对新客优惠", "备好沟通话术"],
        "later": ["记录需求", "记录期望时间"],
        "friends": [("陆思远", "lusiyuan"), ("何雨桐", "heyutong"), ("曹阳", "caoyang")],
        "spoken": ("冯晓岚", "19900000377"), "note": "想给孩子报暑期班。",
        "met": "周六体验课到店，当场咨询了套餐。", "rang": "电话沟通两次，对方要了报价。",
        "weak": "说以后可能会来看看。", "refused": "没有材料能证明，请到店后再提交。",
        "hand": "你和这家人比较熟，麻烦接着跟进。",
    },
}  # fmt: skip


def follow_referrals(life: Life, campaign_id: UUID) -> None:
    """Leave invitations, clocks, evidence and a hand-over in every state."""
    words = _WORDS[life.shop.language]
    _name_owners(life, campaign_id, words)
    _hear_of_friends(life, campaign_id, words)
    _let_clocks_run(life, words)
    _show_evidence(life, words)
    events.drain(life.organisation.id)


def _name_owners(life: Life, campaign_id: UUID, words: dict) -> None:
    with life.at(life.today - timedelta(days=20), "owner"):
        sales = life.members["sales"].id
        referring.set_responsibility(campaign_id, "confirmed", member_id=sales, hours=16, checklist=words["first"])
        referring.set_responsibility(campaign_id, "contacted", role="service", hours=24, checklist=words["later"])
        referring.set_responsibility(campaign_id, "qualified", role="sales", hours=80)


def _hear_of_friends(life: Life, campaign_id: UUID, words: dict) -> None:
    """Two who were told of (one says no), one at the counter, one who agrees aloud."""
    code = _a_code(life, campaign_id)
    if code is None:
        return
    (first, second, third), language = words["friends"], life.shop.language
    with life.at(life.today - timedelta(hours=30), "sales"):
        told = [
            referring.ask_friend(code=code, name=name, contact=f"{box}@example.com", language=language, note=words["note"])
            for name, box in (first, second)
        ]
        referring.capture_on_phone(code=code, name=third[0], contact=f"{third[1]}@example.com", language=language)
    with life.at(life.today - timedelta(hours=5)):
        referring.decline_invitation(told[1].id)
    with life.at(life.today - timedelta(hours=4), "sales"):
        name, phone = words["spoken"]
        try:
            referring.capture_spoken(
                code=code, name=name, contact=phone, language=language, consents={"referral": True, "marketing": False}
            )
        except DomainError:
            pass  # the code's owner is at that very phone


def _a_code(life: Life, campaign_id: UUID) -> str | None:
    for customer_id in life.customers[:12]:
        try:
            with life.at(life.today - timedelta(hours=31), "sales"):
                return referring.code_for(campaign_id, customer_id).code
        except DomainError:
            continue
    return None


def _let_clocks_run(life: Life, words: dict) -> None:
    """Hand one over, give one up that was left waiting, and let the rest be warned of and escalated."""
    with life.at(life.today - timedelta(hours=6)):
        rows = FollowUp.objects.filter(ended_at=None, referral__stage="confirmed").select_related("referral")
        shown = Referral.objects.filter(stage__in=["confirmed", "contacted"]).order_by("-confirmed_at")[:3]  # below
        rows = rows.exclude(referral__hand_overs__state="waiting").exclude(referral_id__in=[each.id for each in shown])
        waiting = list(rows.order_by("-contact_due_at", "id")[:6])
    with life.at(life.today - timedelta(hours=3), "sales"):
        owner = life.members["owner"].id
        for row in waiting[1:2]:
            lines = range(len(words["first"]))
            referring.hand_over_referral(row.referral_id, owner, done=list(lines), note=words["hand"])
        late = [row for row in waiting[2:] if row.contact_due_at < life.today]
        for row in late[:1]:
            referring.close_referral(row.referral_id, "price", note=words["weak"])
    with life.at(life.today - timedelta(hours=1)):
        referring.wake_follow_ups()


def _show_evidence(life: Life, words: dict) -> None:
    with life.at(life.today - timedelta(days=2), "sales"):
        open_ones = list(Referral.objects.filter(stage__in=["confirmed", "contacted"]).order_by("-confirmed_at")[:3])
        texts = (("visit", words["met"]), ("qualified", words["rang"]), ("qualified", words["weak"]))
        rows = [
            referring.hand_in_evidence(
                each.id, criterion, text=text, file_name="note.txt" if number == 0 else "",
                content=text.encode() if number == 0 else b"",
            )
            for number, (each, (criterion, text)) in enumerate(zip(open_ones, texts, strict=False))
        ]  # fmt: skip
    with life.at(life.today - timedelta(hours=8), "owner"):
        for row, decide in zip(rows[1:], (referring.accept_evidence, _refused(words)), strict=False):
            if row.state == Evidence.State.WAITING:
                decide(row.id)


def _refused(words: dict):
    return lambda evidence_id: referring.refuse_evidence(evidence_id, words["refused"])
