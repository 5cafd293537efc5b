"""Send what is due: claim in one transaction, talk to the mail server in none, note the outcome in another."""

import logging
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import get_connection
from django.utils import timezone

from foundation.errors import NotFound
from messaging import mail, rules, texts
from messaging.errors import CodeGone, NotFailed
from messaging.models import Message
from messaging.operations.notify import ring
from messaging.operations.offers import let_offers_wait, without_unwilling
from tenancy import audit, door
from tenancy.models import Organisation

log = logging.getLogger(__name__)

CLAIM = 20
LEASE = timedelta(minutes=10)  # above 20 messages at EMAIL_TIMEOUT each
HIDDEN = "······"


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt; `error` holds codes and class names, never an address."""

    is_sent: bool
    error: str = ""
    is_final: bool = False


def send_due(organisation_id: UUID, *, limit: int = 200) -> int:
    """Send due e-mail of one organisation; count what went. Many workers may send at once. Opens the door itself.

    At least once: a worker that dies between sending and noting it lets the message
    go again under the same Message-ID, by which mail servers and readers know a repetition.
    """
    sent = 0
    for _ in range(0, limit, CLAIM):
        organisation, claimed = _claim(organisation_id)
        if not claimed:
            break
        outcomes = _send_all(organisation, claimed)
        sent += _note(organisation_id, claimed, outcomes)
    return sent


def _claim(organisation_id: UUID) -> tuple[Organisation, Sequence[Message]]:
    """Lease due messages and count the attempt before the work, so that none is tried for ever."""
    now = timezone.now()
    with door.organisation(organisation_id):
        let_offers_wait(now, channel=rules.EMAIL)
        due = list(
            Message.objects.select_for_update(skip_locked=True)
            .filter(state=Message.State.QUEUED, channel=Message.Channel.EMAIL, due_at__lte=now)
            .order_by("due_at", "id")[:CLAIM]
        )
        due = without_unwilling(due, channel=rules.EMAIL)
        for message in due:
            message.attempts += 1
            message.due_at = now + LEASE
        Message.objects.bulk_update(due, ["attempts", "due_at"])
        return Organisation.objects.get(id=organisation_id), due


def _send_all(organisation: Organisation, messages: Sequence[Message]) -> list[Outcome]:
    if settings.KEEP_MAIL_IN_MAILBOX:
        return [Outcome(True) for _ in messages]
    connection = get_connection()
    try:
        connection.open()
        return [_send(connection, organisation, message) for message in messages]
    except (smtplib.SMTPException, OSError) as error:
        log.warning("mail server not reached: %s", type(error).__name__)
        return [Outcome(False, _name(error)) for _ in messages]
    finally:
        connection.close()


def _send(connection, organisation: Organisation, message: Message) -> Outcome:
    try:
        mail.compose(organisation, message, connection).send()
        return Outcome(True)
    except smtplib.SMTPRecipientsRefused as error:
        code = min((code for code, _ in error.recipients.values()), default=0)
        return Outcome(False, f"refused {code}", is_final=code >= 500)
    except smtplib.SMTPResponseException as error:
        return Outcome(False, f"{type(error).__name__} {error.smtp_code}", is_final=error.smtp_code >= 550)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return Outcome(False, _name(error))


def _name(error: Exception) -> str:
    code = getattr(error, "smtp_code", "")
    return f"{type(error).__name__} {code}".strip()


def _note(organisation_id: UUID, messages: Sequence[Message], outcomes: Sequence[Outcome]) -> int:
    with door.organisation(organisation_id):
        return sum(_note_one(message, outcome) for message, outcome in zip(messages, outcomes, strict=True))


def _note_one(message: Message, outcome: Outcome) -> bool:
    """Write the outcome down, unless the lease ran out and another worker has taken the message since."""
    mine = Message.objects.filter(id=message.id, state=Message.State.QUEUED, attempts=message.attempts)
    if outcome.is_sent:
        return bool(mine.update(state=Message.State.SENT, sent_at=door.moment(), reason="", **_without_secret(message)))
    if outcome.is_final or message.attempts >= rules.MAX_ATTEMPTS:
        mine.update(state=Message.State.FAILED, reason=outcome.error[:120])
    else:
        mine.update(due_at=timezone.now() + rules.backoff(message.attempts), reason=outcome.error[:120])
    return False


def _without_secret(message: Message) -> dict[str, str]:
    """Hide the digits once they are on their way: who reads our outbox must not sign in with them."""
    if settings.KEEP_MAIL_IN_MAILBOX or not texts.is_secret(message.kind):
        return {}
    return {"subject": rules.hide_digits(message.subject, HIDDEN), "body": rules.hide_digits(message.body, HIDDEN)}


def retry_failed(message_id: UUID) -> Message:
    """Give a failed message another eight attempts; one that is uncertain may arrive a second time."""
    if Message.objects.filter(id=message_id, kind__in=texts.SECRET, places__isnull=True, channel=rules.SMS).exists():
        raise CodeGone
    lost = [Message.State.FAILED, Message.State.UNCERTAIN]
    moved = Message.objects.filter(id=message_id, state__in=lost).update(
        state=Message.State.QUEUED, attempts=0, asked=0, due_at=timezone.now(), reason="", answer="", vendor_reference=""
    )
    message = Message.objects.filter(id=message_id).first()
    if message is None:
        raise NotFound
    if not moved:
        raise NotFailed(state=message.state)
    audit.record("message.retried", message)
    ring()
    return message
