"""How the variants of a landing page do."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from referrals.queries.pages import page_of
from referrals.rules.pages import VARIANTS
from referrals.rules.shares import ENOUGH, Rate, wilson
from tenancy import door


@dataclass(frozen=True)
class VariantFigures:
    variant: str
    visitors: int
    sign_ups: int
    confirmed: int
    converted: int

    @property
    def is_enough(self) -> bool:
        return self.visitors >= ENOUGH

    @property
    def sign_up_rate(self) -> Rate:
        return wilson(self.sign_ups, self.visitors)

    @property
    def confirmed_rate(self) -> Rate:
        return wilson(self.confirmed, self.visitors)

    @property
    def converted_rate(self) -> Rate:
        return wilson(self.converted, self.visitors)


@dataclass(frozen=True)
class Comparison:
    since: datetime
    share_b: int
    figures: list[VariantFigures]

    @property
    def is_enough(self) -> bool:
        return all(each.is_enough for each in self.figures)


_SQL = """
SELECT v.variant,
  (SELECT count(DISTINCT t.visitor) FROM referrals_touch AS t
    WHERE t.organisation_id = %(here)s AND t.campaign_id = %(campaign)s AND t.occurred_at >= %(since)s
      AND t.variant = v.variant),
  (SELECT count(*) FROM referrals_invitation AS i
    WHERE i.organisation_id = %(here)s AND i.campaign_id = %(campaign)s AND i.submitted_at >= %(since)s
      AND i.variant = v.variant),
  count(r.id), count(r.converted_at)
FROM unnest(%(variants)s) AS v (variant)
LEFT JOIN referrals_referral AS r ON r.organisation_id = %(here)s AND r.campaign_id = %(campaign)s
  AND r.variant = v.variant AND r.confirmed_at >= %(since)s
GROUP BY v.variant ORDER BY v.variant
"""


def comparison_of(campaign_id: UUID) -> Comparison | None:
    """Count who came, signed up, confirmed and bought on each variant since they are compared; None: nothing is."""
    page = page_of(campaign_id)
    if page is None or page.tested_since is None:
        return None
    told = {
        "here": str(door.organisation_id()), "campaign": str(campaign_id), "since": page.tested_since,
        "variants": list(VARIANTS),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SQL, told)
        return Comparison(page.tested_since, page.share_b, [VariantFigures(*row) for row in cursor.fetchall()])
