"""Who works now, and where."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from crm.operations.identity import here
from tenancy import door
from tenancy.models import Membership


def present_member() -> UUID | None:
    """Give the membership of whoever works now; None for machines and customers."""
    who = door.actor()
    if who.kind != "user":
        return None
    return Membership.objects.filter(user_id=who.id).values_list("id", flat=True).first()


def zone() -> ZoneInfo:
    return ZoneInfo(here().time_zone)


def midnight() -> datetime:
    """Give the moment at which today began here."""
    return door.moment().astimezone(zone()).replace(hour=0, minute=0, second=0, microsecond=0)
