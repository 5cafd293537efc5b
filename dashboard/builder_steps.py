"""The steps of the guided builder: which form each shows, and what saving it writes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.forms_builder import BudgetedLimitsForm, GoalForm, PeopleForm, TemplateForm, TextsForm
from dashboard.forms_terms import CountsForm, RewardsForm, initial_of
from referrals import operations as referring
from referrals.models import Campaign
from referrals.queries import planned_terms
from referrals.queries.readiness import STOP, Checked, is_ready, readiness
from referrals.rules.milestones import SUBJECTS
from tenancy import door
from tenancy.models import Organisation

UNSTARTED = (Campaign.State.DRAFT, Campaign.State.SCHEDULED)


@dataclass(frozen=True)
class Setting:
    """What a step works on. `campaign` is None before the first step was saved."""

    organisation: Organisation
    campaign: Campaign | None = None

    @property
    def terms(self) -> dict[str, Any] | None:
        return planned_terms(self.campaign) if self.campaign else None

    @property
    def currency(self) -> str:
        return self.terms["currency"] if self.terms else self.organisation.currency


@dataclass(frozen=True)
class Step:
    key: str
    title: str
    about: str
    form: Callable[[Setting, Any], forms.Form] | None = None
    save: Callable[[Setting, forms.Form], None] | None = None
    needs_terms: bool = False

    @property
    def has_form(self) -> bool:
        """Say whether there is something to fill in; templates cannot ask for `form`, which they would call."""
        return self.form is not None

    @property
    def template(self) -> str:
        return f"dashboard/build/{self.key}.html"


def _changed(campaign: Campaign, **asked: Any) -> None:
    """Save what differs: an unchanged field is nobody's change, in the audit log neither."""
    changes = {name: value for name, value in asked.items() if getattr(campaign, name) != value}
    if changes:
        referring.update_campaign(campaign.id, **changes)


# --- goal, template ------------------------------------------------------------------------------------


