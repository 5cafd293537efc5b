"""How many texts an organisation pays for in a day."""

from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from messaging import rules
from messaging.models import Message, SmsGateway
from messaging.operations.notify import Notice, notify_many
from tenancy import door
from tenancy.calendar import own_zone
from tenancy.models import Membership

_LOOK_BACK = timedelta(days=3)  # a text older than this was not sent today
_State = Message.State


def room_today(gateway: SmsGateway) -> int:
    """Say how many more may go today."""
    return max(gateway.most_a_day - sent_today(), 0)


def sent_today() -> int:
    """Count what was handed over since midnight on the organisation's clock; what nobody knows of counts as sent."""
    midnight = _midnight()
    rows = Message.objects.filter(channel=rules.SMS, created_at__gt=midnight - _LOOK_BACK)
    return rows.filter(Q(sent_at__gte=midnight) | Q(state__in=[_State.SENDING, _State.UNCERTAIN])).count()


def _midnight() -> datetime:
    here = door.moment().astimezone(own_zone())
    return datetime.combine(here.date(), time(0), own_zone())


def tell_of_day_limit(gateway: SmsGateway) -> datetime:
    """Tell whoever may raise the limit, once a day; give the moment (wall clock) at which the rest is tried again."""
    day = _midnight().date()
    owners = Membership.objects.filter(is_active=True, role__in=[Membership.Role.OWNER, Membership.Role.MARKETER])
    notify_many([
        Notice(
            kind="texts_used_up", key=f"texts_used_up:{day}:{member_id}", member_id=member_id, link="/text-messages/",
            context={"count": gateway.most_a_day},
        )
        for member_id in owners.order_by("id").values_list("id", flat=True)
    ])  # fmt: skip
    morning = datetime.combine(day + timedelta(days=1), rules.QUIET_UNTIL, own_zone())
    return timezone.now() + (morning - door.moment())
