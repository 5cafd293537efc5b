"""Who looked at a customer."""

from uuid import UUID

from django.utils import timezone

from crm.models import CustomerLook
from tenancy import door
from tenancy.models import Membership


def note_look(customer_id: UUID, member: Membership) -> None:
    """Note that a colleague opened a customer; the first time of a day counts. One statement."""
    now = door.moment()
    look = CustomerLook(customer_id=customer_id, member=member, day=timezone.localdate(now), first_at=now)
    CustomerLook.objects.bulk_create([look], ignore_conflicts=True)
