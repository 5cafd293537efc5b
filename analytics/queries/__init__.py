"""Everything analytics can tell; pages and API show the same objects."""

from analytics.queries.campaign_counts import campaign_counts, campaign_weeks
from analytics.queries.campaigns import campaign_funnel, campaign_report
from analytics.queries.choices import choices_by_segment
from analytics.queries.cohorts import cohorts
from analytics.queries.overview import overview
from analytics.queries.rfm import latest_run, moves_of, rfm_map, score_of, scores

__all__ = [
    "campaign_counts",
    "campaign_funnel",
    "campaign_report",
    "campaign_weeks",
    "choices_by_segment",
    "cohorts",
    "latest_run",
    "moves_of",
    "overview",
    "rfm_map",
    "score_of",
    "scores",
]
