"""The guided builder: a campaign in steps that are saved one by one, with its rule and its page beside them."""

from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext

from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.builder_steps import (
    BY_KEY,
    UNSTARTED,
    Place,
    Setting,
    Step,
    begun,
    counted,
    place_after,
    place_in,
    steps_of,
)
from dashboard.forms_builder import TEXTS_CALLED
from dashboard.forms_conditions import ConditionsForm, changed
from dashboard.forms_further import TRIGGERS
from dashboard.forms_terms import fits_form, sentences
from dashboard.suggestions import TAKE_UP, suggestions_panel
from foundation.errors import DomainError
from foundation.ids import new_code
from referrals import operations as referring
from referrals.explain import sentence
from referrals.models import Campaign, Referral
from referrals.queries import campaigns as all_campaigns
from referrals.queries import current_version
from referrals.queries.readiness import STOP, WARN, is_ready, readiness
from referrals.rules import read_terms
from referrals.rules.terms import HONOURS
from referrals.templates import LANGUAGES, TEMPLATES, default_terms

_PREVIEW_SECONDS = 900
_BESIDE = ("amounts", "wechat", "law", "reach")  # what is said while somebody writes


@dataclass(frozen=True)
class Mark:
    """A step as the way through the builder shows it."""

    step: Step
    number: int
    is_here: bool
    is_open: bool
    level: str  # of what the checks found there: stop, warn, ok, or empty


# --- the steps --------------------------------------------------------------------------------------------


@staff("campaigns:write", post="campaigns:write")
def campaign_new(request: HttpRequest) -> HttpResponse:
    """The first step, before there is a campaign. `?template=` goes on with that template."""
    setting, step = Setting(request.organisation), BY_KEY["goal"]
    form = step.form(setting, _sent(request))
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, segment_id="segment"):
            made = begun(form)
            wished = request.GET.get("template", "")
            if wished in TEMPLATES:
                referring.choose_template(made.id, wished)
            return redirect("dashboard:campaign_step", made.id, "counts" if wished in TEMPLATES else "template")
    return page(request, step.template, _context(setting, step), form=form)


@staff("campaigns:write", post="campaigns:write")
def campaign_step(request: HttpRequest, campaign_id: UUID, step: str) -> HttpResponse:
    setting, here = _setting(request, campaign_id, step)
    if here.needs_terms and setting.terms is None:
        return redirect("dashboard:campaign_step", campaign_id, "template")
    if here.form is None:
        return page(request, here.template, _context(setting, here) | _checked(setting.campaign))
    if here.key == "counts" and "rows" in request.POST:
        return rows_changed(request, here.template, _context(setting, here), lambda data: here.form(setting, data))
    form = here.form(setting, _sent(request))
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, segment_id="segment", rewards=None, **TEXTS_CALLED):
            here.save(setting, form)
            if here.key == "rewards" and (place := place_after(form, request.POST.get("to", ""))):
                return redirect("dashboard:campaign_conditions", campaign_id, place.part, place.key)
            if here.key == "rewards" and request.POST.get("to", "").startswith(TAKE_UP):
                return _taken_up(request, campaign_id)
            if request.POST.get("to") == "template_words":
                referring.fill_empty_texts(campaign_id)
            return redirect(_next_address(setting.campaign, here, request.POST.get("to", "")))
    return page(request, here.template, _context(setting, here), form=form)


