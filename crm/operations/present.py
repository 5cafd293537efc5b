"""Who works now, and where."""

from datetime import datetime
from uuid import UUID

from tenancy import door
from tenancy.calendar import own_zone
from tenancy.models import Membership


def present_member() -> UUID | None:
    """Give the membership of whoever works now; None for machines and customers."""
    who = door.actor()
    if who.kind != "user":
        return None
    return Membership.objects.filter(user_id=who.id).values_list("id", flat=True).first()


def midnight() -> datetime:
    """Give the moment at which today began here."""
    return door.moment().astimezone(own_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
