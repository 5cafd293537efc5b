"""Note what was read."""

from collections.abc import Sequence
from uuid import UUID

from messaging.models import Message
from tenancy import door


def mark_read(*, member_id: UUID | None = None, customer_id: UUID | None = None, ids: Sequence[UUID] | None = None) -> int:
    """Note that somebody has read their in-app messages, all or those named; count them."""
    unread = Message.objects.filter(
        channel=Message.Channel.IN_APP, read_at=None, member_id=member_id, customer_id=customer_id
    )
    return (unread if ids is None else unread.filter(id__in=ids)).update(read_at=door.moment())