def _taken_up(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Put what a button suggested into the terms that were saved with it."""
    group, _space, mark = request.POST["to"].removeprefix(TAKE_UP).rpartition(" ")
    referring.adopt_suggestion(campaign_id, group, mark)
    message = gettext("What worked better is in the terms now. Look at it, and change what you like.")
    return done(request, message, "dashboard:campaign_step", campaign_id, "rewards")


def rows_changed(request: HttpRequest, template: str, context: dict, make) -> HttpResponse:
    """Show the form with a row of conditions more or less, or with the fields of another fact; keep nothing."""
    form = make(changed(request.POST, request.POST["rows"]))
    form.conditions.calm()
    form._errors = {}  # nobody has said yet that this is it
    shown = "dashboard/build/conditions.html" if request.htmx else template
    return page(request, shown, context | {"form": form, "rows": form.conditions})


@staff("campaigns:write", post="campaigns:write")
def campaign_conditions(request: HttpRequest, campaign_id: UUID, terms_part: str, terms_key: str) -> HttpResponse:
    """Write the conditions of one milestone or scheme."""
    setting, here = _setting(request, campaign_id, "rewards")
    place = place_in(setting.terms, terms_part, terms_key)
    if place is None:
        raise Http404
    context = _context(setting, here) | {"place": place, "place_name": _place_name(place, setting.terms), "is_apart": True}

    def make(data):
        tree, known = place.tree(setting.terms), place.known(setting.terms)
        return ConditionsForm(data, tree=tree, currency=setting.currency, known=known, is_needed=terms_part == "schemes")

    if "rows" in request.POST:
        return rows_changed(request, _APART, context, make)
    form = make(_sent(request))
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            referring.save_draft_terms(campaign_id, place.with_tree(setting.terms, form.conditions.into()))
            return redirect(_next_address(setting.campaign, here, request.POST.get("to", "rewards")))
    return page(request, _APART, context, form=form)


_APART = "dashboard/build/conditions_apart.html"


def _place_name(place: Place, terms: dict) -> str:
    if place.part == "schemes":
        return gettext("Group %(number)s of “For some referrers”") % {"number": _number(place, terms)}
    told = dict(TRIGGERS)[place.row(terms)["trigger"]]
    return gettext("Milestone %(number)s: %(what)s") % {"number": _number(place, terms), "what": told}


def _number(place: Place, terms: dict) -> int:
    return 1 + [row["key"] for row in terms[place.part]].index(place.key)


def _sent(request):
    return request.POST if request.method == "POST" else None


def _setting(request, campaign_id: UUID, step: str) -> tuple[Setting, Step]:
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    here = BY_KEY.get(step)
    if here is None or here not in steps_of(found) or found.state == Campaign.State.ENDED:
        raise Http404
    return Setting(request.organisation, found), here


def _next_address(campaign: Campaign, here: Step, wished: str) -> str:
    """Go where the button said: on, back, to a step by name, out, or stay."""
    keys = [step.key for step in steps_of(campaign)]
    place = keys.index(here.key)
    if wished == "leave":
        return reverse("dashboard:campaign", args=[campaign.id])
    to = {"next": keys[min(place + 1, len(keys) - 1)], "back": keys[max(place - 1, 0)]}.get(wished, wished)
    return reverse("dashboard:campaign_step", args=[campaign.id, to if to in keys else here.key])


def _context(setting: Setting, here: Step) -> dict:
    campaign = setting.campaign
    steps = steps_of(campaign)
    number = steps.index(here) + 1
    told = {
        "campaign": campaign, "step": here, "number": number, "count": len(steps), "is_last": number == len(steps),
        "marks": _marks(setting, here), "is_unstarted": campaign is None or campaign.state in UNSTARTED,
    }  # fmt: skip
    if here.key == "template":
        told |= {"templates": _templates(setting.organisation.currency), "chosen": campaign.template}
    if here.needs_terms and not told["is_unstarted"]:
        told["kept_by"] = Referral.objects.filter(campaign=campaign).count()
    if here.key == "rewards":
        told |= {"fits": fits_form(setting.terms), "worked": suggestions_panel(campaign, setting.organisation.currency)}
        told["currency"] = setting.organisation.currency
    if campaign and campaign.template:
        told |= _aside(setting)
    return told


def _marks(setting: Setting, here: Step) -> list[Mark]:
    campaign = setting.campaign
    worst: dict[str, str] = {}
    if campaign:
        for checked in readiness(campaign):
            for finding in checked.findings:
                worst[finding.step] = STOP if STOP in (finding.level, worst.get(finding.step)) else finding.level
    return [
        Mark(
            step, number, step is here, campaign is not None and (setting.terms is not None or not step.needs_terms),
            worst.get(step.key, "ok" if campaign and step.form else ""),
        )
        for number, step in enumerate(steps_of(campaign), 1)
    ]  # fmt: skip


def _templates(currency: str) -> list[dict]:
    """Each template with its rule as it would be said here."""
    return [
        {"template": each, "sentences": _drafted(each.key, currency), "icon": _ICONS.get(each.key, "speakerphone")}
        for each in TEMPLATES.values()
    ]


_ICONS = {
    "friend_coupon": "shopping-bag", "beauty_membership": "sparkles", "education_course": "school",
    "restaurant_table": "tools-kitchen-2", "b2b_services": "briefcase", "member_circle": "users-group",
    "manufacturing_channel": "building-factory-2",
}  # fmt: skip


def _drafted(template: str, currency: str) -> dict[str, str]:
    terms = read_terms(default_terms(TEMPLATES[template], currency))
    return {language: sentence(terms, language) for language in LANGUAGES}


# --- beside the form: the rule in words, the page on a phone ------------------------------------------------


def _aside(setting: Setting, *, shown: str = "") -> dict:
    campaign, terms = setting.campaign, setting.terms
    return {
        "sentences": sentences(terms) if terms else [],
        "phone": reverse("portal:campaign_preview", args=[setting.organisation.slug, campaign.id]) + shown if terms else "",
    }


@action("campaigns:write")
def campaign_step_preview(request: HttpRequest, campaign_id: UUID, step: str) -> HttpResponse:
    """Say the rule of an unsaved step, what WeChat and the law say to it, and show the page; keep nothing."""
    setting, here = _setting(request, campaign_id, step)
    form = here.form(setting, request.POST) if here.form else None
    told = {"campaign": setting.campaign, "step": here}
    refusal = _first_error(form) if form else ""
    if refusal:
        return page(request, "dashboard/build/beside.html", told | _aside(setting) | {"refusal": refusal})
    return page(request, "dashboard/build/beside.html", told | _as_it_would_be(request, setting, here, form))


def _first_error(form) -> str:
    """Say the first thing that is missing or wrong, with the field's name."""
    if form.is_valid():
        return ""
    for name, errors in form.errors.items():
        if name in form.fields:
            return f"{form[name].label}: {errors[0]}"
    return getattr(form, "first_refusal", "") or next(iter(form.non_field_errors()), "")


def _as_it_would_be(request, setting: Setting, here: Step, form) -> dict:
    """Save the step, read what came of it, and undo it: what is shown is what will be."""
    try:
        with transaction.atomic():
            if here.save:
                here.save(setting, form)
            kept = Setting(setting.organisation, all_campaigns().get(id=setting.campaign.id))
            told = {"notices": [each for each in readiness(kept.campaign) if each.level != "ok" and each.key in _BESIDE]}
            mark = _remember(request, kept)
            told |= _aside(kept, shown=f"?v={mark}") | {"refusal": ""}
            transaction.set_rollback(True)
        return told
    except DomainError as error:
        return _aside(setting) | {"refusal": error.sentence(gettext)}


def _remember(request, setting: Setting) -> str:
    """Leave what was not saved where the portal's preview finds it, for this member and a quarter of an hour."""
    campaign, mark = setting.campaign, new_code(12)
    shown = {"texts": campaign.texts, "terms": setting.terms, "name": campaign.name, "ends_at": campaign.ends_at}
    cache.set(f"campaign-preview:{campaign.organisation_id}:{request.user.id}:{campaign.id}:{mark}", shown, _PREVIEW_SECONDS)
    return mark


# --- ready to start? ----------------------------------------------------------------------------------------


def _checked(campaign: Campaign) -> dict:
    checks = readiness(campaign)
    version = current_version(campaign.id)
    return {
        "checks": checks, "is_ready": is_ready(checks), "version": version,
        "stop_count": counted(checks, STOP), "warn_count": counted(checks, WARN),
        "needs_note": any(finding.code == "legal_note_unread" for each in checks for finding in each.findings),
        "has_new_terms": campaign.draft_terms is not None and version is not None,
        "present": sentences(version.terms) if version else [],
        "kept_by": Referral.objects.filter(campaign=campaign).count(),
    }  # fmt: skip


@action("campaigns:write")
def campaign_publish(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Put terms that were written while the campaign runs in force for those who come from now on."""
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    honour = request.POST.get("honour", HONOURS[0])
    if honour not in HONOURS:
        raise Http404
    published = referring.publish_draft_terms(found, honour=honour)
    if published is None:
        return done(request, gettext("There are no new terms to publish."), "dashboard:campaign", campaign_id)
    message = gettext("Version %(number)s is in force for those who come from now on.") % {"number": published.number}
    return done(request, message, "dashboard:campaign", campaign_id)


@action("campaigns:write")
def campaign_drop_terms(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    referring.drop_draft_terms(get_object_or_404(Campaign.objects, id=campaign_id).id)
    return done(request, gettext("The new terms are dropped. Those in force stay."), "dashboard:campaign", campaign_id)


@action("campaigns:write")
def campaign_legal_note(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    found = get_object_or_404(Campaign.objects, id=campaign_id)
    referring.acknowledge_legal_note()
    return done(request, gettext("The legal note is acknowledged."), "dashboard:campaign_step", found.id, "check")


urls = [
    path("campaigns/new/", campaign_new, name="campaign_new"),
    path("campaigns/<uuid:campaign_id>/build/<str:step>/", campaign_step, name="campaign_step"),
    path("campaigns/<uuid:campaign_id>/build/<str:step>/preview/", campaign_step_preview, name="campaign_step_preview"),
    path(
        "campaigns/<uuid:campaign_id>/build/rewards/<str:terms_part>/<str:terms_key>/",
        campaign_conditions,
        name="campaign_conditions",
    ),
    path("campaigns/<uuid:campaign_id>/edit/", campaign_step, {"step": "goal"}, name="campaign_edit"),
    path("campaigns/<uuid:campaign_id>/terms/", campaign_step, {"step": "counts"}, name="campaign_terms"),
    path("campaigns/<uuid:campaign_id>/publish/", campaign_publish, name="campaign_publish"),
    path("campaigns/<uuid:campaign_id>/drop-terms/", campaign_drop_terms, name="campaign_drop_terms"),
    path("campaigns/<uuid:campaign_id>/legal-note/", campaign_legal_note, name="campaign_legal_note"),
]
