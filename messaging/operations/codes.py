"""Six digits to an address: to confirm an invitation, to sign in to the member centre."""

from collections.abc import Mapping
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


def queue_login_code(*, address: str, language: str, digits: str, customer_id: UUID) -> Message:
    """Send a member the digits that sign them in; every asking is a new message."""
    key = f"login:{new_id()}"
    notice = Notice(
        kind="member_login", key=key, customer_id=customer_id, address=address, language=language,
        context={"digits": digits},
    )  # fmt: skip
    notify_many([notice])
    return Message.objects.get(key=key)
