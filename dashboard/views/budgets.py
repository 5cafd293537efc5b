"""Budgets: what is promised, settled and spent of each, where it is heading, what waits; new ones, and changes."""

from collections import defaultdict
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.budget_bars import bar_of, bars, campaign_ends, chart_of
from dashboard.forms_budgets import BudgetForm, CampaignPickForm
from dashboard.forms_growth import LimitForm, NewBudgetForm
from dashboard.paging import newest_by_id
from referrals import operations as referring
from referrals.models import Campaign
from rewards import operations as rewarding
from rewards.models import Budget
from rewards.queries import budgets as all_budgets
from rewards.queries import promised_minor
from rewards.queries.budget_outlook import alerts_of, outlooks, queues, rewards_of_budget, waiting_rewards

MOST = 200


@staff("rewards:read")
def budgets(request: HttpRequest) -> HttpResponse:
    return _list(request)


def _list(request, *, new_form: NewBudgetForm | None = None) -> HttpResponse:
    found = bars(all_budgets()[:MOST])
    ids = [bar.budget.id for bar in found]
    campaigns, waiting = _campaigns(ids), queues(ids)
    rows = [
        {"bar": bar, "campaigns": campaigns[bar.budget.id], "queue": waiting.get(bar.budget.id)} for bar in found
    ]  # fmt: skip
    context = {
        "rows": rows, "promised": sorted(promised_minor().items()), "is_new_open": new_form is not None,
        "new_form": new_form or NewBudgetForm(currency=request.organisation.currency, auto_id="new_%s"),
    }  # fmt: skip
    response = page(request, "dashboard/budgets.html", context)
    response.status_code = 422 if new_form else 200
    return response


def _campaigns(budget_ids: list[UUID]) -> dict[UUID, list[Campaign]]:
    by_budget = defaultdict(list)
    for campaign in Campaign.objects.filter(budget_id__in=budget_ids).order_by("-id"):
        by_budget[campaign.budget_id].append(campaign)
    return by_budget


@action("rewards:write")
def budget_new(request: HttpRequest) -> HttpResponse:
    currency = request.organisation.currency
    form = NewBudgetForm(request.POST, currency=currency, auto_id="new_%s")
    if form.is_valid():
        with blamed_on(form):
            budget = rewarding.open_budget(currency=currency, **form.cleaned_data)
            return done(request, gettext("The budget is open."), "dashboard:budget", budget.id)
    return _list(request, new_form=form)


# --- one budget -------------------------------------------------------------------------------------------


@staff("rewards:read")
def budget(request: HttpRequest, budget_id: UUID) -> HttpResponse:
    return _show(request, get_object_or_404(Budget.objects.select_related("responsible__user"), id=budget_id))


def _show(request, budget: Budget, *, limit_form: LimitForm | None = None) -> HttpResponse:
    """Show a budget; for htmx only the next rewards of its list."""
    rewards = newest_by_id(request, rewards_of_budget(budget.id), size=25)
    if request.htmx and not request.htmx.boosted and not rewards.is_first:
        return listing(request, page="", rows="dashboard/parts/budget_reward_rows.html", rewards=rewards, budget=budget)
    outlook = outlooks([budget], campaign_ends([budget.id]))[budget.id]
    context = {
        "budget": budget, "bar": bar_of(budget, outlook), "chart": chart_of(budget, outlook), "rewards": rewards,
        "campaigns": _campaigns([budget.id])[budget.id], "alerts": alerts_of(budget.id),
        "queue": queues([budget.id]).get(budget.id), "waiting": waiting_rewards(budget.id),
        "limit_form": limit_form or _limit_form(budget), "is_limit_open": limit_form is not None,
        "pick_form": _pick_form(request),
    }  # fmt: skip
    response = page(request, "dashboard/budget.html", context)
    response.status_code = 422 if limit_form else 200
    return response


def _pick_form(request) -> CampaignPickForm | None:
    form = CampaignPickForm()
    return form if may(request, "campaigns:write") and form.fields["campaign"].queryset.exists() else None


def _limit_form(budget: Budget, data=None) -> LimitForm:
    return LimitForm(data, currency=budget.currency, initial={"limit_minor": budget.limit_minor}, auto_id="limit_%s")


@action("rewards:write")
def budget_limit(request: HttpRequest, budget_id: UUID) -> HttpResponse:
    """Raise or lower a limit; never below what is promised already."""
    found = get_object_or_404(Budget.objects, id=budget_id)
    form = _limit_form(found, request.POST)
    if form.is_valid():
        with blamed_on(form):
            rewarding.change_limit(budget_id, form.cleaned_data["limit_minor"])
            return done(request, gettext("The limit is changed."), "dashboard:budget", budget_id)
    return _show(request, found, limit_form=form)


@staff("rewards:write", post="rewards:write")
def budget_edit(request: HttpRequest, budget_id: UUID) -> HttpResponse:
    found = get_object_or_404(Budget.objects, id=budget_id)
    form = BudgetForm(request.POST or None, budget=found)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            rewarding.change_budget(budget_id, **form.cleaned_data)
            return done(request, gettext("The budget is changed."), "dashboard:budget", budget_id)
    return page(request, "dashboard/budget_edit.html", {"budget": found}, form=form)


@action("campaigns:write")
def budget_campaign(request: HttpRequest, budget_id: UUID) -> HttpResponse:
    """Let another campaign draw on this budget."""
    found = get_object_or_404(Budget.objects, id=budget_id)
    form = CampaignPickForm(request.POST)
    if form.is_valid():
        with blamed_on(form):
            referring.share_budget(form.cleaned_data["campaign"].id, found.id)
            return done(request, gettext("The campaign draws on this budget now."), "dashboard:budget", budget_id)
    return done(request, form.errors["campaign"][0], "dashboard:budget", budget_id)


urls = [
    path("budgets/", budgets, name="budgets"),
    path("budgets/new/", budget_new, name="budget_new"),
    path("budgets/<uuid:budget_id>/", budget, name="budget"),
    path("budgets/<uuid:budget_id>/edit/", budget_edit, name="budget_edit"),
    path("budgets/<uuid:budget_id>/limit/", budget_limit, name="budget_limit"),
    path("budgets/<uuid:budget_id>/campaigns/", budget_campaign, name="budget_campaign"),
]
