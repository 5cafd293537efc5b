"""What is given beside points and money: a choice, upgrades, an evening, badges; and what waits for a second person."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Count

from config.demo.life import Life
from crm.models import Customer
from loyalty.models import Tier
from loyalty.operations import give_badge, hold_tier, save_badge
from rewards.models import Approval
from rewards.operations import (
    Option,
    Promise,
    accrue,
    adjust_points,
    approve,
    choose_option,
    decline,
    issue_reward,
    set_reward_policy,
    settle_due,
    tell_of_late,
)
from tenancy import events

_WORDS = {
    "en": {"sorry": "A parcel came late", "fair": "Helped at the spring fair", "many": "Two broken cups in a row",
           "again": "Broken cup", "no": "It was replaced already"},
    "zh-hans": {"sorry": "快递延误致歉", "fair": "协助春季活动", "many": "连续两次收到破损商品", "again": "商品破损", "no": "已经补发过"},
}  # fmt: skip
_UPGRADE = {
    "GBP": {"en": "Grinder service", "zh-hans": "磨豆机保养"},
    "CNY": {"zh-hans": "护理升级", "en": "Upgraded treatment"},
}
_EVENING = {
    "GBP": {"en": "Tasting evening", "zh-hans": "品鉴之夜"},
    "CNY": {"zh-hans": "新品体验沙龙", "en": "First look evening"},
}
_PLACE = {"GBP": {"en": "The roastery", "zh-hans": "烘焙坊"}, "CNY": {"zh-hans": "春熙路店", "en": "Chunxi Road store"}}
_BADGES = {
    "guide": ({"en": "Good guide", "zh-hans": "引路人"}, "medal", "#0f766e"),
    "helper": ({"en": "Friend of the house", "zh-hans": "热心伙伴"}, "heart", "#be185d"),
}


def give_in_kind(life: Life) -> None:
    """Give those who brought most friends what is no money; let some of it wait, and one thing come late."""
    best = _best_referrers(life, 4)
    past, words = life.today - timedelta(days=20), _WORDS[life.shop.language]
    with life.at(past, "marketer"):
        for code, (name, icon, colour) in _BADGES.items():
            save_badge(code=code, name=name, icon=icon, colour=colour)
        for customer_id in best[:2]:
            give_badge(customer_id, "guide", key=f"demo:guide:{customer_id}")
        give_badge(best[2], "helper", key="demo:helper", reason=words["fair"])
        hold_tier(best[3], Tier.objects.get(rank=1).code, until=past + timedelta(days=90), reason=words["sorry"])
        done, _late, _evening = accrue(
            [*(_upgrade(life, each, past) for each in best[:2]), _invitation(life, best[2], past)]
        )
    with life.at(past + timedelta(days=1)):
        settle_due()
    with life.at(past + timedelta(days=3), "service"):
        issue_reward(done.id)
    with life.at(life.today, "marketer"):
        chosen, _open = accrue([_choice(life, each) for each in best[:2]])
        choose_option(chosen.id, 1)


def ask_second_people(life: Life) -> None:
    """Book a few points by hand, so many that a second person is asked: one says yes, one no, one has not said."""
    words, customers = _WORDS[life.shop.language], life.customers
    with life.at(life.today - timedelta(days=6), "owner"):
        set_reward_policy(approve_points_from=500, approve_cost_from=20 * life.shop.products[0].price_minor)
    for place, reason in enumerate(("many", "again", "many")):
        with life.at(life.today - timedelta(days=5 - place), "service"):
            adjust_points(customers[5 + place], amount=600, reason=words[reason], key=f"demo:asked:{place}")
    with life.at(life.today - timedelta(days=2), "finance"):
        yes, no = Approval.objects.order_by("asked_at")[:2]
        approve(yes.id)
        decline(no.id, reason=words["no"])
    events.drain(life.organisation.id)
    with life.at(life.today):
        tell_of_late()


def _best_referrers(life: Life, count: int) -> list[UUID]:
    with life.at(life.today):
        best = Customer.objects.annotate(friends=Count("referrals_made")).order_by("-friends", "id")
        return list(best.values_list("id", flat=True)[:count])


def _upgrade(life: Life, customer_id: UUID, at) -> Promise:
    return Promise(
        key=f"demo:upgrade:{customer_id}", kind="service_upgrade", customer_id=customer_id, role="referrer", hold_until=at,
        title=_UPGRADE[life.shop.currency], cost_minor=life.shop.products[0].price_minor, promised_by=at + timedelta(days=10),
    )  # fmt: skip


def _invitation(life: Life, customer_id: UUID, at) -> Promise:
    starts_at = (life.today + timedelta(days=30)).replace(hour=18, minute=0, second=0, microsecond=0)
    return Promise(
        key=f"demo:evening:{customer_id}", kind="event", customer_id=customer_id, role="referrer", hold_until=at,
        title=_EVENING[life.shop.currency], details={"starts_at": starts_at.isoformat(), "place": _PLACE[life.shop.currency]},
        cost_minor=life.shop.products[0].price_minor,
    )  # fmt: skip


def _choice(life: Life, customer_id: UUID) -> Promise:
    worth, currency = life.shop.products[0].price_minor, life.shop.currency
    menu = (
        Option("points", worth, amount=worth),
        Option("cash", worth, amount=worth, currency=currency),
        Option("service_upgrade", worth, title=_UPGRADE[currency]),
    )
    return Promise(
        key=f"demo:choice:{customer_id}", kind="points", amount=worth, customer_id=customer_id, role="referrer", options=menu,
        cost_minor=worth, hold_until=life.today + timedelta(days=9), promised_by=life.today + timedelta(days=12),
    )  # fmt: skip
