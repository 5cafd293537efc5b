"""A campaign that customers were told of, with friends who came of it; one that waits, one that was stopped, a robot."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from config.demo.life import Life
from crm.operations import CustomerReference, OrderReport, record_consent, record_order
from foundation.errors import DomainError
from messaging.operations import add_robot, send_due
from referrals import operations as referring
from referrals.models import PromotionReceiver, ReferralCode
from referrals.operations.promotions import Wanted, default_texts, plan_promotion, run_promotion, stop_promotion

_FRIENDS = {"en": ("Maya Thorne", "Felix Grant", "Ada Rowe"), "zh-hans": ("林晓棠", "周屿", "许知遥")}
_ROBOT = {"en": ("Regulars’ chat", "feishu", "https://open.larksuite.com/open-apis/bot/v2/hook/demo"),
          "zh-hans": ("老顾客福利群", "wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=demo")}  # fmt: skip


def tell_of_campaign(life: Life, campaign_id: UUID) -> None:
    then = morning(life, 6)
    _agree(life, then, life.customers[:60])
    with life.at(then, "marketer"):
        made = plan_promotion(campaign_id, Wanted(texts=default_texts()))
    life._set_clock(then + timedelta(minutes=5))
    run_promotion(life.organisation.id, made.id)
    while send_due(life.organisation.id):
        pass
    life._set_clock(None)
    _come(life, made.id)
    _agree(life, life.today, life.customers[60:120])
    _leave_others(life, campaign_id)


def morning(life: Life, days_ago: int) -> datetime:
    local = (life.today - timedelta(days=days_ago)).astimezone(ZoneInfo(life.shop.time_zone))
    return local.replace(hour=10, minute=0, second=0, microsecond=0)


def _agree(life: Life, moment: datetime, people: list[UUID]) -> None:
    """Half of these people have said yes to offers, a few no."""
    with life.at(moment - timedelta(days=1)):
        for number, customer_id in enumerate(people):
            if number % 2 == 0 or number % 9 == 0:
                record_consent(
                    customer_id, purpose="marketing", channel="email", is_granted=number % 18 != 9, text_version="2026-11",
                    language=life.shop.language, source="member centre",
                )  # fmt: skip


def _come(life: Life, promotion_id: UUID) -> None:
    """Some links are opened; three friends sign up, and one of them buys."""
    with life.at(life.today):
        told = PromotionReceiver.objects.filter(promotion_id=promotion_id, state="told").order_by("customer_id")
        codes = list(ReferralCode.objects.filter(id__in=told.values("code_id")).order_by("id")[:14])
    for number, code in enumerate(codes):
        with life.at(morning(life, 5) + timedelta(hours=number)):
            referring.record_touch(code.code, channel="email", visitor=f"promo-{number}".ljust(64, "0"))
    for code, name in zip(codes, _FRIENDS[life.shop.language], strict=False):
        come_of(life, code.code, name, buys=name == _FRIENDS[life.shop.language][0])


def come_of(life: Life, code: str, name: str, *, buys: bool) -> None:
    email, moment = life.mailbox(name), morning(life, 4)
    try:
        with life.at(moment):
            invitation = referring.submit_invitation(
                code=code, name=name, contact=email, language=life.shop.language, channel="email",
                consents={"referral": True, "marketing": False},
            )  # fmt: skip
            digits = life.digits(invitation)
        with life.at(moment + timedelta(minutes=10)):
            referral = referring.confirm_invitation(invitation.id, digits)
    except DomainError:
        return  # the limits of signing up hold in the demo too
    if buys:
        dearest = max(life.shop.products, key=lambda product: product.price_minor)
        with life.at(moment + timedelta(days=1)):
            record_order(
                OrderReport(
                    source="shop", external_id=f"promo-{code}", total_minor=dearest.price_minor, status="paid",
                    currency=life.shop.currency, customer=CustomerReference(customer_id=referral.referee_id),
                    placed_at=moment + timedelta(days=1), paid_at=moment + timedelta(days=1),
                )
            )  # fmt: skip


def _leave_others(life: Life, campaign_id: UUID) -> None:
    name, kind, url = _ROBOT[life.shop.language]
    with life.at(life.today - timedelta(hours=2), "owner"):
        add_robot(name=name, kind=kind, url=url)
    with life.at(life.today - timedelta(hours=1), "marketer"):
        later = life.today + timedelta(days=26)
        plan_promotion(campaign_id, Wanted(texts=default_texts(), send_at=later))
        stopped = plan_promotion(campaign_id, Wanted(texts=default_texts(), send_at=life.today + timedelta(days=3)))
        stop_promotion(stopped.id)
