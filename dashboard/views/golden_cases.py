"""Golden cases of a campaign: green or red under the terms, kept from suggestions and from real orders."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm.models import Order
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_simulating import GoldenCaseForm, initial_case
from dashboard.golden_words import outcome_words, told_facts
from dashboard.sight import seen
from referrals import operations as referring
from referrals.models import Campaign, GoldenCase
from referrals.queries import campaigns as all_campaigns
from referrals.queries import current_version, try_golden_cases
from referrals.rules import Terms, read_terms
from referrals.rules.golden import suggestions
from referrals.simulation_words import EDGES, failed_words


@staff("campaigns:read")
def golden_cases(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    terms, is_draft = _terms(found)
    context = {"campaign": found, "terms": terms, "is_draft": is_draft}
    if terms:
        results = try_golden_cases(campaign_id, terms)
        told = [_told(one.case, one.tried, terms) for one in results]
        context |= {
            "cases": told, "failed": sum(not each["passed"] for each in told),
            "suggestions": _suggested(terms, {one.case.name for one in results}),
        }  # fmt: skip
    return page(request, "dashboard/golden_cases.html", context)


def _terms(campaign: Campaign) -> tuple[Terms | None, bool]:
    """Give the terms being written, or those in force."""
    draft, version = getattr(campaign, "draft_terms", None), current_version(campaign.id)
    data = draft or (version.terms if version else None)
    return (read_terms(data) if data else None), bool(draft)


def _told(case: GoldenCase, tried, terms: Terms) -> dict:
    is_real = case.order_id is not None
    return {
        "case": case, "passed": tried.passed, "facts": told_facts(case.facts, terms.currency, is_real=is_real),
        "expected": outcome_words(case.expected, terms.currency), "got": outcome_words(tried.got, terms.currency),
        "why": [failed_words(check) for check in tried.failed],
    }  # fmt: skip


def _suggested(terms: Terms, known: set[str]) -> list[dict]:
    return [
        {"key": each.key, "name": str(EDGES[each.key]), "facts": told_facts(each.facts, terms.currency),
         "expected": outcome_words(each.expected, terms.currency)}
        for each in suggestions(terms)
        if str(EDGES[each.key]) not in known
    ]  # fmt: skip


# --- write one down ---------------------------------------------------------------------------------------


@staff("campaigns:write", post="campaigns:write")
def golden_case_new(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    terms, _is_draft = _terms(found)
    form = GoldenCaseForm(request.POST or None, currency=_currency(request, terms), terms=terms)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            referring.keep_golden_case(
                campaign_id, name=form.cleaned_data["name"], facts=form.facts(), expected=form.expected()
            )
            return done(request, gettext("The case is kept."), "dashboard:golden_cases", campaign_id)
    return page(request, "dashboard/golden_case.html", {"campaign": found}, form=form)


@staff("campaigns:write", post="campaigns:write")
def golden_case(request: HttpRequest, campaign_id: UUID, golden_case_id: UUID) -> HttpResponse:
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    case = get_object_or_404(GoldenCase.objects, id=golden_case_id, campaign_id=campaign_id)
    terms, _is_draft = _terms(found)
    form = GoldenCaseForm(
        request.POST or None, currency=_currency(request, terms), terms=terms, facts=case.facts,
        is_real=case.order_id is not None,
        initial=initial_case(case.name, case.facts, case.expected),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            referring.change_golden_case(
                case.id, name=form.cleaned_data["name"], facts=form.facts(), expected=form.expected()
            )
            return done(request, gettext("Saved."), "dashboard:golden_cases", campaign_id)
    return page(request, "dashboard/golden_case.html", {"campaign": found, "case": case}, form=form)


def _currency(request, terms: Terms | None) -> str:
    return terms.currency if terms else request.organisation.currency


@action("campaigns:write")
def golden_case_remove(request: HttpRequest, campaign_id: UUID, golden_case_id: UUID) -> HttpResponse:
    case = get_object_or_404(GoldenCase.objects, id=golden_case_id, campaign_id=campaign_id)
    referring.remove_golden_case(case.id)
    return done(request, gettext("The case is removed."), "dashboard:golden_cases", campaign_id)


@action("campaigns:write")
def golden_case_keep(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Keep a suggestion (`edge`), or a real order (`order`)."""
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    if edge := request.POST.get("edge"):
        terms, _is_draft = _terms(found)
        case = next((each for each in suggestions(terms) if each.key == edge), None) if terms else None
        if case is None:
            raise Http404
        referring.keep_golden_case(campaign_id, name=str(EDGES[edge]), facts=case.facts, expected=case.expected)
    else:
        order = _order(request)
        name = gettext("Like order %(number)s") % {"number": order.external_id}
        referring.golden_case_of_order(campaign_id, order.id, name=name)
    return done(request, gettext("The case is kept."), "dashboard:golden_cases", campaign_id)


def _order(request) -> Order:
    try:
        wanted = UUID(request.POST.get("order", ""))
    except ValueError:
        raise Http404 from None
    return get_object_or_404(seen(request.membership, Order.objects.all()), id=wanted)


urls = [
    path("campaigns/<uuid:campaign_id>/golden/", golden_cases, name="golden_cases"),
    path("campaigns/<uuid:campaign_id>/golden/new/", golden_case_new, name="golden_case_new"),
    path("campaigns/<uuid:campaign_id>/golden/keep/", golden_case_keep, name="golden_case_keep"),
    path("campaigns/<uuid:campaign_id>/golden/<uuid:golden_case_id>/", golden_case, name="golden_case"),
    path("campaigns/<uuid:campaign_id>/golden/<uuid:golden_case_id>/remove/", golden_case_remove, name="golden_case_remove"),
]
