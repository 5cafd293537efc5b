"""Who gets which lead: rules in order, tried before they are trusted; pools; times and limits."""

from collections import Counter
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm.models import Customer, Lead, LeadPool, LeadRule
from crm.operations import leads as leading
from crm.queries.leads import leads, policy, pools, rules
from crm.rules.explaining import describe, explain
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_lead_rules import PolicyForm, PoolForm, RuleForm, TryForm, present_rule
from dashboard.lead_words import rooms
from dashboard.people import member_choices
from dashboard.sight import seen

TRIED = 100


@staff("leads:read")
def lead_rules(request: HttpRequest) -> HttpResponse:
    tabs, here = rooms("lead_rules")
    names = dict(member_choices())
    shown = [_dressed(rule, names) for rule in rules()]
    context = {"rules": shown, "policy": policy(), "pools": pools(), "tabs": tabs, "here": here}
    return page(request, "dashboard/lead_rules.html", context)


def _dressed(rule: LeadRule, names: dict[str, str]) -> LeadRule:
    rule.conditions = [describe(each) for each in rule.criteria]
    rule.people = [names.get(each, gettext("somebody who has left")) for each in rule.members]
    return rule


@staff("settings:write", post="settings:write")
def lead_rule_new(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST or None)
    if form.is_valid():
        with blamed_on(form):
            leading.save_rule(**form.facts)
            return done(request, gettext("Rule added at the end."), "dashboard:lead_rules")
    return page(request, "dashboard/lead_rule_form.html", form=form)


@staff("settings:write", post="settings:write")
def lead_rule(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    rule = get_object_or_404(LeadRule.objects, id=rule_id)
    form = RuleForm(request.POST or None, initial=present_rule(rule))
    if form.is_valid():
        with blamed_on(form):
            leading.save_rule(rule_id, **form.facts)
            return done(request, gettext("Rule saved."), "dashboard:lead_rules")
    return page(request, "dashboard/lead_rule_form.html", {"rule": rule}, form=form)


@action("settings:write")
def lead_rule_up(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    leading.move_rule_up(rule_id)
    return done(request, gettext("This rule is asked earlier now."), "dashboard:lead_rules")


@action("settings:write")
def lead_rule_switch(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    rule = get_object_or_404(LeadRule.objects, id=rule_id)
    leading.switch_rule(rule_id, is_on=not rule.is_on)
    said = gettext("This rule is not asked any more.") if rule.is_on else gettext("This rule is asked again.")
    return done(request, said, "dashboard:lead_rules")


@action("settings:write")
def lead_rule_delete(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    leading.delete_rule(rule_id)
    return done(request, gettext("Rule deleted. What it decided stays written at the leads."), "dashboard:lead_rules")


# --- trying them -----------------------------------------------------------------------------------------------


@staff("leads:read")
def lead_rules_try(request: HttpRequest) -> HttpResponse:
    """Say what the rules would do with a made-up lead, or with the last hundred; nothing moves."""
    form = TryForm(request.GET if "source" in request.GET else None)
    if form.is_valid():
        tried = leading.dry_run([_made_up(form.cleaned_data)])
    elif "last" in request.GET:
        rows = seen(request.membership, leads()).order_by("-created_at")[:TRIED]
        tried = leading.dry_run(sorted(rows, key=lambda lead: lead.created_at))
    else:
        tried = []
    results = [(lead, explain(decision.facts), decision) for lead, decision in tried]
    names = dict(member_choices())
    counted = Counter(names.get(str(decision.member_id), gettext("The pool")) for _lead, decision in tried)
    context = {"form": form, "results": results[::-1], "counted": counted.most_common(), "is_last": "last" in request.GET}
    return page(request, "dashboard/lead_rules_try.html", context)


def _made_up(told: dict) -> Lead:
    customer = Customer(name=gettext("Somebody made up"), city=told["city"], province=told["province"], stage="lead")
    return Lead(customer=customer, source=told["source"], campaign=told["campaign"], interest=told["interest"])


# --- times, limits, pools ---------------------------------------------------------------------------------------


@staff("settings:write", post="settings:write")
def lead_settings(request: HttpRequest) -> HttpResponse:
    present = policy()
    form = PolicyForm(request.POST or None, initial=_present(present))
    if form.is_valid():
        with blamed_on(form):
            leading.set_policy(**form.facts)
            return done(request, gettext("Saved. Leads under way feel it at their next step."), "dashboard:lead_settings")
    names = dict(member_choices())
    shown = [(each, [names[member] for member in each.members if member in names]) for each in pools()]
    context = {"pools": shown, "pool_form": PoolForm(auto_id="pool_%s")}
    return page(request, "dashboard/lead_settings.html", context, form=form)


def _present(policy) -> dict:
    names = (
        "remind_percent",
        "known_to_owner",
        "contact_hours",
        "progress_days",
        "claims_a_day",
        "in_hand",
        "cooldown_days",
        "customers_in_hand",
        "idle_days",
        "warn_days",
    )
    return {name: getattr(policy, name) for name in names} | {
        "response_hours": round(policy.response_minutes / 60, 2), "script_en": policy.script.get("en", ""),
        "script_zh": policy.script.get("zh-hans", ""),
    }  # fmt: skip


@action("settings:write")
def lead_pool_new(request: HttpRequest) -> HttpResponse:
    form = PoolForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    leading.add_pool(**form.facts)
    return done(request, gettext("Pool opened."), "dashboard:lead_settings")


@staff("settings:write", post="settings:write")
def lead_pool_edit(request: HttpRequest, pool_id: UUID) -> HttpResponse:
    pool = get_object_or_404(LeadPool.objects, id=pool_id)
    form = PoolForm(request.POST or None, initial={"name": pool.name, "members": pool.members})
    if form.is_valid():
        leading.change_pool(pool_id, **form.facts)
        return done(request, gettext("Pool saved."), "dashboard:lead_settings")
    return page(request, "dashboard/lead_pool_form.html", {"pool": pool}, form=form)


urls = [
    path("leads/rules/", lead_rules, name="lead_rules"),
    path("leads/rules/new/", lead_rule_new, name="lead_rule_new"),
    path("leads/rules/try/", lead_rules_try, name="lead_rules_try"),
    path("leads/rules/<uuid:rule_id>/", lead_rule, name="lead_rule"),
    path("leads/rules/<uuid:rule_id>/up/", lead_rule_up, name="lead_rule_up"),
    path("leads/rules/<uuid:rule_id>/switch/", lead_rule_switch, name="lead_rule_switch"),
    path("leads/rules/<uuid:rule_id>/delete/", lead_rule_delete, name="lead_rule_delete"),
    path("leads/settings/", lead_settings, name="lead_settings"),
    path("leads/pools/new/", lead_pool_new, name="lead_pool_new"),
    path("leads/pools/<uuid:pool_id>/", lead_pool_edit, name="lead_pool_edit"),
]
