"""The ageing board: what is promised and not there yet, why, and how much was there on time."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.access import staff
from dashboard.answers import listing
from dashboard.forms import FilterForm, choices_with_any
from dashboard.paging import SIZE, Page, page_after, page_before
from dashboard.sight import seen
from dashboard.templatetags.dashboard import number, percent
from referrals.models import Campaign
from rewards import queries
from rewards.queries.promises import BUCKETS, CAUSES, LATE
from tenancy import door


class PromiseFilters(FilterForm):
    cause = forms.ChoiceField(required=False, label=_("Why"), choices=choices_with_any(_("Any cause"), list(CAUSES.items())))
    bucket = forms.ChoiceField(
        required=False, label=_("How near"), choices=choices_with_any(_("Any day"), list(BUCKETS.items()))
    )


@staff("rewards:read")
def promises(request: HttpRequest) -> HttpResponse:
    filters = PromiseFilters(request.GET)
    found = _page(request, **filters.chosen)
    is_part = request.htmx and not request.htmx.boosted
    extra = {} if is_part or not found.is_first else _board(request)
    return listing(
        request,
        page="dashboard/promises.html",
        rows="dashboard/parts/promise_rows.html",
        filters=filters,
        promises=found,
        **extra,
    )


def _page(request, cause: str = "", bucket: str = "") -> Page:
    after = page_before(request)
    found = queries.open_promises(cause=cause, bucket=bucket, after=after, limit=SIZE + 1)
    shown = found[:SIZE]
    wanted = queries.rewards().filter(id__in=[one.reward_id for one in shown])
    rewards = {row.id: row for row in seen(request.membership, wanted)}
    campaigns = Campaign.objects.in_bulk({row.campaign_id for row in rewards.values()} - {None})
    rows = []
    for one in shown:
        if one.reward_id not in rewards:
            continue
        reward = rewards[one.reward_id]
        reward.campaign, reward.cause, reward.bucket = campaigns.get(reward.campaign_id), one.cause, one.bucket
        reward.is_late = one.bucket in LATE
        reward.days_late = (door.moment() - one.promised_by).days if reward.is_late else 0
        rows.append(reward)
    more = page_after(request, shown[-1].promised_by, shown[-1].reward_id) if len(found) > SIZE else ""
    return Page(rows, more, not after)


def _board(request) -> dict:
    lines = queries.board()
    counts = {(line.cause, line.bucket): line.count for line in lines}
    causes = [cause for cause in CAUSES if any(line.cause == cause for line in lines)]
    kept = queries.punctuality()
    return {
        "causes": [
            {"key": cause, "label": CAUSES[cause], "cells": [(bucket, counts.get((cause, bucket), 0)) for bucket in BUCKETS],
             "total": sum(counts.get((cause, bucket), 0) for bucket in BUCKETS)}
            for cause in causes
        ],
        "buckets": list(BUCKETS.items()), "tiles": _tiles(lines, kept), "chart": _chart(causes, counts), "months": _months(),
    }  # fmt: skip


def _tiles(lines, kept) -> list[dict]:
    in_bucket = {bucket: sum(line.count for line in lines if line.bucket == bucket) for bucket in BUCKETS}
    tiles = [
        {"label": label, "value": number(in_bucket[bucket]), "link": f"?bucket={bucket}",
         "tone": "orange" if bucket in LATE and in_bucket[bucket] else ""}
        for bucket, label in BUCKETS.items()
    ]  # fmt: skip
    note = gettext("of %(n)s promised in the last 90 days") % {"n": number(kept.promised)} if kept.promised else ""
    return [{"label": gettext("There on time"), "value": percent(kept.share), "note": note, "link": "", "tone": ""}, *tiles]


def _chart(causes, counts) -> dict | None:
    """A bar for each cause, stacked by how near its day is."""
    if not causes:
        return None
    return {
        "labels": [str(CAUSES[cause]) for cause in causes], "stacked": True,
        "series": [
            {"name": str(label), "data": [counts.get((cause, bucket), 0) for cause in causes]}
            for bucket, label in BUCKETS.items()
        ],
    }  # fmt: skip


def _months() -> dict | None:
    """The share on time month by month, in per cent."""
    months = queries.punctuality_by_month()
    if len(months) < 2:
        return None
    shares = [round(100 * month.share) for month in months]
    return {
        "unit": "percent",
        "labels": [f"{month.since:%Y-%m}" for month in months],
        "series": [{"name": gettext("There on time, %"), "data": shares}],
    }


urls = [path("promises/", promises, name="promises")]
