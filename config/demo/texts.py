"""Text messages: each shop's account with a vendor, who wants offers by text, friends who came by their phone numbers."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from config.demo.life import Life
from config.demo.promo import morning
from crm.operations import record_consent
from foundation.errors import DomainError
from messaging.models import Message, SmsGateway
from messaging.operations import GatewayAsked, save_template, send_due_texts, set_gateway
from messaging.operations.texting import note_receipt
from messaging.queries import wording
from messaging.sms.port import Receipt
from referrals import operations as referring
from referrals.models import Invitation

# Nothing leaves a demo, so the keys open nothing.
_ACCOUNTS = {
    "GB": {"vendor": SmsGateway.Vendor.TWILIO, "key_id": "AC-demo", "sender": "+447700900100"},
    "CN": {"vendor": SmsGateway.Vendor.ALIYUN, "key_id": "LTAI-demo", "sender": "春熙美妆"},
}
_TOLD = ("reward_settled", "points_expiring", "gift_ready", "gift_shipped")
_FILED = ("confirmation", "member_login", "referral_question", "referral_waiting", *_TOLD)
_FRIENDS = {"en": ("Ruth Alder", "Ben Castle", "Nell Frost"), "zh-hans": ("唐雨薇", "罗子昂", "江心怡")}


def send_texts(life: Life, campaign_id: UUID) -> None:
    """Enter an account; three friends come by phone: one was out of reach at first, one has not typed the digits yet."""
    chance = random.Random(f"{life.shop.slug} texts")
    _enter_account(life)
    _agree(life, life.customers[40:64:2])
    first, second, third = _FRIENDS[life.shop.language]
    _come(life, campaign_id, first, _phone(life, chance), morning(life, 6))
    out_of_reach = _phone(life, chance)
    _ask(life, campaign_id, second, out_of_reach, morning(life, 3))
    _note(life, out_of_reach, Receipt(is_delivered=False, error="number_off"))
    _come(life, campaign_id, second, _phone(life, chance), morning(life, 3) + timedelta(minutes=8))
    _ask(life, campaign_id, third, _phone(life, chance), life.today - timedelta(minutes=25))


def _enter_account(life: Life) -> None:
    account, language = _ACCOUNTS[life.shop.country], life.shop.language
    with life.at(life.today - timedelta(weeks=8), "owner"):
        uses = dict.fromkeys(_TOLD, SmsGateway.Use.WITHOUT_EMAIL)
        set_gateway(GatewayAsked(**account, secret="demo", countries=[life.shop.country], uses=uses))
        for number, kind in enumerate(_FILED if account["vendor"] == SmsGateway.Vendor.ALIYUN else ()):
            body = wording(kind=kind, channel="sms", language=language).body
            save_template(kind=kind, channel="sms", language=language, body=body, vendor_template=f"SMS_4800{number:05}")


def _agree(life: Life, people: list[UUID]) -> None:
    with life.at(morning(life, 40)):
        for customer_id in people:
            record_consent(
                customer_id, purpose="marketing", channel="sms", is_granted=True, text_version="2026-11",
                language=life.shop.language, source="member centre",
            )  # fmt: skip


def _phone(life: Life, chance: random.Random) -> str:
    """Draw a number that reaches nobody, with dice of its own: the shop's story stays as it is."""
    return f"+4477009{chance.randrange(10**5):05}" if life.shop.country == "GB" else f"+86199{chance.randrange(10**8):08}"


def _come(life: Life, campaign_id: UUID, name: str, phone: str, moment: datetime) -> None:
    """Let a friend sign up and type the digits that came."""
    invitation, digits = _ask(life, campaign_id, name, phone, moment)
    _note(life, phone, Receipt(is_delivered=True, at=moment + timedelta(seconds=5)))
    with life.at(moment + timedelta(minutes=2)):
        referring.confirm_invitation(invitation.id, digits)


def _ask(life: Life, campaign_id: UUID, name: str, phone: str, moment: datetime) -> tuple[Invitation, str]:
    """Send a friend's form; its text goes out at once, in the shop's own time."""
    code = _a_code(life, campaign_id)
    with life.at(moment):
        referring.record_touch(code, channel="wechat", visitor=f"text-{phone[-6:]}".ljust(64, "0"))
        invitation = referring.submit_invitation(
            code=code, name=name, contact=phone, language=life.shop.language, channel="wechat",
            consents={"referral": True, "marketing": True},
        )  # fmt: skip
        digits = life.digits(invitation)
    life._set_clock(moment)
    send_due_texts(life.organisation.id)
    life._set_clock(None)
    return invitation, digits


def _a_code(life: Life, campaign_id: UUID) -> str:
    """Choose the first regular who may refer."""
    for customer_id in life.customers:
        try:
            with life.at(life.today - timedelta(days=10)):
                return referring.code_for(campaign_id, customer_id).code
        except DomainError:
            continue
    raise LookupError("nobody may refer")


def _note(life: Life, phone: str, receipt: Receipt) -> None:
    """Tell what became of the text to a phone, as the vendor would."""
    with life.at(life.today):
        note_receipt(Message.objects.get(channel="sms", address=phone), receipt)
