"""Suspected abuse: a ring, a household that is innocent, cases that were decided, lists. One shop acts, the other watches."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from config.demo.life import Life
from crm.models import Customer
from crm.operations import record_customer
from crm.operations.cases import say_in_own_case
from foundation.errors import DomainError
from referrals import operations as referring
from referrals.models import AbuseCase, Referral
from referrals.operations import Origin
from referrals.operations.abuse.assessing import review_all
from referrals.queries.abuse import proofs_of
from tenancy import events

_WORDS = {
    "en": {
        "ring": ("Nate Quill", "Sal Marrow", "Ivy Thorne"), "sister": "Rosa", "street": "12 Mill Yard",
        "clear": "They were at our stall together and used the tablet there.",
        "confirm": "The same person each time: the card was the same.", "campus": "The students' halls next door.",
        "block": "A wave of made-up friends in the spring.", "proof": "Which of them was in the shop, and when?",
        "answer": "They are flatmates of mine. All of them came in on the same afternoon and paid by card.",
    },
    "zh-hans": {
        "ring": ("钱多多", "孙小满", "李大路"), "sister": "小雨", "street": "锦江路 12 号 3 单元 502",
        "clear": "当天一起来店里，用的是柜台的平板。", "confirm": "每次都是同一个人，付款卡相同。",
        "campus": "隔壁大学的学生宿舍。", "block": "春天来过一批编造的好友。", "proof": "其中谁到过店里、什么时候？",
        "answer": "他们是我的室友，那天下午一起到店里买的，都是自己付的款。",
    },
}  # fmt: skip
_TABLET = Origin(address="198.51.100.9", visitor="7a" * 32)
_HOME = Origin(address="198.51.100.44", visitor="3c" * 32)
_FARM = Origin(address="192.0.2.200", visitor="9e" * 32)


def suspect(life: Life, campaign_id: UUID) -> None:
    """Let people come as they do, and some as they should not; decide two cases and leave the others open."""
    words = _WORDS["zh-hans" if life.shop.language == "zh-hans" else "en"]
    with life.at(life.today - timedelta(days=6), "owner"):
        referring.set_abuse_policy(is_shadow=life.shop.country != "GB")
        referring.add_listing(side="allow", kind="network", value="203.0.113.0/24", reason=words["campus"])
        referring.add_listing(
            side="block", kind="email_domain", value="mailinator.com", reason=words["block"],
            expires_at=life.today + timedelta(days=90),
        )  # fmt: skip
    referrers = _referrers(life, campaign_id)
    _come(life, campaign_id, referrers[0], [life.draw_name() for _ in range(3)], _FARM, days=5)
    _come(life, campaign_id, referrers[1], [life.draw_name() for _ in range(2)], _TABLET, days=4)
    _household(life, campaign_id, referrers[2], words)
    _ring(life, campaign_id, words)
    events.drain(life.organisation.id)
    with life.at(life.today - timedelta(hours=20)):
        referring.find_rings()
        review_all(Referral.objects.filter(confirmed_at__gt=life.today - timedelta(days=8)).values_list("id", flat=True))
    _decide(life, referrers, words)


def _referrers(life: Life, campaign_id: UUID) -> list[UUID]:
    """Choose regulars whom nobody sees at the head of the lists."""
    found = []
    with life.at(life.today - timedelta(days=6)):
        for who in life.customers[20:60]:
            if len(found) < 3:
                with suppress(DomainError):
                    found.append(referring.code_for(campaign_id, who).referrer_id)
    return found


def _come(life: Life, campaign_id: UUID, referrer_id: UUID, names: list[str], trace: Origin, *, days: int) -> None:
    """Let friends sign up one after the other on the same device."""
    at = life.today - timedelta(days=days)
    for place, name in enumerate(names):
        _sign_up(life, campaign_id, referrer_id, name, life.mailbox(name), trace, at + timedelta(minutes=7 * place))


def _household(life: Life, campaign_id: UUID, referrer_id: UUID, words: dict) -> None:
    """Two sisters with one tablet and one address."""
    at = life.today - timedelta(days=2)
    with life.at(at, "sales"):
        elder = Customer.objects.get(id=referrer_id)
        elder.address = words["street"]
        elder.save(update_fields=["address"])
        referring.note_sighting(referrer_id, _HOME)
    is_chinese = life.shop.language == "zh-hans"
    name = elder.name[0] + words["sister"] if is_chinese else f"{words['sister']} {elder.name.split()[-1]}"
    referral = _sign_up(life, campaign_id, referrer_id, name, life.mailbox(name), _HOME, at)
    with life.at(at + timedelta(hours=1), "sales"):
        Customer.objects.filter(id=referral.referee_id).update(address=words["street"], city=elder.city)


def _ring(life: Life, campaign_id: UUID, words: dict) -> None:
    """Three who bring one another in a circle; the first comes back under another address, as nobody refers who brought them."""
    at = life.today - timedelta(days=3)
    names = words["ring"]
    addresses = [life.mailbox(name) for name in names]
    with life.at(at):
        first = record_customer(name=names[0], email=addresses[0], language=life.shop.language)
    referrer = first.id
    for place in (1, 2, 0):
        moment = at + timedelta(hours=2 * (place or 3))
        address = addresses[place] if place else addresses[0].replace("@", ".2@")
        referrer = _sign_up(life, campaign_id, referrer, names[place], address, None, moment).referee_id


def _sign_up(
    life: Life, campaign_id: UUID, referrer_id: UUID, name: str, address: str, trace: Origin | None, at: datetime
) -> Referral:
    with life.at(at):
        code = referring.code_for(campaign_id, referrer_id)
        if trace:
            referring.record_touch(code.code, channel="link", visitor=trace.visitor)
    with life.at(at + timedelta(seconds=3 if trace is _FARM else 90)):
        invitation = referring.submit_invitation(
            code=code.code, name=name, contact=address, language=life.shop.language, channel="link",
            consents={"referral": True, "marketing": False}, trace=trace, visitor=trace.visitor if trace else "",
        )  # fmt: skip
        digits = life.digits(invitation)
    with life.at(at + timedelta(minutes=3)):
        return referring.confirm_invitation(invitation.id, digits)


def _decide(life: Life, referrers: list[UUID], words: dict) -> None:
    """Confirm the farm, clear the pair at the counter, ask the ring for proof in the shop that acts."""
    verbs = ((referrers[0], referring.confirm_case, "confirm"), (referrers[1], referring.clear_case, "clear"))
    with life.at(life.today - timedelta(hours=3), "owner"):
        for referrer_id, verb, word in verbs:
            for case in AbuseCase.objects.filter(referrer_id=referrer_id, state__in=AbuseCase.WAITING).order_by("id"):
                if AbuseCase.objects.filter(id=case.id, state__in=AbuseCase.WAITING).exists():
                    verb(case.id, reason=words[word])
        ring = AbuseCase.objects.filter(kind="cycle", state="open", is_shadow=False).first()
        if ring:
            referring.ask_for_proof(ring.id, reason=words["proof"])
    if ring:
        with life.at(life.today - timedelta(hours=2)):
            say_in_own_case(proofs_of(ring.referrer_id)[0].id, words["answer"])
