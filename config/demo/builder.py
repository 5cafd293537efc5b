"""Campaigns in the builder: words that WeChat would block, two levels that wait for the legal note, new terms being written."""

from datetime import timedelta
from uuid import UUID

from config.demo.life import Life
from referrals import operations as referring
from referrals.models import Campaign
from referrals.queries import planned_terms

_NAMES = {"en": ("Share week", "Friends of friends", "An idea for May"), "zh-hans": ("分享周", "好友的好友", "五月构思")}
_INDUCING = {
    "zh-hans": {"headline": "分享得红包，人人有份", "share": "邀请 3 位好友助力，免费拿礼盒"},
    "en": {"headline": "Share and get £10", "share": "Help me unlock a free present"},
}


def keep_building(life: Life, running_id: UUID) -> None:
    blocked, deeper, idea = _NAMES[life.shop.language]
    with life.at(life.today - timedelta(days=2), "marketer"):
        _blocked(life, blocked)
        _two_levels(life, deeper)
        referring.begin_campaign(
            name=idea, starts_at=life.today + timedelta(days=90), goal={"aim": "reactivation", "friends": 40}
        )
        _new_terms(running_id)


def _blocked(life: Life, name: str) -> None:
    """What a marketer writes who does not know the rules: inducing words, cash without an end, no budget."""
    made = referring.begin_campaign(name=name, starts_at=life.today + timedelta(days=10), goal={"aim": "awareness"})
    referring.choose_template(made.id, "education_course")
    referring.update_campaign(made.id, texts=_INDUCING)
    referring.set_wechat_safe(made.id, True)


def _two_levels(life: Life, name: str) -> None:
    starts_at = life.today + timedelta(days=20)
    made = referring.begin_campaign(
        name=name, starts_at=starts_at, ends_at=starts_at + timedelta(weeks=8),
        goal={"aim": "new_customers", "friends": 60},
    )  # fmt: skip
    referring.choose_template(made.id, "friend_coupon")
    terms = planned_terms(Campaign.objects.get(id=made.id))
    second = {"to": "second_level", "kind": "points", "amount": {"points": 40}}
    referring.save_draft_terms(made.id, {**terms, "rewards": [*terms["rewards"], second]})
    referring.fund_campaign(made.id, 10 * max(product.price_minor for product in life.shop.products))
    referring.update_campaign(made.id, responsible_id=life.members["sales"].id)


def _new_terms(running_id: UUID) -> None:
    """Somebody is writing new terms for the running campaign; they are not in force."""
    terms = planned_terms(Campaign.objects.get(id=running_id))
    limits = {**terms.get("limits", {}), "per_referrer_30_days": {"count": 6}}
    referring.save_draft_terms(running_id, {**terms, "limits": limits})
