"""Refuse sources that a campaign is not open to."""

from uuid import UUID

from referrals.errors import SourceNotAllowed
from referrals.queries.sources import rule_of


def refuse_source(campaign_id: UUID, source: str) -> None:
    if not rule_of(campaign_id, source).is_allowed:
        raise SourceNotAllowed
