"""A campaign for larger sales: milestones along a deal, money by instalments, a scheme and limits by money."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from config.demo.life import Life
from crm.operations import deals as selling
from crm.operations import record_customer
from foundation.money import exponent
from referrals import operations as referring
from referrals.models import Campaign, RuleVersion
from referrals.queries import current_version
from tenancy import events

_WORDS = {
    "en": {"name": "Bring a business", "deal": "Coffee for the office", "again": "They want a second offer",
           "friends": ("Harbour Studio", "Northside Clinic", "Elm Street School")},
    "zh-hans": {"name": "企业客户推荐", "deal": "员工福利采购", "again": "客户要求重新报价",
                "friends": ("蓉城设计事务所", "锦江口腔诊所", "玉林实验学校")},
}  # fmt: skip
_SIGNED = {"en": "The contract is signed", "zh-hans": "签约"}
_PAID = {"en": "Money has come", "zh-hans": "回款到账"}
_STILL = {"en": "Still a customer after 90 days", "zh-hans": "90 天后仍在购买"}


def reward_deals(life: Life) -> None:
    """Run a campaign of deals: one paid by instalments, one opened again after it was paid, one not signed yet."""
    past, words = life.today - timedelta(days=40), _WORDS[life.shop.language]
    with life.at(past, "marketer"):
        campaign = _campaign(life, words["name"])
        friends = [record_customer(name=name, kind="company") for name in words["friends"]]
        told = [
            referring.PastReferral(life.customers[place], each.id, past)
            for place, each in zip((3, 3, 8), friends, strict=True)
        ]  # fmt: skip
        referring.record_past_referrals(told, campaign_id=campaign.id)
    deals = [_deal(life, words["deal"], each.id) for each in friends]
    _pays(life, deals[0], "M1", (40, 35), went_back=10)
    _pays(life, deals[1], "M2", (100,))
    with life.at(life.today - timedelta(days=6), "sales"):
        selling.reopen_deal(deals[1], note=words["again"])
    events.drain(life.organisation.id)
    with life.at(life.today - timedelta(days=5), "marketer"):
        terms = current_version(campaign.id).terms
        terms["milestones"][0]["rewards"][0]["percent"] = {"percent": "4"}
        referring.publish_terms(campaign.id, terms, honour=RuleVersion.Honour.BETTER_OF_BOTH)
    events.drain(life.organisation.id)


def _campaign(life: Life, name: str) -> Campaign:
    minor = 10 ** exponent(life.shop.currency)

    def money(amount: int) -> dict[str, Any]:
        return {"minor": amount * minor, "currency": life.shop.currency}

    milestones = [
        {"key": "paid", "trigger": "money_received", "title": _PAID, "hold": {"days": 14}, "rewards": [
            {"to": "referrer", "kind": "cash_percent", "percent": {"percent": "3"}, "cap": money(500)}]},
        {"key": "signed", "trigger": "deal_won", "title": _SIGNED, "minimum": money(100), "hold": {"days": 7}, "rewards": [
            {"to": "referee", "kind": "points", "amount": {"points": 500}},
            {"to": "second_level", "kind": "points", "amount": {"points": 50}}]},
        {"key": "still", "trigger": "still_active", "after": {"days": 90}, "bought_within": {"days": 60}, "title": _STILL,
         "rewards": [{"to": "referrer", "kind": "points", "amount": {"points": 300}}]},
    ]  # fmt: skip
    terms = {
        "success": {"event": "milestones"}, "rewards": [], "milestones": milestones,
        "limits": {"per_referrer_30_days_cost": money(2000), "per_campaign_cost": money(20_000)},
    }  # fmt: skip
    campaign = referring.create_campaign(
        template="friend_coupon", name=name, starts_at=life.today - timedelta(days=41), terms_changes=terms,
        ends_at=life.today + timedelta(days=320), budget_limit_minor=20_000 * minor,
    )  # fmt: skip
    referring.acknowledge_legal_note()
    return referring.start_campaign(campaign.id)


def _deal(life: Life, title: str, customer_id: UUID) -> UUID:
    with life.at(life.today - timedelta(days=30), "sales"):
        worth = 2_000 * 10 ** exponent(life.shop.currency)
        return selling.create_deal(title=title, customer_id=customer_id, amount_minor=worth).id


def _pays(life: Life, deal_id: UUID, name: str, shares: tuple[int, ...], *, went_back: int = 0) -> None:
    """Win a deal and let shares of its money come, in percent; of the first some may go back."""
    worth = 2_000 * 10 ** exponent(life.shop.currency)
    with life.at(life.today - timedelta(days=28), "sales"):
        selling.win_deal(deal_id)
    receipts = []
    for number, share in enumerate(shares):
        with life.at(life.today - timedelta(days=25 - 10 * number), "finance"):
            receipt, _ = selling.record_receipt(
                deal_id, source="bank", external_id=f"{name}{number}", amount_minor=worth * share // 100
            )
            receipts.append(receipt.id)
    events.drain(life.organisation.id)
    if went_back:
        with life.at(life.today - timedelta(days=8), "finance"):
            selling.refund_receipt(
                receipts[0], source="bank", external_id=f"{name}R", amount_minor=worth * went_back // 100
            )  # fmt: skip
