"""One of everything at an organisation, made by the house's own operations, so that every address can be opened."""

import re
from datetime import timedelta
from uuid import UUID

from crm import operations as crm
from foundation.ids import new_id
from integrations import operations as integrations
from integrations.models import WebhookDelivery
from integrations.operations.configuration import keep_configuration
from loyalty.models import Tier
from loyalty.operations import give_badge, hold_tier, save_badge, set_up_default_tiers, set_up_programme
from messaging import texts
from messaging.models import Message
from messaging.operations import notify
from referrals import operations as referring
from referrals.models import Campaign, Decision, Referral
from rewards import ledger
from rewards.models import BudgetAlert, BudgetDay, JournalEntry, Reward
from rewards.operations import (
    Promise,
    accrue,
    adjust_points,
    close_month,
    create_item,
    ensure_units,
    order_gift,
    prove_books,
    set_reward_policy,
)
from rewards.rules.months import month_of
from tenancy import calendar, door, keys
from tenancy.calendar import own_zone
from tenancy.models import Job
from tests.dashboard.world_abuse import suspected
from tests.dashboard.world_care import cared_for
from tests.dashboard.world_claims import claimed
from tests.dashboard.world_conditions import a_group_of_its_own
from tests.dashboard.world_deals import selling_to
from tests.dashboard.world_front import asked_and_honoured
from tests.dashboard.world_imports import kept_columns
from tests.dashboard.world_landing import a_page
from tests.dashboard.world_leads import some_leads
from tests.dashboard.world_lists import listed
from tests.dashboard.world_merge import twins
from tests.dashboard.world_payouts import a_payout
from tests.dashboard.world_promo import tell_customers
from tests.dashboard.world_segments import a_segment
from tests.dashboard.world_sight import of_sight
from tests.dashboard.world_sim import try_terms
from tests.dashboard.world_sources import some_sources
from tests.dashboard.world_surveys import a_survey
from tests.dashboard.world_texts import an_account_for_texts
from tests.dashboard.world_till import at_the_till
from tests.dashboard.world_tracking import on_its_way
from tests.dashboard.world_wechat import an_official_account

CSV = b"Name,Phone,E-mail\nCarl Young,+447700900111,carl@example.com\nDora Hill,,dora@example.com\n"


def furnish(member) -> dict[str, object]:
    """Make one record of each kind inside the door; gives what addresses need, by argument name."""
    set_up_programme()
    set_up_default_tiers("GBP")
    ann = crm.record_customer(name="Ann Smith", email="ann@example.com", phone="+447700900001")
    task = crm.add_task(
        key="t", title="Call Ann", due_at=door.moment() + timedelta(days=1), customer_id=ann.id, assignee_id=member.id
    )
    crm.record_interaction(ann.id, kind="call", text="She likes the grinder.")
    adjust_points(ann.id, amount=50, reason="a gift", key="gift")
    message = notify(kind="reward_settled", key="m1", customer_id=ann.id, context=texts.examples("Acme"))[0]
    notify(kind="follow_up_due", key="m2", member_id=member.id, context=texts.examples("Acme"))
    return {
        "customer_id": ann.id, "contact_id": ann.contact_points.first().id, "task_id": task.id, "message_id": message.id,
        "member_id": member.id, **of_sight(ann.id, member.id),
        "kind": "reward_accrued", "channel": "email", "verb": "pause", "template": "friend_coupon",
        "segment_key": "champions", "r": 5, "value": 5, "step": "goal",
        "tier_id": Tier.objects.get(rank=1).id, "pack_key": "retail", "number": keep_configuration().number,
        **_machines(), **at_the_till(ann.id), **a_payout(ann.id), **_growth(ann.id, member.id),
        **_gifts(ann.id, member.id), **_books(ann.id),
        **_honours(ann.id), **_asked(ann.id), **a_survey(ann.id),
        **a_segment(ann.id, member.id),
        **listed(member),
        **selling_to(ann.id, member.id),
        **some_leads(member),
        **asked_and_honoured(ann.id),
        **cared_for(ann.id, member.id),
        **twins(ann.id),
        **claimed(),
        **some_sources(member), **an_account_for_texts(), **an_official_account(),
    }  # fmt: skip


def _honours(customer_id: UUID) -> dict[str, object]:
    """A badge that somebody has, and a tier that they hold for a time."""
    save_badge(code="friend", name={"en": "Good friend", "zh-hans": "好朋友"}, about={}, icon="heart", colour="#d4a017")
    given = give_badge(customer_id, "friend", key="b1", reason="helped at the fair")
    gold = Tier.objects.get(rank=1)
    hold = hold_tier(customer_id, gold.code, until=door.moment() + timedelta(days=90), reason="an apology")
    return {"customer_badge_id": given.id, "hold_id": hold.id}


def _asked(customer_id: UUID) -> dict[str, object]:
    """Points by hand that wait for a second person."""
    set_reward_policy(approve_points_from=500)
    return {"approval_id": adjust_points(customer_id, amount=600, reason="a long wait", key="many").id}


