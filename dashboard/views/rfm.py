"""Customer value: the map of recency and value, segments with advice, who moved, and scoring with its progress."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext

from analytics import operations as analysing
from analytics.operations.scoring import JOB
from analytics.queries import latest_run, rfm_map, scores
from analytics.queries.rfm import RfmMap
from analytics.rules import MARKS, SEGMENTS, segment_at
from dashboard.access import action, may, staff
from dashboard.answers import done, listing, page
from dashboard.paging import newest_by_id
from dashboard.segment_choice import SegmentChoice
from dashboard.sight import seen
from dashboard.templatetags.growth import segment_label
from foundation.contacts import mask_name
from tenancy import audit, jobs
from tenancy.models import Job


@staff("reports:read")
def rfm(request: HttpRequest) -> HttpResponse:
    choice = SegmentChoice(request)
    found = rfm_map(within_segment=choice.chosen)
    context = {
        "map": found, "rows": _rows(found), "heat": _heat(found, choice.query), "marks": MARKS,
        "run": latest_run(), "job": _running(),
        "flows": [flow for flow in found.flows if flow.before][:12],
        "fresh": sum(flow.customers for flow in found.flows if not flow.before),
        "segment_choice": choice, "carried": choice.query.replace("&", "?", 1),
        "segments": sorted(found.segments, key=lambda each: -each.monetary_minor),
    }  # fmt: skip
    return page(request, "dashboard/rfm.html", context)


def _rows(found: RfmMap) -> list[tuple[int, list]]:
    """The map as rows of cells, newest customers on top."""
    return [(r, [cell for cell in found.cells if cell.r == r]) for r in reversed(MARKS)]


def _heat(found: RfmMap, more: str) -> dict:
    """The map for the chart: [column, row, customers], each cell with its segment's name, colour and list."""
    place = {r: position for position, r in enumerate(MARKS)}
    return {
        "x": [str(mark) for mark in MARKS], "y": [str(mark) for mark in MARKS],
        "x_name": gettext("How often and how much"), "y_name": gettext("How recently"),
        "cells": [
            {"value": [cell.value - 1, place[cell.r], cell.customers], "label": segment_label(cell.segment),
             "colour": SEGMENTS[cell.segment].colour}
            for cell in found.cells
        ],
        "links": {
            f"{cell.value - 1},{place[cell.r]}": reverse("dashboard:rfm_cell", args=[cell.r, cell.value])
            + more.replace("&", "?", 1)
            for cell in found.cells
        },
    }  # fmt: skip


# --- who is in a segment or a cell ------------------------------------------------------------------------


@staff("reports:read")
def rfm_segment(request: HttpRequest, segment_key: str) -> HttpResponse:
    if segment_key not in SEGMENTS:
        raise Http404
    narrow = {"segment": segment_key}
    return _people(request, narrow, segment=SEGMENTS[segment_key], title=segment_label(segment_key))


@staff("reports:read")
def rfm_cell(request: HttpRequest, r: int, value: int) -> HttpResponse:
    if r not in MARKS or value not in MARKS:
        raise Http404
    title = gettext("Recency %(r)s, value %(value)s") % {"r": r, "value": value}
    return _people(request, {"r": r, "value": value}, segment=SEGMENTS[segment_at(r, value)], title=title)


def _people(request, narrow: dict, **context) -> HttpResponse:
    choice = SegmentChoice(request)
    rows = seen(request.membership, scores(within_segment=choice.chosen).filter(**narrow))
    found = newest_by_id(request, rows)
    if not may(request, "customers:read"):
        for row in found:
            row.customer.name = mask_name(row.customer.name)
    currency = request.organisation.currency
    return listing(
        request, page="dashboard/rfm_segment.html", rows="dashboard/parts/rfm_rows.html", scores=found, currency=currency,
        total=rows.count() if found.is_first else None, segment_choice=choice, **context,
    )  # fmt: skip


# --- scoring ----------------------------------------------------------------------------------------------


def _running() -> Job | None:
    return Job.objects.filter(kind=JOB, state__in=[Job.State.QUEUED, Job.State.RUNNING]).order_by("-created_at").first()


@action("customers:write")
def rfm_run(request: HttpRequest) -> HttpResponse:
    """Ask a worker to score all customers; one scoring at a time."""
    if not _running():
        analysing.start_scoring(created_by=request.user)
    return done(request, gettext("Scoring has begun."), "dashboard:rfm")


@staff("reports:read")
def rfm_progress(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The bar that asks for itself every second; when all is done, the page is loaded anew."""
    job = get_object_or_404(Job.objects, id=job_id)
    response = page(request, "dashboard/parts/rfm_progress.html", {"job": job})
    if job.is_over:
        response["HX-Refresh"] = "true"
    return response


@action("customers:write")
def rfm_cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = get_object_or_404(Job.objects, id=job_id)
    if jobs.request_cancel(job_id):
        audit.record("job.cancel_requested", job, {"kind": job.kind})
    return done(request, gettext("Scoring stops after its present step."), "dashboard:rfm")


urls = [
    path("rfm/", rfm, name="rfm"),
    path("rfm/run/", rfm_run, name="rfm_run"),
    path("rfm/run/<uuid:job_id>/", rfm_progress, name="rfm_progress"),
    path("rfm/run/<uuid:job_id>/cancel/", rfm_cancel, name="rfm_cancel"),
    path("rfm/segments/<slug:segment_key>/", rfm_segment, name="rfm_segment"),
    path("rfm/cells/<int:r>/<int:value>/", rfm_cell, name="rfm_cell"),
]
