"""Campaigns: the list, one campaign with what it brought, its states, and codes for customers."""

from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.queries import campaign_counts, campaign_funnel, campaign_report, campaign_weeks
from crm.models import Segment
from crm.queries import search_ids
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.budget_bars import bar_of, bars
from dashboard.builder_steps import panel_of
from dashboard.campaign_choices import choices_of_campaign
from dashboard.campaign_tracking import needs_of, tracking_of_campaign
from dashboard.claim_page import policy_panel
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.forms_builder import AIMS
from dashboard.forms_growth import LimitForm
from dashboard.forms_terms import sentences
from dashboard.paging import newest_by_id
from dashboard.segment_choice import SegmentChoice
from dashboard.sight import found_customers
from dashboard.suggestions import worked_panel
from dashboard.views.landing_page import landing_panel
from referrals import operations as referring
from referrals.models import Campaign, Referral, ReferralCode
from referrals.queries import addresses, versions, waiting_invitations
from referrals.queries import campaigns as all_campaigns
from referrals.queries.reminding import reminders_of


class CampaignFilters(FilterForm):
    q = SearchField(_("Name of the campaign"))
    state = forms.ChoiceField(
        required=False, label=_("State"), choices=choices_with_any(_("Any state"), Campaign.State.choices)
    )

    def narrow(self, rows):
        chosen = self.chosen
        if "state" in chosen:
            rows = rows.filter(state=chosen["state"])
        return rows.filter(name__icontains=chosen["q"]) if "q" in chosen else rows


@staff("campaigns:read")
def campaigns(request: HttpRequest) -> HttpResponse:
    filters = CampaignFilters(request.GET)
    found = newest_by_id(request, filters.narrow(all_campaigns()))
    counts = campaign_counts([row.id for row in found])
    for row in found:
        row.count, row.bar = counts[row.id], row.budget and bar_of(row.budget)
    return listing(
        request, page="dashboard/campaigns.html", rows="dashboard/parts/campaign_rows.html", filters=filters, campaigns=found
    )


# --- one campaign ----------------------------------------------------------------------------------------


@staff("campaigns:read")
def campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    return _show(request, get_object_or_404(all_campaigns(), id=campaign_id))


