"""Send texts that are due, at most once: claimed before the vendor is spoken to, and never handed over a second time.

A text that a worker died with, or whose answer was lost, is uncertain: its vendor is asked what became of it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from messaging import rules, texts
from messaging.models import Message, SmsGateway
from messaging.operations.day_limit import room_today, tell_of_day_limit
from messaging.operations.offers import let_offers_wait, without_unwilling
from messaging.sms.port import ACCEPTED, REJECTED, Account, Answer, Parcel, Receipt
from messaging.sms.vendors import VENDORS
from messaging.texting import callback_address, present_gateway
from tenancy import door
from tenancy.models import Organisation

log = logging.getLogger(__name__)

CLAIM = 10
LEASE = timedelta(minutes=10)  # above 10 texts at 20 s each
AWAITED_FOR = timedelta(minutes=10)  # as long as a code to sign in lives
ASK_AFTER = (timedelta(minutes=2), timedelta(minutes=30), timedelta(hours=6))  # the vendor, of an uncertain text
_NEVER = timedelta(days=3650)
HIDDEN = "······"
_State = Message.State
_HANDED_OVER = (_State.SENDING, _State.SENT, _State.UNCERTAIN)


@dataclass(frozen=True)
class Parcels:
    """Texts that one worker has claimed, and the account they go with."""

    account: Account
    messages: Sequence[Message]


def account_of(gateway: SmsGateway, organisation: Organisation) -> Account:
    return Account(
        vendor=gateway.vendor, key_id=gateway.key_id, secret=gateway.secret, app_id=gateway.app_id, sender=gateway.sender,
        callback_url=callback_address(organisation, gateway), base_url=gateway.base_url,
    )  # fmt: skip


def parcel_of(message: Message) -> Parcel:
    places = tuple((name, text) for name, text in message.places or [])
    return Parcel(
        reference=message.id.hex, phone=message.address, body=message.body, template=message.vendor_template, places=places
    )


# --- send --------------------------------------------------------------------------------------------------


def send_due_texts(organisation_id: UUID, *, limit: int = 200) -> int:
    """Send due texts of one organisation; count what went. Many workers may send at once. Opens the door itself."""
    sent = 0
    for _ in range(0, limit, CLAIM):
        claimed = _claim(organisation_id)
        if not claimed.messages:
            break
        sent += sum(_send(organisation_id, claimed.account, message) for message in claimed.messages)
    return sent


def _claim(organisation_id: UUID) -> Parcels:
    """Take due texts for good: from now on they are sent, failed or uncertain, whatever becomes of this worker."""
    now = timezone.now()
    with door.organisation(organisation_id):
        here = Organisation.objects.get(id=organisation_id)
        # Locked, so that one worker at a time counts what the day has room for.
        gateway = SmsGateway.objects.select_for_update().filter(is_active=True).first()
        if gateway is None:
            _due(now).update(state=_State.SKIPPED, reason="no_gateway", places=None)
            return Parcels(Account("", "", ""), [])
        _drop_stale_codes(now)
        let_offers_wait(now, channel=rules.SMS, all_kinds=True)
        due = _within_day(list(_due(now).select_for_update(skip_locked=True).order_by("due_at", "id")[:CLAIM]), gateway)
        due = without_unwilling(due, channel=rules.SMS)
        for message in due:
            message.state, message.attempts, message.due_at = _State.SENDING, message.attempts + 1, now + LEASE
        Message.objects.bulk_update(due, ["state", "attempts", "due_at"])
        return Parcels(account_of(gateway, here), due)


def _due(now: datetime):
    return Message.objects.filter(state=_State.QUEUED, channel=rules.SMS, due_at__lte=now)


def _drop_stale_codes(now: datetime) -> None:
    """Fail codes for which nobody waits any more: who still wants one has asked for another."""
    late = door.moment() - AWAITED_FOR
    stale = _due(now).filter(kind__in=texts.AWAITED, created_at__lt=late)
    stale.update(state=_State.FAILED, reason="too_late", places=None)


def _within_day(due: Sequence[Message], gateway: SmsGateway) -> Sequence[Message]:
    """Send no more in a day than the organisation wants to pay for: codes fail, the rest waits for tomorrow morning."""
    room = room_today(gateway)
    if len(due) <= room:
        return due
    fit, rest = due[:room], due[room:]
    codes = [message.id for message in rest if message.kind in texts.AWAITED]
    Message.objects.filter(id__in=codes).update(state=_State.FAILED, reason="day_limit", places=None)
    others = [message.id for message in rest if message.id not in codes]
    Message.objects.filter(id__in=others).update(due_at=tell_of_day_limit(gateway), reason="day_limit")
    return fit


def _send(organisation_id: UUID, account: Account, message: Message) -> bool:
    answer = Answer(ACCEPTED) if settings.KEEP_MAIL_IN_MAILBOX else _handed_over(account, message)
    with door.organisation(organisation_id):
        return _note(message, answer)


def _handed_over(account: Account, message: Message) -> Answer:
    return VENDORS[account.vendor].send(account, parcel_of(message), now=timezone.now())


def _note(message: Message, answer: Answer) -> bool:
    """Write down what the vendor answered, unless its receipt was faster."""
    mine = Message.objects.filter(id=message.id, state__in=[_State.SENDING, _State.UNCERTAIN])
    if answer.state == ACCEPTED:
        return bool(mine.update(
            state=_State.SENT, sent_at=door.moment(), reason="", vendor_reference=answer.vendor_reference,
            **without_secret(message),
        ))  # fmt: skip
    if answer.state == REJECTED:
        mine.update(**_refused(message, answer))
    else:
        mine.update(
            state=_State.UNCERTAIN, due_at=timezone.now() + ASK_AFTER[0], reason=answer.error, answer=answer.said,
            vendor_reference=answer.vendor_reference,
        )  # fmt: skip
    return False


def _refused(message: Message, answer: Answer) -> dict[str, Any]:
    """Nobody got it: it is tried again where that may help."""
    told = {"reason": answer.error, "answer": answer.said}
    if answer.is_passing and message.attempts < rules.MAX_ATTEMPTS:
        return {**told, "state": _State.QUEUED, "due_at": timezone.now() + rules.backoff(message.attempts)}
    # A question that we put ourselves can be sent again; who waits for a code asks for a new one.
    return {**told, "state": _State.FAILED, **(without_secret(message) if message.kind in texts.AWAITED else {})}


def without_secret(message: Message) -> dict[str, Any]:
    """Hide the digits once they are on their way: who reads our outbox must not sign in with them."""
    if settings.KEEP_MAIL_IN_MAILBOX or not texts.is_secret(message.kind):
        return {}
    return {"body": rules.hide_digits(message.body, HIDDEN), "places": None}


# --- uncertain ---------------------------------------------------------------------------------------------


def settle_doubtful(organisation_id: UUID, *, limit: int = 50) -> int:
    """Ask the vendor what became of texts of which nobody knows; count those that are known now. Opens the door itself."""
    known = 0
    for _ in range(limit):
        claimed = _doubtful(organisation_id)
        if claimed is None:
            break
        account, message = claimed
        found = VENDORS[account.vendor].look_up(
            account, parcel_of(message), vendor_reference=message.vendor_reference,
            sent_at=message.created_at, now=timezone.now(),
        )  # fmt: skip
        with door.organisation(organisation_id):
            known += settle(message, found)
    return known


def _doubtful(organisation_id: UUID) -> tuple[Account, Message] | None:
    """Take a text whose worker is dead or whose answer was lost; `attempts` counts on, so that nobody asks for ever."""
    now = timezone.now()
    with door.organisation(organisation_id):
        rows = Message.objects.filter(channel=rules.SMS, state__in=[_State.SENDING, _State.UNCERTAIN], due_at__lte=now)
        gateway = present_gateway()
        if gateway is None or settings.KEEP_MAIL_IN_MAILBOX:
            rows.update(state=_State.UNCERTAIN, due_at=now + _NEVER)
            return None
        message = rows.select_for_update(skip_locked=True).order_by("due_at", "id").first()
        if message is None:
            return None
        message.asked += 1
        is_last = message.asked >= len(ASK_AFTER)
        rows.filter(id=message.id).update(
            state=_State.UNCERTAIN, asked=message.asked, due_at=now + (_NEVER if is_last else ASK_AFTER[message.asked]),
            **(without_secret(message) if is_last else {}),
        )  # fmt: skip
        return account_of(gateway, Organisation.objects.get(id=organisation_id)), message


def settle(message: Message, found: Receipt | Answer | None) -> bool:
    """Write down what the vendor said of an uncertain text; one it never heard of was not sent."""
    mine = Message.objects.filter(id=message.id, state=_State.UNCERTAIN)
    if isinstance(found, Receipt):
        return note_receipt(message, found)
    if found is None:
        if message.asked < 2:  # its lists lag behind
            return False
        return bool(mine.update(state=_State.FAILED, reason="lost", **without_secret(message)))
    if found.state == ACCEPTED:
        reference = found.vendor_reference or message.vendor_reference
        return bool(mine.update(
            state=_State.SENT, sent_at=door.moment(), reason="", vendor_reference=reference, **without_secret(message)
        ))  # fmt: skip
    log.info("vendor of texts could not be asked: %s", found.error)
    return False


def note_receipt(message: Message, receipt: Receipt) -> bool:
    """Write down whether it arrived; the first word counts."""
    mine = Message.objects.filter(id=message.id, delivered_at=None, state__in=_HANDED_OVER)
    if receipt.is_delivered:
        moment = receipt.at or door.moment()
        return bool(mine.update(
            state=_State.SENT, sent_at=message.sent_at or moment, delivered_at=moment, reason="", **without_secret(message)
        ))  # fmt: skip
    return bool(mine.update(state=_State.FAILED, reason=receipt.error, answer=receipt.said, **without_secret(message)))