def _goal_form(setting: Setting, data) -> GoalForm:
    if setting.campaign:
        initial = GoalForm.initial_of(setting.campaign)
    else:
        starts_at = (door.moment() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
        initial = {"starts_at": starts_at, "ends_at": starts_at + timedelta(days=60), "aim": "new_customers"}
    return GoalForm(data, initial=initial, currency=setting.organisation.currency)


def begun(form: GoalForm) -> Campaign:
    return referring.begin_campaign(**_facts(form), goal=form.goal)


def _facts(form: GoalForm) -> dict[str, Any]:
    told = form.cleaned_data
    return {
        "name": told["name"], "starts_at": told["starts_at"], "ends_at": told["ends_at"], "target": form.target,
        "segment_id": told.get("segment"),
    }  # fmt: skip


def _save_goal(setting: Setting, form: GoalForm) -> None:
    facts = _facts(form)
    if "segment" not in form.fields:
        facts.pop("segment_id")
    _changed(setting.campaign, **facts)
    referring.set_goal(setting.campaign.id, form.goal)


def _template_form(setting: Setting, data) -> TemplateForm:
    return TemplateForm(data, initial={"template": setting.campaign.template}, campaign_id=setting.campaign.id)


def _save_template(setting: Setting, form: TemplateForm) -> None:
    if form.cleaned_data["earlier"]:
        referring.take_over(setting.campaign.id, form.cleaned_data["earlier"])
    else:
        referring.choose_template(setting.campaign.id, form.cleaned_data["template"])


# --- terms ----------------------------------------------------------------------------------------------


def _terms_form(shape: type[forms.Form]) -> Callable[[Setting, Any], forms.Form]:
    def make(setting: Setting, data) -> forms.Form:
        facts = {"initial": initial_of(setting.terms), "currency": setting.currency, "template": setting.campaign.template}
        return shape(data, **facts)

    return make


def _limits_form(setting: Setting, data) -> BudgetedLimitsForm:
    return BudgetedLimitsForm(
        data, initial=initial_of(setting.terms), currency=setting.currency, is_funded=bool(setting.campaign.budget_id)
    )


def _save_terms(setting: Setting, form) -> None:
    referring.save_draft_terms(setting.campaign.id, form.into(setting.terms))


# --- conditions of a milestone or a scheme --------------------------------------------------------------

_PLACES = {"milestones": "conditions", "schemes": "when"}
_KNOWN = {"order": "order", "deal": "deal", "receipt": "deal", "answer": "answer"}


@dataclass(frozen=True)
class Place:
    """Where in the terms conditions stand that are written on a page of their own: the milestone or scheme of this key."""

    part: str
    key: str

    def row(self, terms: dict[str, Any]) -> dict[str, Any] | None:
        return next((row for row in terms.get(self.part, ()) if row["key"] == self.key), None)

    def tree(self, terms: dict[str, Any]) -> dict[str, Any] | None:
        return self.row(terms).get(_PLACES[self.part])

    def known(self, terms: dict[str, Any]) -> frozenset[str]:
        """Say whose facts there are here."""
        of = SUBJECTS[self.row(terms)["trigger"]] if self.part == "milestones" else "order"
        return frozenset({"people", _KNOWN.get(of, "people")})

    def with_tree(self, terms: dict[str, Any], tree: dict[str, Any] | None) -> dict[str, Any]:
        name = _PLACES[self.part]
        mine = {key: value for key, value in self.row(terms).items() if key != name} | ({name: tree} if tree else {})
        return {**terms, self.part: [mine if row["key"] == self.key else row for row in terms[self.part]]}


def place_in(terms: dict[str, Any] | None, part: str, key: str) -> Place | None:
    place = Place(part, key)
    return place if terms and part in _PLACES and place.row(terms) else None


def place_after(form: RewardsForm, wished: str) -> Place | None:
    """Give the place that a button of a saved row asked for: "when-milestones-1"."""
    for part, rows in form.further.items():
        for row in rows:
            if wished == f"when-{row.prefix}" and row.kept_as:
                return Place(part, row.kept_as)
    return None


def _save_limits(setting: Setting, form: BudgetedLimitsForm) -> None:
    _save_terms(setting, form)
    if limit := form.cleaned_data.get("budget_limit_minor"):
        referring.fund_campaign(setting.campaign.id, limit)


# --- texts, people --------------------------------------------------------------------------------------


def _texts_form(setting: Setting, data) -> TextsForm:
    return TextsForm(data, initial=TextsForm.initial_of(setting.campaign))


def _save_texts(setting: Setting, form: TextsForm) -> None:
    referring.set_wechat_safe(setting.campaign.id, form.cleaned_data["is_wechat_safe"])
    _changed(setting.campaign, texts=form.texts)


def _people_form(setting: Setting, data) -> PeopleForm:
    return PeopleForm(data, initial=PeopleForm.initial_of(setting.campaign))


def _save_people(setting: Setting, form: PeopleForm) -> None:
    told = form.cleaned_data
    _changed(
        setting.campaign,
        script=form.script,
        responsible_id=told["responsible"],
        follow_up_hours=told["follow_up_hours"],
    )


STEPS = [
    Step("goal", _("Goal and audience"), _("What the campaign is for, when it runs, and who may refer."),
         _goal_form, _save_goal),
    Step(
        "template", pgettext_lazy("a campaign's", "Template"),
        _("Choose what comes closest. Every amount and word can be changed in the next steps."),
        _template_form, _save_template,
    ),
    Step("counts", _("What counts"), _("What a friend has to do before anybody gets anything."),
         _terms_form(CountsForm), _save_terms, needs_terms=True),
    Step("rewards", _("Who gets what"), _("What the referrer and the friend get for it."),
         _terms_form(RewardsForm), _save_terms, needs_terms=True),
    Step("limits", _("Limits and waiting time"), _("When rewards come, how many there are, and what they may cost."),
         _limits_form, _save_limits, needs_terms=True),
    Step("texts", _("Texts"), _("What people read, in both languages."), _texts_form, _save_texts),
    Step("people", _("Responsible and follow-up"), _("Who calls the friends, how soon, and with what words."),
         _people_form, _save_people),
    Step("check", _("Check and start"), _("Everything that has to be right, and where it is mended.")),
]  # fmt: skip
BY_KEY = {step.key: step for step in STEPS}


def steps_of(campaign: Campaign | None) -> list[Step]:
    """List the steps that this campaign has: what has started keeps its template."""
    if campaign and campaign.state not in UNSTARTED:
        return [step for step in STEPS if step.key != "template"]
    return STEPS


def counted(checks: list[Checked], level: str) -> int:
    return sum(finding.level == level for each in checks for finding in each.findings)


def panel_of(campaign: Campaign) -> dict | None:
    """What the campaign's own page says about its start; None once it runs."""
    if campaign.state not in UNSTARTED:
        return None
    return {"checks": (checks := readiness(campaign)), "is_ready": is_ready(checks), "stop_count": counted(checks, STOP)}
