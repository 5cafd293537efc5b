"""Budgets: what is promised, settled and spent of each; new ones, and other limits."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.budget_bars import bar_of
from dashboard.forms_growth import LimitForm, NewBudgetForm
from referrals.models import Campaign
from rewards import operations as rewarding
from rewards.models import Budget
from rewards.queries import budgets as all_budgets
from rewards.queries import promised_minor

MOST = 200


@staff("rewards:read")
def budgets(request: HttpRequest) -> HttpResponse:
    return _show(request)


def _show(
    request, *, new_form: NewBudgetForm | None = None, limit_form: LimitForm | None = None, limit_of: UUID | None = None
) -> HttpResponse:
    bars = [bar_of(budget) for budget in all_budgets()[:MOST]]
    campaigns = {each.budget_id: each for each in Campaign.objects.filter(budget_id__in=[bar.budget.id for bar in bars])}
    rows = [
        {"bar": bar, "campaign": campaigns.get(bar.budget.id), "is_open": bar.budget.id == limit_of,
         "form": limit_form if bar.budget.id == limit_of else _limit_form(bar.budget)}
        for bar in bars
    ]  # fmt: skip
    context = {
        "rows": rows, "promised": sorted(promised_minor().items()), "is_new_open": new_form is not None,
        "new_form": new_form or NewBudgetForm(currency=request.organisation.currency, auto_id="new_%s"),
    }  # fmt: skip
    response = page(request, "dashboard/budgets.html", context)
    response.status_code = 422 if new_form or limit_form else 200
    return response


def _limit_form(budget: Budget, data=None) -> LimitForm:
    return LimitForm(
        data, currency=budget.currency, initial={"limit_minor": budget.limit_minor}, auto_id=f"limit_{budget.id}_%s"
    )


@action("rewards:write")
def budget_new(request: HttpRequest) -> HttpResponse:
    currency = request.organisation.currency
    form = NewBudgetForm(request.POST, currency=currency, auto_id="new_%s")
    if form.is_valid():
        with blamed_on(form):
            rewarding.open_budget(currency=currency, **form.cleaned_data)
            return done(request, gettext("The budget is open."), "dashboard:budgets")
    return _show(request, new_form=form)


@action("rewards:write")
def budget_limit(request: HttpRequest, budget_id: UUID) -> HttpResponse:
    """Raise or lower a limit; never below what is promised already."""
    form = _limit_form(get_object_or_404(Budget.objects, id=budget_id), request.POST)
    if form.is_valid():
        with blamed_on(form):
            rewarding.change_limit(budget_id, form.cleaned_data["limit_minor"])
            return done(request, gettext("The limit is changed."), "dashboard:budgets")
    return _show(request, limit_form=form, limit_of=budget_id)


urls = [
    path("budgets/", budgets, name="budgets"),
    path("budgets/new/", budget_new, name="budget_new"),
    path("budgets/<uuid:budget_id>/limit/", budget_limit, name="budget_limit"),
]
