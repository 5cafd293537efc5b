"""Who works now, and where."""

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
