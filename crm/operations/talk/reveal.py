"""Show contacts in full, each time to somebody, for something."""

from datetime import timedelta
from uuid import UUID

from crm.errors.talk import PurposeMissing, TooManyReveals
from crm.models import ContactPoint
from tenancy import audit, door
from tenancy.access import reveals_per_hour
from tenancy.models import AuditRecord, Membership
from tenancy.people import present_member

REVEALED = "contact_point.revealed"


def reveal_contact(contact_point_id: UUID, purpose: str) -> str:
    """Show a contact in full, and note who looked and what for."""
    if not purpose.strip():
        raise PurposeMissing
    point = ContactPoint.objects.get(id=contact_point_id)
    _check_rate()
    facts = {"customer_id": str(point.customer_id), "kind": point.kind, "purpose": purpose.strip()[:200]}
    audit.record(REVEALED, point, facts)
    return point.value


def _check_rate() -> None:
    """Refuse whoever has revealed too many within the hour; the lock makes them queue up one by one."""
    member = present_member()
    if member is None:
        return
    Membership.objects.select_for_update(of=("self",)).get(id=member.id)
    most = reveals_per_hour(member.organisation.access)
    since = door.moment() - timedelta(hours=1)
    if AuditRecord.objects.filter(action=REVEALED, actor_id=member.user_id, occurred_at__gt=since).count() >= most:
        raise TooManyReveals(most=most)
