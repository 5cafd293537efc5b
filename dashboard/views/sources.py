"""Sources: who refers, of what kind, what came of each; and what a source may do in a campaign."""

from datetime import timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext

from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.forms_sources import (
    ENROLLED,
    CloseProfileForm,
    NewProfileForm,
    ProfileForm,
    RepointForm,
    RuleForm,
    SourceFilters,
)
from dashboard.paging import newest_first
from dashboard.sight import seen
from referrals import queries
from referrals.models import Campaign, ReferralCode, ReferrerProfile, Source
from referrals.operations import owners
from referrals.operations import profiles as enrolling
from referrals.queries.sources import (
    Figures,
    Period,
    batches,
    code_history,
    figures_by_referrer,
    figures_by_source,
    profiles,
    rules_of,
)
from tenancy import door

_DAYS = {"30": 30, "90": 90, "365": 365}
_BLAMED = {"membership_id": "membership", "store_id": "store"}


@staff("campaigns:read")
def sources(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    kind = kind if kind in Source.values else ""
    days = request.GET.get("days", "90")
    period = Period(door.moment() - timedelta(days=_DAYS[days])) if days in _DAYS else Period()
    filters = SourceFilters(request.GET)
    rows = newest_first(request, filters.narrow(seen(request.membership, profiles(kind=kind))), by="since")
    told = figures_by_referrer([row.customer_id for row in rows], period)
    for row in rows:
        row.figures = told.get(row.customer_id, Figures())
    context = {
        "filters": filters, "profiles": rows, "kind": kind, "days": days if days in _DAYS else "all",
        "tabs": _tabs(request), "periods": _periods(request, days), "sources": _per_source(period), "enrolled": ENROLLED,
        "currency": request.organisation.currency,
    }  # fmt: skip
    return listing(request, page="dashboard/sources.html", rows="dashboard/parts/source_rows.html", **context)


def _tabs(request) -> list[tuple]:
    here = reverse("dashboard:sources")
    return [("", gettext("Everybody enrolled"), None, here)] + [
        (kind, label, None, f"{here}?kind={kind}") for kind, label in ENROLLED
    ]


def _periods(request, days: str) -> list[tuple]:
    here, kind = reverse("dashboard:sources"), request.GET.get("kind", "")
    labels = {
        "30": gettext("30 days"),
        "90": gettext("90 days"),
        "365": gettext("A year"),
        "all": gettext("From the beginning"),
    }
    return [(key, label, None, f"{here}?kind={kind}&days={key}") for key, label in labels.items()]


def _per_source(period: Period) -> list[tuple[str, Figures]]:
    told = figures_by_source(period)
    return [(label, told[source]) for source, label in Source.choices]


# --- one referrer ----------------------------------------------------------------------------------------


@staff("campaigns:read")
def source(request: HttpRequest, profile_id: UUID) -> HttpResponse:
    return _show(request, get_object_or_404(profiles(), id=profile_id))


def _show(request, found: ReferrerProfile, **forms) -> HttpResponse:
    codes = list(
        ReferralCode.objects.filter(referrer_id=found.customer_id, batch=None).select_related("campaign").order_by("-id")
    )
    for code in codes:
        code.addresses, code.earlier = queries.addresses(code.code), list(code_history(code.id))
    context = {
        "profile": found, "figures": figures_by_referrer([found.customer_id]).get(found.customer_id, Figures()),
        "codes": codes, "batches": batches(owner_id=found.id).order_by("-created_at")[:20],
        "referrals": queries.referrals(referrer_id=found.customer_id)[:10], "currency": request.organisation.currency,
        "close_form": CloseProfileForm(principal=request.membership, profile=found),
        "repoint_form": RepointForm(principal=request.membership, but=found.id),
    }  # fmt: skip
    response = page(request, "dashboard/source.html", context | forms)
    response.status_code = 422 if forms else 200
    return response


@staff("campaigns:write", post="campaigns:write")
def source_new(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", Source.EMPLOYEE)
    if kind not in dict(ENROLLED):
        raise Http404
    form = NewProfileForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, **_BLAMED):
            made = _enrol(kind, form.facts)
            return done(request, gettext("Enrolled."), "dashboard:source", made.id)
    tabs = [(key, label, None, f"{reverse('dashboard:source_new')}?kind={key}") for key, label in ENROLLED]
    return page(request, "dashboard/source_form.html", {"kind": kind, "tabs": tabs}, form=form)


def _enrol(kind: str, facts: dict) -> ReferrerProfile:
    if kind == Source.EMPLOYEE:
        return enrolling.enrol_employee(facts["membership"], store_id=facts["store_id"], notes=facts["notes"])
    return enrolling.enrol_referrer(kind=kind, **facts)


@staff("campaigns:write", post="campaigns:write")
def source_edit(request: HttpRequest, profile_id: UUID) -> HttpResponse:
    found = get_object_or_404(profiles(), id=profile_id)
    names = ("organisation_name", "terms", "notes")
    now = {name: getattr(found, name) for name in names} | {"store": str(found.store_id or "")}
    form = ProfileForm(request.POST or None, kind=found.kind, initial=now)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, **_BLAMED):
            enrolling.change_profile(profile_id, **form.facts)
            return done(request, gettext("Saved."), "dashboard:source", profile_id)
    return page(request, "dashboard/source_form.html", {"profile": found, "kind": found.kind}, form=form)


