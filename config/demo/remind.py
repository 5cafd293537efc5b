"""Reminders to refer: after purchases, good marks and of unused links; some told, some waiting, some left out and why."""

from datetime import datetime, timedelta
from uuid import UUID

from config.demo.life import Life
from config.demo.promo import come_of, morning
from crm.models import Order
from crm.operations import record_consent
from messaging.operations import send_due
from referrals.models import PromotionReceiver, ReferralCode
from referrals.operations import code_for, record_touch
from referrals.operations.reminding import Moment, note_moments, run_reminders, set_reminder

_FRIENDS = {"en": ("Nora Finch", "Hugh Barlow"), "zh-hans": ("沈清和", "罗一鸣")}


def remind_to_refer(life: Life, campaign_id: UUID) -> None:
    buyers, happy, quiet = life.customers[70:96], life.customers[96:112], life.customers[60:68]
    _agree(life, [*buyers[:20], *happy[:11], *quiet[:6]])
    with life.at(morning(life, 25)):
        for customer_id in quiet:
            code_for(campaign_id, customer_id)
    with life.at(morning(life, 24), "marketer"):
        for kind in ("bought", "praised", "silent"):
            set_reminder(campaign_id, kind, is_active=True)
    _buy_and_praise(life, buyers, happy)
    for days_ago in (14, 11, 8, 5):
        _run(life, morning(life, days_ago))
    _come(life)
    with life.at(morning(life, 1)):
        note_moments("praised", [_praise(each, morning(life, 1)) for each in life.customers[112:118]])
    _run(life, morning(life, 1))


def _agree(life: Life, people: list[UUID]) -> None:
    with life.at(morning(life, 30)):
        for customer_id in people:
            record_consent(
                customer_id, purpose="marketing", channel="email", is_granted=True, text_version="2026-11",
                language=life.shop.language, source="member centre",
            )  # fmt: skip


def _buy_and_praise(life: Life, buyers: list[UUID], happy: list[UUID]) -> None:
    """Purchases and good marks of two weeks."""
    at = morning(life, 18)
    with life.at(at):
        paid = Order.objects.filter(customer_id__in=buyers, status=Order.Status.PAID, refunds=None)
        orders = dict(paid.order_by("paid_at").values_list("customer_id", "id"))
        note_moments("bought", [Moment(customer, "order", order, at) for customer, order in orders.items()])
    for number, customer_id in enumerate(happy):
        at = morning(life, 15 - number // 3)
        with life.at(at):
            note_moments("praised", [_praise(customer_id, at)])


def _praise(customer_id: UUID, at: datetime) -> Moment:
    return Moment(customer_id, "visit", customer_id, at)


def _run(life: Life, moment: datetime) -> None:
    life._set_clock(moment)
    run_reminders(life.organisation.id)
    while send_due(life.organisation.id):
        pass
    life._set_clock(None)


def _come(life: Life) -> None:
    """Some links are opened; two friends sign up, and one of them buys."""
    with life.at(life.today):
        told = PromotionReceiver.objects.filter(
            reminder__isnull=False, state="told", reminder__kind__in=["bought", "praised"]
        )
        told = told.filter(told_at__lt=morning(life, 7))
        codes = list(ReferralCode.objects.filter(id__in=told.values("code_id")).order_by("id")[:9])
    for number, code in enumerate(codes):
        with life.at(morning(life, 6) + timedelta(hours=number)):
            record_touch(code.code, channel="email", visitor=f"reminder-{number}".ljust(64, "0"))
    for code, name in zip(codes, _FRIENDS[life.shop.language], strict=False):
        come_of(life, code.code, name, buys=name == _FRIENDS[life.shop.language][0])
