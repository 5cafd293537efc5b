"""What can be done on the way of a referral: hand over, take over, hand in evidence, give a status link."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm.rules.talk import LARGEST_FILE
from dashboard.access import action
from dashboard.answers import blamed_on, done
from dashboard.forms_tracking import AnswerForm, HandReferralForm
from dashboard.referral_tracking import evidence_form
from dashboard.views.referral import show_referral
from referrals import operations as referring
from referrals import queries
from referrals.models import Referral, StatusLink
from referrals.operations.status_links import valid_links


def _found(referral_id: UUID) -> Referral:
    return get_object_or_404(queries.referrals(), id=referral_id)


@action("referrals:write")
def referral_hand(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Give the referral to a colleague, its checklist gone through."""
    found, row = _found(referral_id), queries.follow_up_of(referral_id)
    checklist = queries.stage_owner(found.campaign, row.stage).checklist if row and not row.ended_at else ()
    form = HandReferralForm(request.POST, auto_id="hand_%s", checklist=checklist, holder_id=row.holder_id if row else None)
    if form.is_valid():
        told = form.cleaned_data
        with blamed_on(form, checklist="done"):
            referring.hand_over_referral(referral_id, told["receiver"], done=form.done, note=told["note"])
            return done(request, gettext("Handed over; your colleague is told."), "dashboard:referral", referral_id)
    return show_referral(request, found, hand_form=form, open_dialog="hand")


@action("referrals:write")
def referral_take(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    referring.accept_referral(referral_id)
    return done(request, gettext("You have it."), "dashboard:referral", referral_id)


@action("referrals:write")
def referral_give_back(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    found, form = _found(referral_id), AnswerForm(request.POST, auto_id="answer_%s")
    if form.is_valid():
        with blamed_on(form):
            referring.decline_referral(referral_id, form.cleaned_data["answer"])
            return done(request, gettext("Given back; your colleague is told."), "dashboard:referral", referral_id)
    return show_referral(request, found, answer_form=form, open_dialog="give-back")


@action("referrals:write")
def referral_evidence(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Hand in what shows that it succeeded."""
    found = _found(referral_id)
    form = evidence_form(request, found, request.POST, request.FILES)
    if form.is_valid():
        told = form.cleaned_data
        file = told.get("file")
        with blamed_on(form):
            referring.hand_in_evidence(
                referral_id, told["criterion"], text=told["text"], file_name=file.name if file else "",
                content=file.read(LARGEST_FILE + 1) if file else b"", order_id=told.get("order_id"),
                deal_id=told.get("deal_id"),
            )  # fmt: skip
            return done(request, gettext("Handed in; a colleague looks at it."), "dashboard:referral", referral_id)
    return show_referral(request, found, evidence_form=form, open_dialog="evidence")


@action("referrals:write")
def status_link_make(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Make a link for the referrer; it is shown once, here."""
    found = _found(referral_id)
    made = referring.make_status_link(found.referrer_id)
    return show_referral(request, found, made_link=made.address)


@action("referrals:write")
def status_link_revoke(request: HttpRequest, referral_id: UUID, status_link_id: UUID) -> HttpResponse:
    """Withdraw one link of this referral's referrer."""
    found = _found(referral_id)
    get_object_or_404(StatusLink.objects, id=status_link_id, owner_id=found.referrer_id)
    referring.revoke_status_link(status_link_id)
    left = valid_links(found.referrer_id).count()
    said = gettext("Withdrawn. Valid links left: %(n)s.") % {"n": left}
    return done(request, said, "dashboard:referral", referral_id)


urls = [
    path("referrals/<uuid:referral_id>/hand/", referral_hand, name="referral_hand"),
    path("referrals/<uuid:referral_id>/take/", referral_take, name="referral_take"),
    path("referrals/<uuid:referral_id>/give-back/", referral_give_back, name="referral_give_back"),
    path("referrals/<uuid:referral_id>/evidence/", referral_evidence, name="referral_evidence"),
    path("referrals/<uuid:referral_id>/status-link/", status_link_make, name="status_link_make"),
    path(
        "referrals/<uuid:referral_id>/status-link/<uuid:status_link_id>/revoke/", status_link_revoke,
        name="status_link_revoke",
    ),
]  # fmt: skip
