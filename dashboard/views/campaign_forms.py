"""Make a campaign, change it, publish new terms, copy it; the rule is said in words while it is written."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_growth import ChangedCampaignForm, CopyForm, NewCampaignForm, text_name
from dashboard.forms_terms import TermsForm, fits_form, initial_of, sentences
from foundation.errors import DomainError
from referrals import operations as referring
from referrals.explain import sentence
from referrals.models import Campaign, Referral
from referrals.queries import campaigns as all_campaigns
from referrals.queries import current_version
from referrals.rules import read_terms
from referrals.templates import LANGUAGES, TEMPLATES, TEXT_FIELDS, default_terms
from tenancy import door

# --- a new one --------------------------------------------------------------------------------------------


@staff("campaigns:write", post="campaigns:write")
def campaign_new(request: HttpRequest) -> HttpResponse:
    """Choose a template, then fill it in."""
    template = request.GET.get("template", "")
    if template not in TEMPLATES:
        return page(request, "dashboard/campaign_templates.html", {"templates": _templates(request.organisation.currency)})
    form = _new_form(request, template)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            made = referring.create_campaign(template=template, **_asked(form))
            return done(
                request, gettext("The campaign is drafted. Look it over, then start it."), "dashboard:campaign", made.id
            )
    return page(request, "dashboard/campaign_form.html", {"template": TEMPLATES[template]}, form=form)


def _templates(currency: str) -> list[dict]:
    """Each template with its rule as it would be said here."""
    return [
        {"template": each, "sentences": dict(_drafted(each.key, currency)), "icon": _ICONS.get(each.key, "speakerphone")}
        for each in TEMPLATES.values()
    ]


_ICONS = {
    "friend_coupon": "shopping-bag", "beauty_membership": "sparkles", "education_course": "school",
    "restaurant_table": "tools-kitchen-2", "b2b_services": "briefcase", "member_circle": "users-group",
}  # fmt: skip


def _drafted(template: str, currency: str) -> list[tuple[str, str]]:
    terms = read_terms(default_terms(TEMPLATES[template], currency))
    return [(language, sentence(terms, language)) for language in LANGUAGES]


def _new_form(request, template: str, data: Mapping | None = None) -> NewCampaignForm:
    currency = request.organisation.currency
    pattern = TEMPLATES[template]
    starts_at = (door.moment() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    initial = initial_of(default_terms(pattern, currency)) | {
        "name": pattern.name["zh-hans" if request.organisation.language == "zh-hans" else "en"],
        "starts_at": starts_at, "ends_at": starts_at + timedelta(days=60),
    }  # fmt: skip
    return NewCampaignForm(
        data if data is not None else request.POST or None, initial=initial, currency=currency, template=template
    )


def _asked(form: NewCampaignForm) -> dict[str, Any]:
    told = form.cleaned_data
    return {
        "name": told["name"], "starts_at": told["starts_at"], "ends_at": told["ends_at"], "target": form.target,
        "terms_changes": form.terms(), "budget_limit_minor": told["budget_limit_minor"], "texts": form.texts,
        "responsible_id": told["responsible"], "segment_id": told.get("segment"),
    }  # fmt: skip


@action("campaigns:write")
def campaign_preview(request: HttpRequest, template: str) -> HttpResponse:
    """Say the rule of an unfinished form, and what the friend would read; keep nothing."""
    if template not in TEMPLATES:
        raise Http404
    form = _new_form(request, template, request.POST)
    refusal = _first_error(form, TermsForm(currency=form.currency).fields)
    told = {"refusal": refusal} if refusal else _as_it_would_be(template, form)
    return page(request, "dashboard/parts/campaign_said.html", told)


def _first_error(form, names) -> str:
    """Say the first thing that is missing among these fields or what is given, with the field's name."""
    for name in names:
        for error in form.errors.get(name, ()):
            return f"{form[name].label}: {error}"
    return form.first_refusal or next(iter(form.non_field_errors()), "")


def _as_it_would_be(template: str, form: NewCampaignForm) -> dict:
    """Draft the campaign, read it, and undo it: what is shown is what will be."""
    try:
        with transaction.atomic():
            made = referring.create_campaign(
                template=template, name="…", starts_at=door.moment(), terms_changes=form.terms(),
                texts={language: {name: form.cleaned_data.get(text_name(language, name)) for name in TEXT_FIELDS
                                  if form.cleaned_data.get(text_name(language, name))} for language in LANGUAGES},
            )  # fmt: skip
            said = {"sentences": sentences(current_version(made.id).terms), "texts": made.texts, "refusal": ""}
            transaction.set_rollback(True)
        return said
    except DomainError as error:
        return {"refusal": error.sentence(gettext)}


# --- an existing one --------------------------------------------------------------------------------------


