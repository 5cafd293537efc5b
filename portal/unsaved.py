"""What the builder of a campaign has not saved yet, for the preview of the page."""

from django.core.cache import cache
from django.http import HttpRequest

from referrals.models import Campaign
from referrals.queries import planned_terms
from referrals.rules import Terms, read_terms


def terms_as_written(request: HttpRequest, campaign: Campaign) -> Terms | None:
    """Put the words that the builder left for this member into the campaign, unsaved; give the terms written or in force."""
    mark = request.GET.get("v", "")
    kept = cache.get(f"campaign-preview:{campaign.organisation_id}:{request.user.id}:{campaign.id}:{mark}") if mark else None
    if kept:
        campaign.texts, campaign.name, campaign.ends_at = kept["texts"], kept["name"], kept["ends_at"]
    data = kept["terms"] if kept else planned_terms(campaign)
    return read_terms(data) if data else None
