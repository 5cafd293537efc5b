"""Golden cases of a campaign, held against terms."""

from dataclasses import dataclass
from uuid import UUID

from referrals.models import GoldenCase
from referrals.rules import Terms
from referrals.rules.golden import Tried, try_case


@dataclass(frozen=True)
class TriedCase:
    case: GoldenCase
    tried: Tried


def try_golden_cases(campaign_id: UUID, terms: Terms) -> list[TriedCase]:
    """Judge all golden cases of a campaign under terms."""
    rows = GoldenCase.objects.filter(campaign_id=campaign_id).order_by("id")
    return [TriedCase(row, try_case(row.facts, row.expected, terms)) for row in rows]


def failing_golden_cases(campaign_id: UUID, terms: Terms) -> list[str]:
    """Name the golden cases that terms get wrong."""
    return [one.case.name for one in try_golden_cases(campaign_id, terms) if not one.tried.passed]
