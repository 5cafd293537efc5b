"""Figures for lists of campaigns, and a campaign by weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count

from analytics.queries.kept import ratio, rows, within
from crm.models import Segment
from referrals.models import Referral
from tenancy import door
from tenancy.calendar import own_zone


@dataclass(frozen=True)
class CampaignCount:
    referrals: int
    converted: int

    @property
    def conversion(self) -> float | None:
        return ratio(self.converted, self.referrals)


@dataclass(frozen=True)
class CampaignWeek:
    """One week, beginning on Monday in the organisation's time zone."""

    monday: date
    visitors: int
    confirmed: int
    converted: int


_WEEKS = """
SELECT date_trunc('week', at AT TIME ZONE %(zone)s)::date, COUNT(DISTINCT visitor), SUM(confirmed)::bigint,
  SUM(converted)::bigint
FROM (
  SELECT occurred_at AS at, visitor, 0 AS confirmed, 0 AS converted
  FROM referrals_touch WHERE organisation_id = %(organisation)s AND campaign_id = %(campaign)s[[code: code_id]]
  UNION ALL
  SELECT confirmed_at, NULL, 1, 0
  FROM referrals_referral WHERE organisation_id = %(organisation)s AND campaign_id = %(campaign)s[[referrer_id]]
  UNION ALL
  SELECT converted_at, NULL, 0, 1
  FROM referrals_referral
  WHERE organisation_id = %(organisation)s AND campaign_id = %(campaign)s AND converted_at IS NOT NULL
    [[referrer_id]]
) AS happened
GROUP BY 1
ORDER BY 1
"""


def campaign_counts(campaign_ids: Sequence[UUID]) -> dict[UUID, CampaignCount]:
    """Count referrals and conversions of many campaigns in one statement."""
    found = Referral.objects.filter(campaign_id__in=campaign_ids).values_list("campaign_id")
    counts = found.annotate(all=Count("id"), converted=Count("converted_at")).order_by()
    return dict.fromkeys(campaign_ids, CampaignCount(0, 0)) | {each: CampaignCount(*sums) for each, *sums in counts}


def campaign_weeks(campaign_id: UUID, *, segment: Segment | None = None) -> tuple[CampaignWeek, ...]:
    """Show a campaign by weeks, from the first that brought something to the last; quiet weeks between them too."""
    facts = {"organisation": door.organisation_id(), "campaign": campaign_id, "zone": own_zone().key}
    found = {monday: sums for monday, *sums in rows(_WEEKS, facts, within(segment))}
    if not found:
        return ()
    first, last = min(found), max(found)
    mondays = (first + timedelta(weeks=place) for place in range((last - first).days // 7 + 1))
    return tuple(CampaignWeek(monday, *found.get(monday, (0, 0, 0))) for monday in mondays)