@staff("campaigns:write", post="campaigns:write")
def campaign_edit(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    form = ChangedCampaignForm(request.POST or None, initial=_present(found))
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            referring.update_campaign(campaign_id, **_changes(form, found))
            return done(request, gettext("Saved."), "dashboard:campaign", campaign_id)
    return page(request, "dashboard/campaign_edit.html", {"campaign": found}, form=form)


def _present(campaign: Campaign) -> dict:
    texts = {
        text_name(language, name): campaign.texts.get(language, {}).get(name, "")
        for language in LANGUAGES
        for name in TEXT_FIELDS
    }
    scripts = {text_name(language, "script"): campaign.script.get(language, "") for language in LANGUAGES}
    return texts | scripts | dict(campaign.target) | {
        "name": campaign.name, "starts_at": campaign.starts_at, "ends_at": campaign.ends_at,
        "responsible": str(campaign.responsible_id or ""), "segment": str(campaign.segment_id or ""),
        "follow_up_hours": campaign.follow_up_hours,
    }  # fmt: skip


def _changes(form: ChangedCampaignForm, campaign: Campaign) -> dict[str, Any]:
    """Give what differs: an unchanged field is nobody's change, in the audit log neither."""
    told = form.cleaned_data
    texts = {language: {name: told[text_name(language, name)] for name in TEXT_FIELDS} for language in LANGUAGES}
    asked = {
        "name": told["name"], "starts_at": told["starts_at"], "ends_at": told["ends_at"], "target": form.target,
        "texts": texts, "segment_id": told.get("segment", campaign.segment_id),
        "script": form.script, "responsible_id": told["responsible"], "follow_up_hours": told["follow_up_hours"],
    }  # fmt: skip
    return {name: value for name, value in asked.items() if getattr(campaign, name) != value}


@staff("campaigns:write", post="campaigns:write")
def campaign_terms(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Publish new terms; referrals that came before keep theirs."""
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    version = current_version(campaign_id)
    currency = version.terms["currency"] if version else request.organisation.currency
    form = TermsForm(
        request.POST or None,
        currency=currency,
        template=found.template,
        initial=initial_of(version.terms) if version else {},
    )
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            published = referring.publish_terms(campaign_id, form.terms())
            if version and published.id == version.id:
                return done(
                    request,
                    gettext("These are the terms already in force; nothing was changed."),
                    "dashboard:campaign",
                    campaign_id,
                )
            message = gettext("Version %(number)s is in force for those who come from now on.") % {
                "number": published.number
            }
            return done(request, message, "dashboard:campaign", campaign_id)
    context = {
        "campaign": found, "version": version, "present": sentences(version.terms) if version else [],
        "kept_by": Referral.objects.filter(campaign=found).count(), "fits": version is None or fits_form(version.terms),
    }  # fmt: skip
    return page(request, "dashboard/campaign_terms.html", context, form=form)


@action("campaigns:write")
def terms_preview(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Say the rule of terms that are not published yet."""
    found = get_object_or_404(Campaign.objects, id=campaign_id)
    version = current_version(campaign_id)
    currency = version.terms["currency"] if version else request.organisation.currency
    form = TermsForm(request.POST, currency=currency, template=found.template)
    told = {"refusal": _first_error(form, form.fields)}
    if form.is_valid():
        try:
            told |= {"sentences": sentences(form.terms()), "refusal": ""}
        except DomainError as error:
            told["refusal"] = error.sentence(gettext)
    return page(request, "dashboard/parts/campaign_said.html", told)


@staff("campaigns:write", post="campaigns:write")
def campaign_copy(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Draft a campaign like this one, with its present terms and a budget of its own."""
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    starts_at = (door.moment() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    name = gettext("%(name)s (copy)") % {"name": found.name}
    initial = {
        "name": name[:120], "starts_at": starts_at, "ends_at": starts_at + timedelta(days=60),
        "budget_limit_minor": found.budget.limit_minor if found.budget else None,
    }  # fmt: skip
    form = CopyForm(request.POST or None, initial=initial, currency=request.organisation.currency)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            made = referring.copy_campaign(campaign_id, **form.cleaned_data)
            return done(request, gettext("The copy is drafted."), "dashboard:campaign", made.id)
    return page(request, "dashboard/campaign_copy.html", {"campaign": found}, form=form)


urls = [
    path("campaigns/new/", campaign_new, name="campaign_new"),
    path("campaigns/preview/<str:template>/", campaign_preview, name="campaign_preview"),
    path("campaigns/<uuid:campaign_id>/edit/", campaign_edit, name="campaign_edit"),
    path("campaigns/<uuid:campaign_id>/terms/", campaign_terms, name="campaign_terms"),
    path("campaigns/<uuid:campaign_id>/terms/preview/", terms_preview, name="terms_preview"),
    path("campaigns/<uuid:campaign_id>/copy/", campaign_copy, name="campaign_copy"),
]
