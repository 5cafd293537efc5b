"""What people chose of a campaign's choices, as a table and a chart."""

from uuid import UUID

from django.utils.translation import gettext

from analytics.queries import choices_by_segment
from dashboard.templatetags.growth import what_of
from rewards.models import Unit
from rewards.queries import option_uptake


def choices_of_campaign(campaign_id: UUID) -> dict | None:
    """Tell the uptake of each option and what each segment chose most; nothing where there was no choice."""
    options = option_uptake(campaign_id)
    if not options:
        return None
    segments = choices_by_segment(campaign_id)
    units = {unit.code: unit for unit in Unit.objects.filter(code__in={one.unit for one in (*options, *segments)})}

    def named(option) -> str:
        return what_of(units[option.unit], option.amount, title=option.title, coupon_kind=option.coupon_kind)

    rows = [{"what": named(option), "kind": option.kind, "option": option} for option in options]
    counted = [
        (gettext("Chosen"), [option.chosen for option in options]),
        (gettext("Nobody chose"), [option.by_default for option in options]),
        (gettext("May still choose"), [option.still_open for option in options]),
    ]
    return {
        "rows": rows,
        "segments": [{"segment": choice.segment, "what": named(choice), "choice": choice} for choice in segments],
        "chart": {
            "labels": [row["what"] for row in rows], "stacked": True,
            "series": [{"name": name, "data": data} for name, data in counted],
        },
    }  # fmt: skip
