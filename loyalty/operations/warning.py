"""Tell customers before their points expire."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from loyalty import queries
from messaging.operations import Notice, notify_many
from messaging.rules import Amount
from rewards.queries import expiring_points
from tenancy import door
from tenancy.models import Organisation


def warn_of_expiry() -> int:
    """Tell each customer whose points expire within the warning time, at most once for a month of expiry."""
    programme = queries.programme()
    if programme is None or not programme.expires_after_months:
        return 0
    zone = ZoneInfo(Organisation.objects.values_list("time_zone", flat=True).get(id=door.organisation_id()))
    soon = expiring_points(door.moment() + timedelta(days=programme.warn_days_before_expiry))
    return notify_many([_notice(customer_id, points, first.astimezone(zone)) for customer_id, points, first in soon])


def _notice(customer_id, points, first) -> Notice:
    return Notice(
        kind="points_expiring",
        key=f"points:expiring:{customer_id}:{first:%Y-%m}",
        customer_id=customer_id,
        context={"points": Amount("points", "POINT", points), "expires_on": first.date()},
    )
