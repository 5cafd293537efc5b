"""What a vendor of text messages tells us: what became of them, and what was written back."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.crypto import constant_time_compare

from crm.models import Consent, Customer, Interaction
from crm.operations import record_consent
from crm.operations.talk import record_interaction
from crm.queries import find_by_contact
from foundation.contacts import mask_name
from messaging import rules
from messaging.models import Message
from messaging.operations.notify import notify
from messaging.operations.texting import account_of, note_receipt
from messaging.sms.port import Callback, CallbackRefused, Receipt, Reply
from messaging.sms.vendors import VENDORS
from messaging.texting import present_gateway
from tenancy import door
from tenancy.models import Organisation

REPLY_TEXT = "text-reply-2026-11"  # what the opt-out behind every offer says, messaging/wording_sms.py
_STOP = {
    "r",
    "t",
    "td",
    "n",
    "stop",
    "stopall",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "退订",
    "拒收",
    "回复r",
    "不要",
    "取消",
}
_REPEATED_WITHIN = timedelta(minutes=10)
_ENDED = (Consent.Purpose.MARKETING, Consent.Purpose.REMINDERS, Consent.Purpose.PROGRESS)


def take_callback(token: str, callback: Callback) -> tuple[str, str]:
    """Take what the vendor tells, as often as they tell it; give content type and body of our answer.

    Raises CallbackRefused for an address that is not ours, or what the vendor did not sign.
    """
    gateway = present_gateway()
    if gateway is None or not constant_time_compare(token.encode(), gateway.callback_token.encode()):
        raise CallbackRefused
    vendor = VENDORS[gateway.vendor]
    account = account_of(gateway, Organisation.objects.get(id=door.organisation_id()))
    _take(vendor.read_callback(account, callback))
    return vendor.callback_answer()


def _take(told: Iterable[Receipt | Reply]) -> None:
    for each in told:
        if isinstance(each, Reply):
            _take_reply(each)
        elif message := _message_of(each):
            note_receipt(message, each)


def _message_of(receipt: Receipt) -> Message | None:
    ours = Message.objects.filter(channel=rules.SMS).select_for_update()
    if receipt.reference:
        try:
            return ours.filter(id=UUID(receipt.reference)).first()
        except ValueError:
            return None
    return ours.filter(vendor_reference=receipt.vendor_reference).first() if receipt.vendor_reference else None


def _take_reply(reply: Reply) -> None:
    """Take a no to more texts; what else was written back stands on the customer's time line."""
    customer = find_by_contact("phone", reply.phone)
    if customer is None:
        return
    if is_no(reply.text):
        _end_texts(customer)
    else:
        _keep(customer, reply)


def is_no(text: str) -> bool:
    """Read whether somebody wants no more texts."""
    return "".join(text.lower().split()).strip("。.!！“”\"'") in _STOP


def _end_texts(customer: Customer) -> None:
    for purpose in _ENDED:
        record_consent(
            customer.id, purpose=purpose, channel=rules.SMS, is_granted=False, text_version=REPLY_TEXT,
            language=customer.language, source="reply to a text",
        )  # fmt: skip


def _keep(customer: Customer, reply: Reply) -> None:
    """Write it on the time line and tell whoever looks after the customer; vendors tell some things twice."""
    text, moment = reply.text.strip()[:1000], reply.at or door.moment()
    if not text or _is_known(customer, text, moment):
        return
    said = record_interaction(customer.id, kind=Interaction.Kind.TEXT, text=text, occurred_at=min(moment, door.moment()))
    if customer.owner_id:
        notify(
            kind="texted_back", key=f"texted_back:{said.id}", member_id=customer.owner_id,
            link=f"/customers/{customer.id}/", context={"customer": mask_name(customer.name), "text": text},
        )  # fmt: skip


def _is_known(customer: Customer, text: str, moment: datetime) -> bool:
    near = (moment - _REPEATED_WITHIN, moment + _REPEATED_WITHIN)
    rows = Interaction.objects.filter(customer=customer, kind=Interaction.Kind.TEXT, text=text)
    return rows.filter(occurred_at__range=near).exists()
