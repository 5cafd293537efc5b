"""Warn customers of points that will expire. The beat entry is named in config/settings.py."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from celery import shared_task
from django.db import connection

from messaging.operations import notify_many, points_expiring
from tenancy import door
from tenancy.models import Organisation
from tenancy.tasks import each_organisation, organisation_task

WARN_BEFORE = timedelta(days=30)

# The whole month counts as soon as one of its lots comes near: one warning a month tells of all of them.
_EXPIRING = """
SELECT account.customer_id, SUM(lot.remaining)::bigint, MIN(lot.expires_at)
FROM rewards_lot lot
JOIN rewards_account account ON account.organisation_id = lot.organisation_id AND account.id = lot.account_id
JOIN rewards_unit unit ON unit.organisation_id = account.organisation_id AND unit.id = account.unit_id
WHERE lot.organisation_id = %(organisation)s AND unit.kind = 'points' AND account.kind = 'available'
  AND lot.remaining > 0 AND lot.expires_at > %(now)s
  AND lot.expires_at < (date_trunc('month', %(until)s AT TIME ZONE %(zone)s) + interval '1 month') AT TIME ZONE %(zone)s
GROUP BY account.customer_id, date_trunc('month', lot.expires_at AT TIME ZONE %(zone)s)
HAVING MIN(lot.expires_at) <= %(until)s
ORDER BY 3, 1
"""


@organisation_task
def remind_of_expiring_points() -> int:
    """Tell each customer once a month of the points that expire in it; count the messages written."""
    organisation = Organisation.objects.get(id=door.organisation_id())
    zone = ZoneInfo(organisation.time_zone)
    return notify_many(
        [
            points_expiring(
                customer_id=customer, amount=amount, expires_on=first.astimezone(zone).date(), slug=organisation.slug
            )
            for customer, amount, first in _expiring(organisation)
        ]
    )


def _expiring(organisation: Organisation) -> list[tuple]:
    now = door.moment()
    facts = {"organisation": organisation.id, "zone": organisation.time_zone, "now": now, "until": now + WARN_BEFORE}
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRING, facts)
        return cursor.fetchall()


@shared_task
def ring_for_expiring_points() -> None:
    """Beat: look everywhere for points that will expire."""
    each_organisation(remind_of_expiring_points)
