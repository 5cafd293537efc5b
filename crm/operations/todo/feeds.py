"""Calendar feeds: one secret address a person, which they may throw away."""

from uuid import UUID

from crm.models import CalendarFeed
from foundation.ids import digest, new_secret
from tenancy import audit, door


def open_feed(member_id: UUID) -> str:
    """Give a new secret, told this once; the one before is of no use any more."""
    revoke_feed(member_id)
    secret = new_secret("cal_")
    feed = CalendarFeed.objects.create(member_id=member_id, token_hash=digest(secret), created_at=door.moment())
    audit.record("calendar.opened", feed)
    return secret


def revoke_feed(member_id: UUID) -> bool:
    """Make an address useless."""
    for feed in CalendarFeed.objects.filter(member_id=member_id, revoked_at=None):
        feed.revoked_at = door.moment()
        feed.save(update_fields=["revoked_at"])
        audit.record("calendar.revoked", feed)
        return True
    return False
