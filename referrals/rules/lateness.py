"""What time stamps say about why a referral failed."""

from datetime import datetime

from referrals.reasons import MAY_COME_OF_LATENESS


def primary_reason(stated: str, *, due_at: datetime | None, contacted_at: datetime | None, now: datetime) -> str:
    """Choose the reason that counts: what was said, unless the friend was left waiting and it may have come of that."""
    if stated not in MAY_COME_OF_LATENESS or due_at is None:
        return stated
    if contacted_at is None:
        return "no_follow_up" if now > due_at else stated
    return "late_follow_up" if contacted_at > due_at else stated
