"""Rules that move customers through their stages."""

import json
from collections.abc import Callable
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.models import Customer, LifecycleRule
from crm.queries.lifecycle import pending, rules, sentence_of
from crm.queries.quality import standard
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.conditions import Builder, read
from dashboard.segment_choice import segments_for_machines


class RuleForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    stage = forms.ChoiceField(label=_("The stage becomes"), choices=Customer.Stage.choices)
    segment = forms.ChoiceField(
        label=_("Only in the segment"), required=False,
        help_text=_("Whoever enters it is looked at within 15 minutes, everybody else at night."),
    )  # fmt: skip
    is_active = forms.BooleanField(
        label=_("In force"), required=False, initial=True, widget=forms.CheckboxInput({"role": "switch"})
    )
    where = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["segment"].choices = segments_for_machines(self.initial.get("segment", ""))

    def facts(self, member) -> dict:
        told = self.cleaned_data
        return {name: told[name] for name in ("name", "stage", "is_active")} | {
            "conditions": read(told["where"], "customer", member),
            "segment_id": UUID(told["segment"]) if told["segment"] else None,
        }


@staff("customers:read")
def lifecycle(request: HttpRequest) -> HttpResponse:
    """Show the rules in their order, and whom each would move now."""
    waiting = {one.rule.id: one for one in pending()}
    found = list(rules())
    for rule in found:
        rule.sentence = sentence_of(rule)
        rule.waiting = waiting[rule.id].rows.count() if rule.id in waiting else None
    total = sum(rule.waiting or 0 for rule in found)
    context = {"rules": found, "total": total, "hands_off_days": standard().hands_off_days}
    return page(request, "dashboard/lifecycle.html", context)


@staff("segments:write", post="segments:write")
def lifecycle_new(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            crm.create_rule(**form.facts(request.membership))
            return done(request, gettext("Rule added."), "dashboard:lifecycle")
    return _editor(request, form, None)


@staff("segments:write", post="segments:write")
def lifecycle_edit(request: HttpRequest, lifecycle_id: UUID) -> HttpResponse:
    rule = get_object_or_404(LifecycleRule, id=lifecycle_id)
    present = {
        "name": rule.name,
        "stage": rule.stage,
        "is_active": rule.is_active,
        "where": json.dumps(rule.conditions) if rule.conditions else "",
        "segment": str(rule.segment_id or ""),
    }
    form = RuleForm(request.POST or None, initial=present)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            crm.update_rule(lifecycle_id, **form.facts(request.membership))
            return done(request, gettext("Saved."), "dashboard:lifecycle")
    return _editor(request, form, rule)


def _editor(request: HttpRequest, form: RuleForm, rule: LifecycleRule | None) -> HttpResponse:
    where = form["where"].value() or ""
    builder = Builder("customer", request.membership, where, errors=form.errors.get("where", []))
    return page(request, "dashboard/lifecycle_form.html", {"rule": rule, "builder": builder}, form=form)


@action("segments:write")
def lifecycle_run(request: HttpRequest) -> HttpResponse:
    moved = crm.apply_rules()
    said = ngettext("%(n)s customer moved.", "%(n)s customers moved.", moved) % {"n": moved}
    return done(request, said, "dashboard:lifecycle")


def _act(verb: Callable[[UUID], None], message) -> Callable:
    @action("segments:write")
    def acted(request: HttpRequest, lifecycle_id: UUID) -> HttpResponse:
        get_object_or_404(LifecycleRule, id=lifecycle_id)
        verb(lifecycle_id)
        return done(request, str(message), "dashboard:lifecycle")

    return acted


lifecycle_up = _act(lambda id: crm.move_rule(id, up=True), _("Moved up."))
lifecycle_down = _act(lambda id: crm.move_rule(id, up=False), _("Moved down."))
lifecycle_delete = _act(crm.delete_rule, _("Rule deleted."))

urls = [
    path("lifecycle/", lifecycle, name="lifecycle"),
    path("lifecycle/new/", lifecycle_new, name="lifecycle_new"),
    path("lifecycle/run/", lifecycle_run, name="lifecycle_run"),
    path("lifecycle/<uuid:lifecycle_id>/", lifecycle_edit, name="lifecycle_edit"),
    path("lifecycle/<uuid:lifecycle_id>/up/", lifecycle_up, name="lifecycle_up"),
    path("lifecycle/<uuid:lifecycle_id>/down/", lifecycle_down, name="lifecycle_down"),
    path("lifecycle/<uuid:lifecycle_id>/delete/", lifecycle_delete, name="lifecycle_delete"),
]
