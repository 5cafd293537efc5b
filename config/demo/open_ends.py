"""The last day: things half done, so that every page has something to show and every button something to do."""

from datetime import timedelta
from uuid import UUID

from config.demo.abuse import suspect
from config.demo.books import close_the_past
from config.demo.builder import keep_building
from config.demo.care import take_care
from config.demo.claims import settle_claims
from config.demo.deals import sell
from config.demo.fields import ask_for_more
from config.demo.front import ask_and_honour
from config.demo.gifts import order_gifts
from config.demo.groups import keep_groups, meet_newcomers
from config.demo.kinds import ask_second_people, give_in_kind
from config.demo.leads import bring_leads
from config.demo.life import Life
from config.demo.lists import keep_lists
from config.demo.lots import carry_points_over, live_with_refunds
from config.demo.merge import come_twice
from config.demo.payouts import pay_cash_out
from config.demo.people import fill_pool
from config.demo.promo import tell_of_campaign
from config.demo.remind import remind_to_refer
from config.demo.rules import reward_deals
from config.demo.segments import know_customers
from config.demo.sight import show_sight
from config.demo.sim import try_drafts
from config.demo.sources import open_sources
from config.demo.surveys import ask_around
from config.demo.texts import send_texts
from config.demo.till import open_a_till
from config.demo.tracking import follow_referrals
from config.demo.wechat import follow_on_wechat
from crm.operations import add_task, record_consent
from foundation.errors import DomainError
from integrations import operations as integrations
from integrations.mapping import guess
from referrals import operations as referring
from referrals.models import Referral
from rewards.models import Coupon
from rewards.operations import adjust_points, follow_spending, note_days, redeem_coupon, redeem_points
from rewards.queries import balances
from tenancy import events

_FILE = {
    "en": "Name,Phone,E-mail,City\nOlive Marsh,+44 7700 900301,olive.marsh@example.com,Leeds\n"
    "Theo Grant,not a number,theo.grant@example.com,Bristol\nPhoebe Young,+44 7700 900302,phoebe.young@example.com,London\n",
    "zh-hans": "姓名,手机,邮箱,城市\n林晓梅,19900000301,linxiaomei@example.com,成都\n"
    "高远,不详,gaoyuan@example.com,重庆\n宋佳,19900000302,songjia@example.com,上海\n",
}


def leave_ends_open(life: Life, campaign_id: UUID) -> None:
    """Leave a held referral, a waiting friend, used coupons and points, tasks, an import, a webhook, gifts, books."""
    hold_a_referral(life)
    let_a_friend_wait(life, campaign_id)
    follow_referrals(life, campaign_id)
    use_coupons(life)
    open_sources(life, campaign_id)
    open_a_till(life)
    carry_points_over(life)
    live_with_refunds(life)
    use_points(life)
    give_the_owner_tasks(life)
    import_a_file(life)
    point_a_webhook(life)
    order_gifts(life)
    bring_leads(life)
    give_in_kind(life)
    ask_second_people(life)
    pay_cash_out(life)
    settle_claims(life, campaign_id)
    ask_around(life)
    ask_and_honour(life)
    sell(life)
    reward_deals(life)
    close_the_past(life)
    know_customers(life)
    follow_on_wechat(life)
    take_care(life)
    show_sight(life)
    fill_pool(life)
    keep_lists(life)
    keep_groups(life)
    come_twice(life)
    ask_for_more(life)
    suspect(life, campaign_id)
    keep_building(life, campaign_id)
    tell_of_campaign(life, campaign_id)
    remind_to_refer(life, campaign_id)
    send_texts(life, campaign_id)
    events.drain(life.organisation.id)
    with life.at(life.today):
        follow_spending()
        note_days()
    try_drafts(life, campaign_id)
    meet_newcomers(life)


def hold_a_referral(life: Life) -> None:
    """Put the newest converted referral under review: its rewards wait for somebody to look."""
    with life.at(life.today, "owner"):
        clear = Referral.objects.filter(stage=Referral.Stage.CONVERTED, risk=Referral.Risk.CLEAR)
        newest = clear.order_by("-confirmed_at").first()
        if newest:
            referring.flag_risk(newest.id, "same_household")


def let_a_friend_wait(life: Life, campaign_id: UUID) -> None:
    """Leave a form whose six digits lie in the mailbox."""
    name = life.draw_name()
    with life.at(life.today - timedelta(minutes=20)):
        code = referring.code_for(campaign_id, life.customers[0])
        referring.record_touch(code.code, channel="qr", visitor=f"{life.dice.getrandbits(128):032x}")
        referring.submit_invitation(
            code=code.code,
            name=name,
            contact=life.mailbox(name),
            language=life.shop.language,
            channel="qr",
            consents={"referral": True, "marketing": False},
        )


def use_coupons(life: Life) -> None:
    """Some friends have used their coupon at the till."""
    with life.at(life.today - timedelta(hours=5), "sales"):
        for number, coupon in enumerate(Coupon.objects.filter(state=Coupon.State.ISSUED).order_by("id")[:12:3]):
            try:
                dear = max(product.price_minor for product in life.shop.products)
                redeem_coupon(
                    coupon.code, source="pos", external_id=f"T{number}", order_minor=dear, currency=life.shop.currency
                )
            except DomainError:
                continue  # expired by now


def use_points(life: Life) -> None:
    with life.at(life.today - timedelta(hours=4), "service"):
        for number, customer_id in enumerate(life.customers[:40:4]):
            has = next((row.available for row in balances(customer_id) if row.unit == "POINT"), 0)
            if has >= 100:
                redeem_points(customer_id, amount=has // 200 * 100 or 100, reason="gift", key=f"demo:gift:{number}")
    with life.at(life.today - timedelta(hours=3), "owner"):
        adjust_points(life.customers[1], amount=50, reason="late parcel", key="demo:sorry")
        record_consent(
            life.customers[1], purpose="marketing", channel="email", is_granted=True, text_version="2026-11",
            language=life.shop.language, source="member centre",
        )  # fmt: skip


def give_the_owner_tasks(life: Life) -> None:
    for days, title in zip((-2, 0, 1, 4), life.shop.tasks, strict=False):
        with life.at(life.today - timedelta(days=3), "owner"):
            add_task(
                key=f"demo:owner:{days}",
                title=title,
                due_at=life.today + timedelta(days=days, hours=2),
                customer_id=life.customers[3 + days],
                assignee_id=life.members["owner"].id,
                priority=1 if days < 0 else 2,
            )


def import_a_file(life: Life) -> None:
    """Import three customers, one of whom has no proper number."""
    content = _FILE[life.shop.language].encode("gb18030" if life.shop.language == "zh-hans" else "utf-8")
    with life.at(life.today, "marketer"):
        imported = integrations.upload(kind="customers", file_name="customers.csv", content=content)
        columns = guess("customers", imported.columns)
        integrations.start(imported.id, mapping=columns, is_dry_run=False, is_run_here=True)
    integrations.run(life.organisation.id, imported.id)


def point_a_webhook(life: Life) -> None:
    """Leave an endpoint switched off: nobody listens at this address."""
    with life.at(life.today, "owner"):
        endpoint, _ = integrations.add_endpoint(url="https://shop.example.com/hooks", kinds=["reward.settled"])
        integrations.update_endpoint(endpoint.id, is_active=False)
