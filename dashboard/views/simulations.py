"""Try terms on the past: the form, what came of it, and putting them in force from there."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import get_language, gettext, pgettext

from crm.models import Customer
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_simulating import TryForm
from dashboard.forms_terms import sentences
from dashboard.sight import seen
from foundation.contacts import mask_name
from referrals import operations as referring
from referrals.models import Campaign, Referral, Simulation
from referrals.queries import campaigns as all_campaigns
from referrals.queries import current_version, try_golden_cases
from referrals.rules import read_terms
from referrals.simulation_words import GRADES, PARTS, failed_words, verdict, why_words
from tenancy import door


@staff("campaigns:read", post="campaigns:write")
def simulations(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """What to try, and what was tried before."""
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    version, draft = current_version(campaign_id), getattr(found, "draft_terms", None)
    in_force = version.terms if version else draft
    if in_force is None:
        return page(request, "dashboard/simulations.html", {"campaign": found})
    form = TryForm(request.POST or None, currency=in_force["currency"], has_draft=bool(draft))
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, since="days"):
            made = _start(request, campaign_id, form.terms(in_force, draft), int(form.cleaned_data["days"]))
            return redirect("dashboard:simulation", campaign_id, made.id)
    context = {
        "campaign": found, "sentences": sentences(draft or in_force), "has_draft": bool(draft),
        "past": [_in_short(row) for row in found.simulations.select_related("created_by").order_by("-id")[:20]],
        "golden": _golden(found, read_terms(draft or in_force)),
    }  # fmt: skip
    return page(request, "dashboard/simulations.html", context, form=form)


def _start(request, campaign_id: UUID, terms: dict[str, Any], days: int) -> Simulation:
    until = door.moment()
    return referring.start_simulation(
        campaign_id, terms, since=until - timedelta(days=days), until=until, created_by=request.user
    )


def _in_short(row: Simulation) -> dict[str, Any]:
    said = verdict(row.result, since=row.since, until=row.until, language=get_language()) if row.result else []
    return {"row": row, "said": said[0] if said else ""}


def _golden(campaign: Campaign, terms) -> dict[str, int]:
    results = try_golden_cases(campaign.id, terms)
    return {"all": len(results), "failed": sum(not one.tried.passed for one in results)}


# --- one of them ------------------------------------------------------------------------------------------


@staff("campaigns:read")
def simulation(request: HttpRequest, campaign_id: UUID, simulation_id: UUID) -> HttpResponse:
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    row = get_object_or_404(found.simulations.select_related("job", "created_by"), id=simulation_id)
    context = {"campaign": found, "simulation": row, "sentences": sentences(row.terms)}
    if row.state == Simulation.State.DONE:
        context |= _result(request, row, read_terms(row.terms))
    return page(request, "dashboard/simulation.html", context)


def _result(request, row: Simulation, terms) -> dict[str, Any]:
    result = row.result
    names = _names(request, [each["referrer_id"] for each in (*result["winners"], *result["losers"])])
    referrals = {str(id) for id in seen(request.membership, Referral.objects.filter(
        id__in={each["referral_id"] for each in (*result["gained"], *result["lost"], *result["proof"]["differences"])}
    )).values_list("id", flat=True)}  # fmt: skip
    return {
        "result": result, "currency": result["currency"],
        "said": verdict(result, since=row.since, until=row.until, language=get_language()),
        "change_minor": result["draft"]["cost_minor"] - result["now"]["cost_minor"],
        "weeks": _weeks_chart(result) if len(result["weeks"]) > 1 else None, "lines": _lines(result),
        "changed": _changed_chart(result, names) if result["winners"] or result["losers"] else None,
        "winners": _people(result["winners"], names), "losers": _people(result["losers"], names),
        "gained": _orders(result["gained"], referrals), "lost": _orders(result["lost"], referrals),
        "reasons": [(failed_words(check), count) for check, count in result["lost_reasons"].items()],
        "exposure": _exposure(result), "complexity": _complexity(result["complexity"]),
        "differences": _differences(result["proof"]["differences"], referrals),
        "golden": [one for one in try_golden_cases(row.campaign_id, terms) if not one.tried.passed],
        "budget": result.get("budget"), "may_publish": not result["in_force"] and row.campaign.state != Campaign.State.ENDED,
    }  # fmt: skip


def _names(request, ids: list[str]) -> dict[str, tuple[str, bool]]:
    """Name referrers; those whom this person does not see only by a mask: (name, may be opened)."""
    rows = Customer.objects.filter(id__in=ids)
    own = set(seen(request.membership, rows).values_list("id", flat=True)) if may(request, "customers:read") else set()
    return {str(row.id): (row.name if row.id in own else mask_name(row.name), row.id in own) for row in rows}


def _people(rows: list[dict], names: dict) -> list[dict]:
    found = []
    for row in rows:
        name, is_open = names.get(row["referrer_id"], (gettext("Somebody"), False))
        found.append(row | {"name": name, "is_open": is_open, "change_minor": row["after_minor"] - row["before_minor"]})
    return found


def _orders(rows: list[dict], referrals: set[str]) -> list[dict]:
    return [row | {"why": [failed_words(each) for each in row["failed"]], "is_open": row["referral_id"] in referrals}
            for row in rows]  # fmt: skip


def _differences(rows: list[dict], referrals: set[str]) -> list[dict]:
    return [row | {"said": why_words(row["why"]), "is_open": row["referral_id"] in referrals} for row in rows]


def _lines(result: dict) -> list[dict]:
    """What each side gets of what, on both sides."""
    found: dict[tuple, dict] = {}
    for side in ("now", "draft"):
        for line in result[side]["lines"]:
            key = (line["role"], line["kind"], line["unit"])
            blank = {"role": line["role"], "kind": line["kind"], "unit": line["unit"], "now": None, "draft": None}
            found.setdefault(key, blank)[side] = line
    return [found[key] for key in sorted(found)]


def _weeks_chart(result: dict) -> dict:
    weeks = result["weeks"]
    return {
        "labels": [week["week"][5:] for week in weeks], "unit": "money", "currency": result["currency"],
        "series": [
            {"name": pgettext("so far", "Given"), "data": [week["now_minor"] for week in weeks]},
            {"name": gettext("With these terms"), "data": [week["draft_minor"] for week in weeks]},
        ],
    }  # fmt: skip


def _changed_chart(result: dict, names: dict) -> dict:
    rows = _people([*result["winners"][:8], *reversed(result["losers"][:8])], names)
    return {
        "labels": [row["name"] for row in rows], "unit": "money", "currency": result["currency"],
        "series": [{"name": pgettext("of an amount", "Change"), "data": [row["change_minor"] for row in rows]}],
    }  # fmt: skip


def _exposure(result: dict) -> list[dict]:
    def shares(name: str) -> dict[str, float]:
        return {
            side: result[side][name] / result[side]["cost_minor"] if result[side]["cost_minor"] else 0
            for side in ("now", "draft")
        }

    return [
        {"label": gettext("Goes to referrals in doubt"), **shares("risky_minor")},
        {"label": gettext("Goes through the dearest hundredth of referrers"), **shares("top_minor")},
    ]


def _complexity(told: dict) -> dict:
    draft, now = told["draft"], told["now"]
    parts = [(str(PARTS[name]), now["parts"][name] if now else None, points) for name, points in draft["parts"].items()]
    return {"score": draft["score"], "before": now["score"] if now else None, "said": str(GRADES[draft["grade"]]),
            "parts": parts}  # fmt: skip


@staff("campaigns:read")
def simulation_progress(request: HttpRequest, campaign_id: UUID, simulation_id: UUID) -> HttpResponse:
    """The bar that asks for itself every second; when all is done, the page is loaded anew."""
    row = get_object_or_404(Simulation.objects.select_related("job"), id=simulation_id, campaign_id=campaign_id)
    response = page(request, "dashboard/parts/simulation_progress.html", {"simulation": row})
    if row.state != Simulation.State.RUNNING:
        response["HX-Refresh"] = "true"
    return response


@action("campaigns:write")
def simulation_cancel(request: HttpRequest, campaign_id: UUID, simulation_id: UUID) -> HttpResponse:
    get_object_or_404(Simulation.objects, id=simulation_id, campaign_id=campaign_id)
    referring.cancel_simulation(simulation_id)
    return done(request, gettext("The simulation is stopped."), "dashboard:simulations", campaign_id)


@action("campaigns:write")
def simulation_publish(request: HttpRequest, campaign_id: UUID, simulation_id: UUID) -> HttpResponse:
    """Put the terms that were tried in force."""
    row = get_object_or_404(Simulation.objects, id=simulation_id, campaign_id=campaign_id)
    version = referring.publish_terms(campaign_id, row.terms)
    message = gettext("Version %(number)s is in force for those who come from now on.") % {"number": version.number}
    return done(request, message, "dashboard:campaign", campaign_id)


_ONE = "campaigns/<uuid:campaign_id>/try/<uuid:simulation_id>/"
urls = [
    path("campaigns/<uuid:campaign_id>/try/", simulations, name="simulations"),
    path(_ONE, simulation, name="simulation"),
    path(f"{_ONE}progress/", simulation_progress, name="simulation_progress"),
    path(f"{_ONE}cancel/", simulation_cancel, name="simulation_cancel"),
    path(f"{_ONE}publish/", simulation_publish, name="simulation_publish"),
]
