"""Honours: the leaderboard, the steps with their badges, the wall and who agreed to be named."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_asking import HonourRulesForm, NamedForm, StepForm
from dashboard.sight import seen
from loyalty.queries import badges
from referrals.models import HonourStep, Recognition
from referrals.operations.honours import (
    agree_to_be_named,
    remove_honour_step,
    save_honour_step,
    set_honour_rules,
    withdraw_name,
)
from referrals.queries import campaigns
from referrals.queries.honours import consents, honour_rules, scores, steps
from referrals.rules.honours import PERIODS, ranked

_PERIODS = {"month": _("This month"), "quarter": _("This quarter"), "year": _("This year"), "all": _("Ever")}
_MOST = 50


@staff("referrals:read", post="loyalty:write")
def honours(request: HttpRequest) -> HttpResponse:
    """Show the board to staff by the customers' own names; the forms change steps and rules."""
    rules = honour_rules()
    step_form, rules_form = StepForm(), HonourRulesForm.of(rules)
    refused = None
    if request.method == "POST":
        make, save = (StepForm, save_honour_step) if "friends" in request.POST else (HonourRulesForm, set_honour_rules)
        form = make(request.POST)
        if form.is_valid():
            with blamed_on(form, title="title_en"):
                save(**(form.cleaned_data if make is StepForm else form.facts))
                return done(request, gettext("Saved."), "dashboard:honours")
        refused = form
        step_form, rules_form = (form, rules_form) if make is StepForm else (step_form, form)
    context = _board(request) | {
        "rules": rules, "step_form": step_form, "rules_form": rules_form, "refused": refused, "steps": _told_steps(),
        "named": seen(request.membership, consents().select_related("customer")).order_by("customer__name", "surface")[:200],
        "wall": reverse("portal:wall", args=[request.organisation.slug]),
        "screen": reverse("portal:wall_screen", args=[request.organisation.slug]),
    }  # fmt: skip
    response = page(request, "dashboard/honours.html", context)
    response.status_code = 422 if refused else 200
    return response


def _board(request) -> dict:
    period = request.GET.get("period", "month")
    period = period if period in PERIODS else "month"
    known = {str(each.id): each.name for each in campaigns()[:100]}
    campaign = request.GET.get("campaign", "")
    campaign = campaign if campaign in known else ""
    places = ranked(scores(period=period, campaign_id=UUID(campaign) if campaign else None))
    people = seen(request.membership, Customer.objects.filter(id__in=[place.customer_id for place in places[:_MOST]]))
    names = dict(people.values_list("id", "name"))
    lines = [(place, names[place.customer_id]) for place in places[:_MOST] if place.customer_id in names]
    return {"period": period, "periods": _PERIODS.items(), "campaign": campaign, "campaigns": known.items(), "lines": lines,
            "size": len(places)}  # fmt: skip


def _told_steps() -> list[dict]:
    known = {badge.code: badge for badge in badges()}
    return [{"step": step, "badge": known.get(step.badge)} for step in steps()]


@action("loyalty:write")
def honour_step_remove(request: HttpRequest, step_id: UUID) -> HttpResponse:
    get_object_or_404(HonourStep.objects, id=step_id)
    remove_honour_step(step_id)
    return done(request, gettext("Removed. Who has the badge keeps it."), "dashboard:honours")


@staff("referrals:read", post="customers:write")
def customer_named(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Where a customer agreed to be named; the form notes a consent given to staff."""
    customer = get_object_or_404(Customer.objects, id=customer_id)
    form = NamedForm(request.POST or None, initial={"display_name": customer.name})
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            agree_to_be_named(customer_id, source="staff", **form.cleaned_data)
            return done(request, gettext("Consent recorded."), "dashboard:customer_named", customer_id)
    agreed = Recognition.objects.filter(customer=customer).order_by("-granted_at")[:50]
    return page(request, "dashboard/customer_named.html", {"customer": customer, "agreed": agreed}, form=form)


@action("customers:write")
def customer_unnamed(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Take a customer's name off everything."""
    get_object_or_404(Customer.objects, id=customer_id)
    withdraw_name(customer_id, surface=request.POST.get("surface", ""))
    return done(request, gettext("The name is gone everywhere it stood."), "dashboard:customer_named", customer_id)


urls = [
    path("honours/", honours, name="honours"),
    path("honours/steps/<uuid:step_id>/remove/", honour_step_remove, name="honour_step_remove"),
    path("customers/<uuid:customer_id>/named/", customer_named, name="customer_named"),
    path("customers/<uuid:customer_id>/unnamed/", customer_unnamed, name="customer_unnamed"),
]
