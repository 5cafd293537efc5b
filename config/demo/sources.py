"""Colleagues, a partner, a community and the counter who refer; what was printed for them; and a colleague who has left."""

from datetime import timedelta
from uuid import UUID

from config.demo.life import Life
from crm.operations import record_customer
from foundation.errors import DomainError
from messaging.models import Message
from referrals import operations as referring
from referrals.models import ReferralCode, ReferrerProfile
from referrals.operations.material import order_material
from referrals.operations.owners import repoint_batch
from referrals.operations.profiles import close_profile, enrol_employee, enrol_referrer, set_source_rule
from tenancy.models import Store

_WORDS = {
    "en": {
        "partner": ("Hugh Bellamy", "Bellamy Kitchens", "Ten per cent of the first order, settled each quarter."),
        "community": ("Tessa Wren", "Leeds Coffee Club"), "counter": ("Shop counter", "Acme Coffee Roasters"),
        "cards": "Name cards, autumn fair", "inserts": "Inserts for parcels, November", "poster": "Window poster",
        "old": "Flyers, spring market", "table": "Table cards, tasting room",
        "friends": ("Ralph Moon", "Nina Frost", "Owen Peel", "Clara Vine", "Toby Lund"),
    },
    "zh-hans": {
        "partner": ("贺子安", "安禾家居", "首单金额的百分之十，按季度结算。"),
        "community": ("唐婉", "成都美妆交流群"), "counter": ("门店前台", "春熙美妆"),
        "cards": "秋季美妆节名片", "inserts": "十一月包裹插卡", "poster": "橱窗海报", "old": "春季市集传单", "table": "体验区桌卡",
        "friends": ("孟然", "沈知夏", "陆一舟", "乔安", "袁梦"),
    },
}  # fmt: skip


def open_sources(life: Life, campaign_id: UUID) -> None:
    """Leave every kind of referrer, batches in every state, a held claim of a colleague's own, one that two lay claim to."""
    words = _WORDS[life.shop.language]
    with life.at(life.today - timedelta(days=40), "owner"):
        people = _enrol(life, words)
        set_source_rule(campaign_id, "employee", needs_approval=True, by_payroll=True, limit_30_days=10, hold_days=7)
        set_source_rule(campaign_id, "partner", hold_days=14, limit_30_days=30)
        batches = _print(life, campaign_id, people, words)
        codes = {name: referring.code_for(campaign_id, people[name].customer_id) for name in ("sales", "partner")}
    with life.at(life.today - timedelta(days=30), "sales"):
        own = record_customer(
            name=words["friends"][0], email=f"own.customer@{life.shop.slug}.example", owner_id=life.members["sales"].id
        )
    _follow(life, codes["sales"].code, own.name, f"own.customer@{life.shop.slug}.example", days=12)
    _two_claims(life, codes, words["friends"][1])
    _scan(life, batches["cards"], words["friends"][2], days=15)
    with life.at(life.today - timedelta(days=9), "owner"):
        repoint_batch(batches["table"].id, profile_id=people["community"].id, reason="new host")
        close_profile(people["service"].id)
    _scan(life, batches["table"], words["friends"][3], days=5)
    _scan(life, batches["inserts"], words["friends"][4], days=3)


def _enrol(life: Life, words: dict) -> dict[str, ReferrerProfile]:
    store = Store.objects.filter(is_open=True).order_by("name").first()
    place = {"store_id": store.id if store else None}
    name, company, terms = words["partner"]
    return {
        role: enrol_employee(life.members[role].id, **place) for role in ("sales", "service")
    } | {
        "partner": enrol_referrer(kind="partner", name=name, organisation_name=company, terms=terms),
        "community": enrol_referrer(kind="community", name=words["community"][0], organisation_name=words["community"][1]),
        "counter": enrol_referrer(
            kind="material", name=words["counter"][0], organisation_name=words["counter"][1], **place
        ),
    }  # fmt: skip


def _print(life: Life, campaign_id: UUID, people: dict, words: dict) -> dict:
    now = life.today
    wanted = (
        ("cards", "sales", "card", 20, "bold", {}), ("table", "service", "table", 8, "frame", {}),
        ("inserts", "partner", "insert", 40, "calm", {"valid_to": now + timedelta(days=60)}),
        ("poster", "counter", "poster", 1, "bold", {"has_own_codes": False}),
        ("old", "counter", "flyer", 4, "calm", {"valid_to": now - timedelta(days=10), "has_own_codes": False}),
    )  # fmt: skip
    return {
        name: order_material(
            campaign_id=campaign_id,
            profile_id=people[owner].id,
            name=words[name],
            kind=kind,
            size=size,
            design=design,
            **more,
        )
        for name, owner, kind, size, design, more in wanted
    }


def _scan(life: Life, batch, name: str, *, days: int) -> None:
    """Two people look, one of them hands the form in."""
    with life.at(life.today - timedelta(days=days, hours=2)):
        code = ReferralCode.objects.filter(batch=batch).order_by("serial").first().code
        referring.record_touch(code, channel="qr", visitor=f"{batch.kind}-looked".ljust(64, "0"))
    _follow(life, code, name, life.mailbox(name), days=days, visitor=f"{batch.kind}-came".ljust(64, "0"), channel="qr")


def _two_claims(life: Life, codes: dict, name: str) -> None:
    visitor = "two-claims".ljust(64, "0")
    with life.at(life.today - timedelta(days=10)):
        referring.record_touch(codes["partner"].code, channel="link", visitor=visitor)
    _follow(life, codes["sales"].code, name, life.mailbox(name), days=8, visitor=visitor)


def _follow(life: Life, code: str, name: str, email: str, *, days: int, visitor: str = "", channel: str = "link") -> None:
    with life.at(life.today - timedelta(days=days)):
        if visitor:
            referring.record_touch(code, channel=channel, visitor=visitor)
        try:
            invitation = referring.submit_invitation(
                code=code, name=name, contact=email, language=life.shop.language,
                consents={"referral": True, "marketing": False}, channel=channel, visitor=visitor,
            )  # fmt: skip
        except DomainError:
            return
        body = Message.objects.get(key=f"invitation:{invitation.id}:{invitation.sends}").body
        digits = next(word for word in "".join(c if c.isdigit() else " " for c in body).split() if len(word) == 6)
    with life.at(life.today - timedelta(days=days) + timedelta(minutes=20)):
        referring.confirm_invitation(invitation.id, digits)
