"""Let lots expire whose time is over."""

from rewards import ledger
from rewards.models import Coupon
from tenancy import door

CHUNK = 5000


def expire_lots(*, limit: int = CHUNK) -> int:
    """Move what remains of due lots to expired, at most `limit` lots; count them."""
    expired = ledger.expire(limit=limit)
    if expired:
        due = Coupon.objects.filter(state=Coupon.State.ISSUED, expires_at__lte=door.moment())
        due.filter(customer_id__in={one.customer_id for one in expired}).update(state=Coupon.State.EXPIRED)
    return len(expired)
