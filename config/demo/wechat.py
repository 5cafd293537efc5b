"""The official account of a shop whose customers live in WeChat: three follow it, one was told of a request there.

Its keys open nothing, and in the demo no message leaves the house.
"""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from config.demo.life import Life
from crm.operations import record_consent
from crm.operations.cases import open_case
from messaging.models import WechatAccount, WechatCode
from messaging.operations.wechat import save_account, save_template, send_due_over_wechat, take_push
from messaging.operations.wechat.binding import hashed
from messaging.wechat.callbacks import Push
from tenancy import events

_KINDS = {  # kind → template, fields, use
    "reward_settled": ("KyNTIo4bqWcT8dvH3xLuRe0GpZaM1fSg", {"thing2": "{reason_title}", "thing4": "{reward}", "time5": "{today}"}, "also"),
    "points_expiring": ("uV7mCqYd2sHkXo9LwTjB5eRfPz3NaG6i", {"number2": "{points}", "date3": "{expires_on}"}, "also"),
    "gift_ready": ("Zc8rWg1nKtYbQ4vUeDm6xJhS0aLfP7oT", {"thing1": "{gift}", "character_string3": "{code}"}, "instead"),
    "case_opened": ("fR2yPxH9aUiE5oKdLq7wTzMvB3nCs8Gj", {"character_string1": "{number}", "thing2": "{subject}", "time3": "{today}"}, "instead"),
}  # fmt: skip


def follow_on_wechat(life: Life) -> None:
    if life.shop.language != "zh-hans":
        return
    with life.at(life.today - timedelta(days=12), "owner"):
        account = save_account(name=life.shop.name, app_id="wxdemo000000000000", secret="demo" * 8)
        for kind, (template_id, fields, use) in _KINDS.items():
            save_template(kind=kind, template_id=template_id, fields=fields, use=use)
    for number, customer_id in enumerate(life.customers[4:10:2]):
        _follow(life, account, customer_id, number)
    with life.at(life.today - timedelta(days=2), "service"):
        open_case(subject="粉底液色号想换一支", customer_id=life.customers[4], channel="chat")
    events.drain(life.organisation.id)
    send_due_over_wechat(life.organisation.id)


def _follow(life: Life, account: WechatAccount, customer_id: UUID, number: int) -> None:
    """Let a customer scan their code."""
    moment, scene = life.today - timedelta(days=9 - number, hours=3), f"demo-{number}"
    with life.at(moment):
        WechatCode.objects.create(
            account=account, customer_id=customer_id, state=WechatCode.State.READY, scene_hash=hashed(scene),
            asked_at=moment, ends_at=moment + timedelta(minutes=30),
        )  # fmt: skip
        if number < 2:
            record_consent(
                customer_id, purpose="marketing", channel="wechat", is_granted=True, text_version="2026-11",
                language=life.shop.language, source="member centre",
            )  # fmt: skip
        take_push(account, Push("subscribe", f"oDemo{number:023}", timezone.now(), scene=scene))
