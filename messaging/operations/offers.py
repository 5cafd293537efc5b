"""Offers that wait to be sent: not at night, and not to who has changed their mind since."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from messaging import texts
from messaging.models import Message
from messaging.queries import consents_to_offers, quiet_now
from tenancy import door


def let_offers_wait(now: datetime, *, channel: str, all_kinds: bool = False) -> None:
    """Put offers off until the quiet hours are over: written late in the evening, or tried again in the night.

    `all_kinds`: whatever nobody waits for, because a phone that rings wakes.
    """
    if (until := quiet_now()) is None:
        return
    rows = Message.objects.filter(state=Message.State.QUEUED, channel=channel, due_at__lte=now, member=None)
    wanted = ~Q(kind__in=texts.AWAITED) if all_kinds else Q(kind__in=texts.MARKETING, customer__isnull=False)
    rows = rows.filter(wanted)
    rows.update(due_at=now + (until - door.moment()))


def without_unwilling(due: Sequence[Message], *, channel: str) -> Sequence[Message]:
    """Leave out offers to customers who have taken their consent back since the offer was written."""
    offers = {message.id: message.customer_id for message in due if message.kind in texts.MARKETING and message.customer_id}
    if not offers:
        return due
    willing = consents_to_offers(set(offers.values()), channel)
    lost = [id for id, customer_id in offers.items() if not willing.get(customer_id)]
    Message.objects.filter(id__in=lost).update(state=Message.State.SKIPPED, reason="no_consent", places=None)
    return [message for message in due if message.id not in lost]
