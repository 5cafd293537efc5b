"""The responsibility map of a campaign: who owns which stage, until when it is left, what is handed over."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from dashboard.access import staff
from dashboard.answers import blamed_on, done, page
from dashboard.campaign_tracking import labels_of
from dashboard.forms_tracking import StageOwnerForm
from dashboard.people import members
from referrals import operations as referring
from referrals import queries
from referrals.models import Campaign


@staff("campaigns:read", post="campaigns:write")
def responsibility(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Show every stage with its owner; a POST saves all of them at once."""
    found = get_object_or_404(queries.campaigns(), id=campaign_id)
    stages = queries.responsibility_map(found)
    forms = _forms(request, found, stages)
    valid = [form.is_valid() for _stage, form in forms]  # of every form, so that each says what it lacks
    if request.method == "POST" and all(valid):
        with blamed_on(forms[0][1]):
            for stage, form in forms:
                _save(found, stage.stage, form.told)
            return done(request, gettext("Saved."), "dashboard:responsibility", campaign_id)
    context = {
        "campaign": found, "stages": forms, "ownerless": labels_of(stages, queries.stages_without_owner(campaign_id)),
    }  # fmt: skip
    response = page(request, "dashboard/responsibility.html", context)
    response.status_code = 422 if request.method == "POST" else 200
    return response


def _forms(request, campaign: Campaign, stages) -> list:
    people = members()
    default = (
        gettext("%(name)s, responsible for the campaign") % {"name": campaign.responsible.user.name}
        if campaign.responsible
        else gettext("The friend's own colleague, else an owner")
    )
    told = request.POST if request.method == "POST" else None
    return [
        (each, StageOwnerForm(told, prefix=each.stage, initial=_initial(each), people=people, default_label=default))
        for each in stages
    ]


def _initial(each) -> dict:
    owner = "" if each.is_default else (f"role:{each.role}" if each.role else str(each.member.id) if each.member else "")
    return {"owner": owner, "hours": each.hours, "checklist": "\n".join(each.checklist)}


def _save(campaign: Campaign, stage: str, told: dict) -> None:
    if told["member_id"] or told["role"]:
        referring.set_responsibility(campaign.id, stage, **told)
    else:
        referring.forget_responsibility(campaign.id, stage)


urls = [path("campaigns/<uuid:campaign_id>/responsibility/", responsibility, name="responsibility")]
