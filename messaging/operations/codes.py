"""Six digits to an address: to confirm an invitation, to sign in to the member centre."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from foundation.ids import new_id
from messaging.models import Message
from messaging.operations.notify import Notice, notify_many


def queue_confirmation(*, key: str, address: str, language: str, digits: str, context: Mapping[str, Any]) -> Message:
    """Send a friend the digits that confirm their invitation; the same key sends nothing again."""
    notice = Notice(kind="confirmation", key=key, address=address, language=language, context={**context, "digits": digits})
    notify_many([notice])
    return Message.objects.get(key=key)


def queue_question(*, key: str, address: str, language: str, digits: str, link: str) -> Message:
    """Ask somebody whom others told us of, once and neutrally, whether they want to hear from us."""
    notice = Notice(
        kind="referral_question", key=key, address=address, language=language, context={"digits": digits}, link=link
    )
    notify_many([notice])
    return Message.objects.get(key=key)


def forget_addresses(keys: Sequence[str]) -> int:
    """Empty to whom messages went; that there were some is kept. What was not sent yet stays unsent."""
    rows = Message.objects.filter(key__in=keys)
    rows.filter(state=Message.State.QUEUED).update(state=Message.State.SKIPPED, reason="no_address")
    return rows.update(address="")


def queue_login_code(*, address: str, language: str, digits: str, customer_id: UUID) -> Message:
    """Send a member the digits that sign them in; every asking is a new message."""
    key = f"login:{new_id()}"
    notice = Notice(
        kind="member_login", key=key, customer_id=customer_id, address=address, language=language,
        context={"digits": digits},
    )  # fmt: skip
    notify_many([notice])
    return Message.objects.get(key=key)