@action("campaigns:write")
def source_close(request: HttpRequest, profile_id: UUID) -> HttpResponse:
    found = get_object_or_404(profiles(), id=profile_id)
    form = CloseProfileForm(request.POST, principal=request.membership, profile=found)
    if form.is_valid():
        with blamed_on(form):
            enrolling.close_profile(profile_id, heir_id=form.cleaned_data["heir"])
            return done(request, gettext("Closed. The codes go on for somebody else."), "dashboard:source", profile_id)
    return _show(request, found, close_form=form)


@action("campaigns:write")
def source_code(request: HttpRequest, profile_id: UUID, code_id: UUID) -> HttpResponse:
    """Give one code to somebody else."""
    found = get_object_or_404(profiles(), id=profile_id)
    get_object_or_404(ReferralCode.objects, id=code_id, referrer_id=found.customer_id)
    form = RepointForm(request.POST, principal=request.membership, but=profile_id)
    if form.is_valid():
        with blamed_on(form):
            owners.repoint_code(code_id, **form.cleaned_data)
            return done(request, gettext("From now on it counts for its new owner."), "dashboard:source", profile_id)
    return _show(request, found, repoint_form=form)


# --- what a source may do in a campaign ------------------------------------------------------------------


@staff("campaigns:read", post="campaigns:write")
def campaign_sources(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    found = get_object_or_404(Campaign.objects, id=campaign_id)
    rules, told = rules_of(found.source_rules.all()), figures_by_source(campaign_id=campaign_id)
    wanted = request.POST.get("source", "")
    rows = []
    for kind, label in Source.choices:
        data = request.POST if request.method == "POST" and wanted == kind else None
        rows.append((kind, label, RuleForm(data, source=kind, initial=vars(rules[kind])), told[kind]))
    chosen = next((form for kind, _label, form, _figures in rows if kind == wanted), None)
    if request.method == "POST" and chosen is not None and chosen.is_valid():
        with blamed_on(chosen):
            enrolling.set_source_rule(campaign_id, wanted, **chosen.cleaned_data)
            return done(request, gettext("Saved."), "dashboard:campaign_sources", campaign_id)
    context = {"campaign": found, "rows": rows, "currency": request.organisation.currency}
    return page(request, "dashboard/campaign_sources.html", context, form=chosen)


urls = [
    path("sources/", sources, name="sources"),
    path("sources/new/", source_new, name="source_new"),
    path("sources/<uuid:profile_id>/", source, name="source"),
    path("sources/<uuid:profile_id>/edit/", source_edit, name="source_edit"),
    path("sources/<uuid:profile_id>/close/", source_close, name="source_close"),
    path("sources/<uuid:profile_id>/codes/<uuid:code_id>/", source_code, name="source_code"),
    path("campaigns/<uuid:campaign_id>/sources/", campaign_sources, name="campaign_sources"),
]