@staff("campaigns:read")
def campaign_worked(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Tell what worked: fetched once it is seen, because the invitations of two years are read for it."""
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    currency = request.organisation.currency
    context = {"campaign": found, "currency": currency, "worked": worked_panel(found, currency)}
    return render(request, "dashboard/campaign/worked.html", context)


def _show(request, found: Campaign, **extra) -> HttpResponse:
    choice, ready = SegmentChoice(request), panel_of(found)
    funnel = campaign_funnel(found.id, segment=choice.chosen)
    context = {
        "campaign": found, "campaign_key": str(found.id), "currency": request.organisation.currency,
        "bar": bars([found.budget])[0] if found.budget else None,
        "verbs": _verbs(found, ready), "funnel": _funnel_chart(funnel), "steps": funnel.steps, "channels": funnel.channels,
        "trend": _trend_chart(found.id, choice.chosen), "segment_choice": choice, "waiting": waiting_invitations(found.id),
        "report": campaign_report(
            found.id, limit=10, is_masked=not may(request, "customers:read"), segment=choice.chosen
        ),
        "versions": _told_versions(found.id), "sample": _sample(found.id),
        "choices": choices_of_campaign(found.id) if may(request, "rewards:read") else None,
        "fund_form": LimitForm(currency=request.organisation.currency),
        "ready": ready, "draft_sentences": sentences(found.draft_terms) if found.draft_terms else [],
        "goal": {**found.goal, "aim": AIMS.get(found.goal.get("aim"), "")} if found.goal else None,
        "reminders_on": [str(row.get_kind_display()) for row in reminders_of(found) if row.is_active],
        "landing": landing_panel(found), "policy": policy_panel(found),
        "tracking": tracking_of_campaign(found),
        "worked": worked_panel(found, request.organisation.currency) if "worked" in request.GET else None,
    }  # fmt: skip
    context["needs"] = needs_of(found, context["tracking"], context["bar"], has_versions=bool(context["versions"]))
    context |= extra
    response = page(request, "dashboard/campaign.html", context)
    response.status_code = 422 if "is_form_open" in extra else 200
    return response


def _verbs(campaign: Campaign, ready: dict | None) -> list[tuple[str, str, str, str, str]]:
    """List what can be done now: (verb, label, icon, tone, question). What is not ready is not offered to start."""
    states = Campaign.State
    offered = {
        states.DRAFT: ("start", "schedule"), states.SCHEDULED: ("start", "end"),
        states.RUNNING: ("pause", "end"), states.PAUSED: ("resume", "end"), states.ENDED: (),
    }  # fmt: skip
    verbs = offered[states(campaign.state)]
    is_held = ready is not None and not ready["is_ready"]
    return [(verb, *_asked()[verb]) for verb in verbs if not (is_held and verb in ("start", "schedule"))]


def _asked() -> dict[str, tuple[str, str, str, str]]:
    return {
        "start": (
            gettext("Start now"), "player-play", "primary",
            gettext("Start this campaign now? Its links work at once."),
        ),
        "schedule": (
            gettext("Schedule"), "calendar-time", "",
            gettext("Let this campaign start by itself when its time comes?"),
        ),
        "pause": (
            gettext("Pause"), "player-pause", "",
            gettext("Pause this campaign? Nobody new can come; friends who came before still earn."),
        ),
        "resume": (gettext("Resume"), "player-play", "primary", gettext("Let this campaign go on?")),
        "end": (
            gettext("End"), "player-stop", "danger",
            gettext("End this campaign for good? Promises to friends who came before are kept."),
        ),
    }  # fmt: skip


def _funnel_chart(funnel) -> dict:
    return {
        "labels": [str(step.label) for step in funnel.steps],
        "series": [{"name": gettext("Number"), "data": [step.count for step in funnel.steps]}],
    }


def _trend_chart(campaign_id: UUID, segment: Segment | None) -> dict | None:
    weeks = campaign_weeks(campaign_id, segment=segment)
    if not weeks:
        return None
    series = {gettext("Visitors"): "visitors", gettext("Confirmed"): "confirmed", gettext("Converted"): "converted"}
    return {
        "labels": [f"{week.monday.month}-{week.monday.day:02}" for week in weeks],
        "series": [{"name": name, "data": [getattr(week, key) for week in weeks]} for name, key in series.items()],
    }


def _told_versions(campaign_id: UUID) -> list[dict]:
    """The terms with their sentences, and how many referrals came in under each."""
    rows = list(versions(campaign_id)[:20])
    return [
        {"version": row, "sentences": sentences(row.terms), "referrals": Referral.objects.filter(rule_version=row).count()}
        for row in rows
    ]


def _sample(campaign_id: UUID) -> dict | None:
    """A code to look at the public pages with: the newest one that works."""
    code = (
        ReferralCode.objects.filter(campaign_id=campaign_id, is_active=True)
        .select_related("referrer")
        .order_by("-id")
        .first()
    )
    return _passed_on(code) if code else None


def _passed_on(code: ReferralCode) -> dict:
    """A code with its addresses; pictures by path, so that they load from where this page came."""
    where = addresses(code.code)
    return {"code": code, **where, "qr": urlsplit(where["qr"]).path, "poster": urlsplit(where["poster"]).path}


# --- its states ------------------------------------------------------------------------------------------

_TURNS = {
    "start": (referring.start_campaign, _("The campaign runs.")),
    "schedule": (referring.schedule_campaign, _("The campaign starts by itself when its time comes.")),
    "pause": (referring.pause_campaign, _("The campaign is paused.")),
    "resume": (referring.resume_campaign, _("The campaign goes on.")),
    "end": (referring.end_campaign, _("The campaign has ended.")),
}


@action("campaigns:write")
def campaign_turn(request: HttpRequest, campaign_id: UUID, verb: str) -> HttpResponse:
    if verb not in _TURNS:
        raise Http404
    operation, message = _TURNS[verb]
    operation(campaign_id)
    return done(request, str(message), "dashboard:campaign", campaign_id)


@action("campaigns:write")
def campaign_fund(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Set a budget aside for a campaign that has none."""
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    form = LimitForm(request.POST, currency=request.organisation.currency)
    if form.is_valid():
        with blamed_on(form):
            referring.fund_campaign(campaign_id, form.cleaned_data["limit_minor"])
            return done(request, gettext("The budget is set aside."), "dashboard:campaign", campaign_id)
    return _show(request, found, fund_form=form, is_form_open="fund")


# --- codes -----------------------------------------------------------------------------------------------


@staff("campaigns:read")
def campaign_customers(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Find who gets a code."""
    found = get_object_or_404(Campaign.objects, id=campaign_id)
    text = request.GET.get("find", "").strip() if may(request, "customers:read") else ""
    ids = search_ids(text, 50) if text else []
    picks = found_customers(request, ids)[:6]
    return page(request, "dashboard/parts/code_picks.html", {"campaign": found, "picks": picks, "text": text})


@action("campaigns:write")
def campaign_code(request: HttpRequest, campaign_id: UUID, customer_id: UUID) -> HttpResponse:
    """Give a customer their code; the same one every time."""
    code = referring.code_for(campaign_id, customer_id)
    if not request.htmx:
        message = gettext("%(name)s has the code %(code)s.") % {"name": code.referrer.name, "code": code.code}
        return done(request, message, "dashboard:campaign", campaign_id)
    return page(request, "dashboard/parts/code_given.html", {"given": _passed_on(code)})


urls = [
    path("campaigns/", campaigns, name="campaigns"),
    path("campaigns/<uuid:campaign_id>/", campaign, name="campaign"),
    path("campaigns/<uuid:campaign_id>/worked/", campaign_worked, name="campaign_worked"),
    path("campaigns/<uuid:campaign_id>/fund/", campaign_fund, name="campaign_fund"),
    path("campaigns/<uuid:campaign_id>/customers/", campaign_customers, name="campaign_customers"),
    path("campaigns/<uuid:campaign_id>/codes/<uuid:customer_id>/", campaign_code, name="campaign_code"),
    path("campaigns/<uuid:campaign_id>/turn/<str:verb>/", campaign_turn, name="campaign_turn"),
]
