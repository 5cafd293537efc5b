"""Tell customers before their points expire."""

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

from loyalty import queries
from messaging.operations import Notice, notify_many
from messaging.rules import Amount
from rewards.queries import expiring_lots
from rewards.rules.expiry import end_of
from tenancy import door
from tenancy.calendar import own_zone


def warn_of_expiry() -> int:
    """Tell each customer of each day within the warning time on which points expire, once; count the messages.

    Points that live longer since, because their owner was active, are told of again before their new day.
    """
    programme = queries.programme()
    if programme is None or not programme.warn_days_before_expiry:
        return 0
    zone = own_zone()
    points: Counter[tuple[UUID, date]] = Counter()
    last = door.moment().astimezone(zone).date() + timedelta(days=programme.warn_days_before_expiry)
    for customer_id, amount, expires_at in expiring_lots(end_of(last, zone)):
        points[customer_id, expires_at.astimezone(zone).date()] += amount
    return notify_many([_notice(customer_id, day, amount) for (customer_id, day), amount in sorted(points.items())])


def _notice(customer_id: UUID, day: date, points: int) -> Notice:
    return Notice(
        kind="points_expiring",
        key=f"points:expiring:{customer_id}:{day}",
        customer_id=customer_id,
        context={"points": Amount("points", "POINT", points), "expires_on": day},
    )