def _books(customer_id: UUID) -> dict[str, object]:
    """A month of the past with an entry, closed, one that came late for it, and a proof of the books."""
    unit = ensure_units()["POINT"]
    past = (door.moment().replace(day=1) - timedelta(days=20)).replace(day=15)
    for key in ("past", "late"):
        arrow = ledger.Arrow(customer_id, unit.id, "programme", "available", 30)
        ledger.post([ledger.Entry("adjustment", f"adjust:{key}", (arrow,), reason="Forgotten", occurred_at=past)])
        closed = close_month(month_of(past, own_zone()))
    return {"closing_id": closed.closing.id, "unit_id": unit.id, "run_id": prove_books().id, "watch": new_id()}


def _machines() -> dict[str, object]:
    key, _ = keys.issue(name="shop", scopes=["orders:write"], created_by=None)
    endpoint, _ = integrations.add_endpoint(url="https://shop.example.com/hooks", kinds=["reward.settled"])
    integrations.send_test(endpoint.id)
    imported = integrations.upload(kind="customers", file_name="people.csv", content=CSV)
    return {
        "key_id": key.id, "endpoint_id": endpoint.id, "delivery_id": WebhookDelivery.objects.get().id,
        **kept_columns(), "import_id": imported.id, "job_id": Job.objects.create(kind="import").id,
    }  # fmt: skip


def _gifts(customer_id: UUID, member_id: UUID) -> dict[str, object]:
    """Something for points, and a parcel under way."""
    mug = create_item(
        kind="gift", name={"en": "Mug", "zh-hans": "马克杯"}, points=20, stock=7, can_be_sent=True, can_be_fetched=True,
        responsible_id=member_id, money_minor=300, currency="GBP",
    )  # fmt: skip
    home = {"name": "Ann Smith", "phone": "+447700900001", "street": "4 Salt Lane", "city": "York"}
    order = order_gift(mug.id, customer_id, key="mug", way="send", address=home)
    return {"item_id": mug.id, "gift_order_id": order.id}


def _growth(referrer_id: UUID, member_id: UUID) -> dict[str, object]:
    """A campaign, a friend who came, their order."""
    now = door.moment()
    campaign = referring.create_campaign(
        template="friend_coupon", name="Bring a friend", starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=90),
        budget_limit_minor=100_000, responsible_id=member_id,
    )  # fmt: skip
    campaign = referring.start_campaign(campaign.id)
    scheme = a_group_of_its_own(campaign)
    a_page(campaign.id)
    _wait_for_money(campaign.budget_id, referrer_id)
    referral = _befriend(referring.code_for(campaign.id, referrer_id))
    way = on_its_way(campaign.id, referrer_id, referral.id, member_id)
    order = buy(referral.referee_id, "1001", 20_000)
    bought = buy(referrer_id, "1002", 5_000)
    refund, _ = crm.record_refund(
        crm.RefundReport(
            source="shop",
            external_id="back-1",
            order_external_id="1002",
            currency="GBP",
            amount_minor=1_000,
            reason="chipped",
        )
    )
    crm.cancel_order(bought.id)
    return {
        "campaign_id": campaign.id, "referral_id": referral.id, "budget_id": campaign.budget_id, "order_id": order.id,
        "refund_id": refund.id, **suspected(referral), **way, **scheme,
    }  # fmt: skip


def _wait_for_money(budget_id: UUID, customer_id: UUID) -> None:
    """Two days of a budget, an alert, and a reward that waits."""
    yesterday = calendar.today() - timedelta(days=1)
    BudgetDay.objects.create(
        budget_id=budget_id, day=yesterday, limit_minor=100_000, reserved_minor=900, committed_minor=0, spent_minor=0,
        promised_minor=900,
    )  # fmt: skip
    BudgetAlert.objects.create(
        budget_id=budget_id, round=1, percent=50, direction="up", used_minor=500, limit_minor=1000, occurred_at=door.moment()
    )
    waiting = Promise(
        key="waits", kind="points", customer_id=customer_id, role="referrer", amount=50, budget_id=budget_id,
        hold_until=door.moment() + timedelta(days=14), funding="waiting",
    )  # fmt: skip
    accrue([waiting])


def _befriend(code) -> Referral:
    consents = {"referral": True, "marketing": False}
    invitation = referring.submit_invitation(
        code=code.code, name="Cleo Brown", contact="cleo@example.com", language="en", consents=consents
    )
    letter = Message.objects.get(key=f"invitation:{invitation.id}:{invitation.sends}")
    return referring.confirm_invitation(invitation.id, re.search(r"\b\d{6}\b", letter.body)[0])


def buy(customer_id: UUID, number: str, total_minor: int, status: str = "paid", **facts):
    line = crm.OrderLineReport(sku="ESP", name="Espresso", unit_minor=total_minor, amount_minor=total_minor)
    report = crm.OrderReport(
        source="shop", external_id=number, currency="GBP", total_minor=total_minor, status=status, lines=[line],
        customer=crm.CustomerReference(customer_id=customer_id), **facts,
    )  # fmt: skip
    return crm.record_order(report)[0]


def judged() -> dict[str, object]:
    """What the workers have made of it by now."""
    referred = Reward.objects.exclude(referral_id=None)
    campaign_id = Campaign.objects.get(name="Bring a friend").id
    tried = try_terms(campaign_id) | tell_customers(campaign_id)
    first = {"decision_id": Decision.objects, "reward_id": referred, "entry_id": JournalEntry.objects}
    return tried | {name: getattr(rows.order_by("id").first(), "id", new_id()) for name, rows in first.items()}
