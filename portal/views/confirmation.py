"""The friend proves the address or number with six digits, and is welcomed."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.contacts import mask_name
from foundation.errors import DomainError
from portal import members, text_limits, throttle, visitors, wording
from portal.consents import TEXT_VERSION
from portal.forms import ConsentForm, DigitsForm
from portal.offers import offer_of
from portal.page import Missing, complaint, demo_mailbox, public_page, show
from referrals.milestone_words import say_event
from referrals.models import Invitation, Referral
from referrals.operations import confirm_invitation, decline_invitation, resend_digits
from referrals.rules import Terms, read_terms
from referrals.rules.terms import ONLY_MILESTONES
from tenancy import door
from tenancy.models import Organisation

_SENT_TWICE = timedelta(minutes=10)  # a form sent again right after the first leads on; later it takes a sign-in


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def confirm(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    invitation = _invitation(invitation_id)
    if _is_settled(invitation, request):
        return redirect("portal:welcome", request.organisation.slug, invitation.id)
    if _is_over(invitation):
        return _expired(request, invitation)
    if request.method != "POST":
        return _ask(request, invitation, _form(invitation))
    form = _form(invitation, request.POST)
    if not form.is_valid():
        return _ask(request, invitation, form, status=422)
    return _confirmed(request, invitation, form)


@require_POST
@public_page
def send_again(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    invitation = _invitation(invitation_id)
    if invitation.state == Invitation.State.CONFIRMED:
        return redirect("portal:welcome", request.organisation.slug, invitation.id)
    if _is_over(invitation):
        return _expired(request, invitation)
    if problem := _too_many(request, invitation):
        return _ask(request, invitation, _form(invitation), problem=problem, status=429)
    try:
        resend_digits(invitation.id)
    except DomainError as refusal:
        return _ask(request, invitation, _form(invitation), problem=complaint(refusal), status=refusal.status)
    if invitation.contact_kind == "phone":
        text_limits.note_sent()
    return redirect(reverse("portal:confirm", args=[request.organisation.slug, invitation.id]) + "?sent=1")


def _too_many(request, invitation: Invitation) -> str:
    """Say why no more digits may be sent now; empty: they may."""
    if not throttle.may(throttle.RESENDS, str(invitation.id), visitors.address_of(request)):
        return _("We have sent several codes already. Please use the newest, or try again in an hour.")
    return text_limits.refusal(request, invitation.contact) if invitation.contact_kind == "phone" else ""


@require_safe
@public_page
def welcome(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    invitation = _invitation(invitation_id)
    if invitation.referral_id is None:
        return redirect("portal:confirm", request.organisation.slug, invitation.id)
    referral = Referral.objects.select_related("campaign", "rule_version", "referrer").get(id=invitation.referral_id)
    request.member = members.member_of(request)
    if request.member is None:
        return redirect(members.login_address(request, back_to=request.path))
    if request.member.id != referral.referee_id:
        raise Missing
    return show(request, "welcome.html", _promise(request, referral))


@require_POST
@public_page
def decline(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Take a no: what somebody entered is deleted at once, and nobody asks again."""
    invitation = _invitation(invitation_id)
    if invitation.state == Invitation.State.CONFIRMED:
        return redirect("portal:welcome", request.organisation.slug, invitation.id)
    if not _is_over(invitation):
        decline_invitation(invitation.id)
    context = {
        "symbol": "check",
        "title": _("Deleted"),
        "text": _("Your name and your contact are deleted, and we shall not ask again."),
    }
    return show(request, "closed.html", context)


def _form(invitation: Invitation, told=None) -> DigitsForm:
    """What others entered for a friend needs the friend's own consent besides the digits."""
    if invitation.capture == Invitation.Capture.FORM:
        return DigitsForm(told)
    return ConsentForm(told, organisation=Organisation.objects.get(id=door.organisation_id()).name)


def _invitation(invitation_id: UUID) -> Invitation:
    invitation = Invitation.objects.select_related("code__referrer", "campaign").filter(id=invitation_id).first()
    if invitation is None:
        raise Missing
    return invitation


def _is_settled(invitation: Invitation, request) -> bool:
    if invitation.state != Invitation.State.CONFIRMED:
        return False
    return request.method != "POST" or door.moment() - invitation.confirmed_at > _SENT_TWICE


def _is_over(invitation: Invitation) -> bool:
    waits = invitation.state == Invitation.State.WAITING
    ended = (Invitation.State.EXPIRED, Invitation.State.DECLINED, Invitation.State.WITHDRAWN)
    return invitation.state in ended or (waits and invitation.expires_at <= door.moment())


def _confirmed(request, invitation, form) -> HttpResponse:
    try:
        consents = {"referral": True, "text_version": TEXT_VERSION} if form.cleaned_data.get("consent") else None
        referral = confirm_invitation(invitation.id, form.cleaned_data["digits"], consents)
    except DomainError as refusal:
        return _refused(request, invitation, form, refusal)
    members.sign_in(request, referral.referee_id)
    return redirect("portal:welcome", request.organisation.slug, invitation.id)


def _refused(request, invitation, form, refusal: DomainError) -> HttpResponse:
    if refusal.field == "digits":
        form.add_error("digits", complaint(refusal))
        return _ask(request, invitation, form, status=refusal.status)
    context = {
        "symbol": "friends",
        "title": _("This invitation cannot count"),
        "text": complaint(refusal),
        "action": _("Open my member centre"),
        "action_href": reverse("portal:member_home", args=[request.organisation.slug]),
    }
    return show(request, "closed.html", context, status=refusal.status)


def _ask(request, invitation: Invitation, form, *, problem: str = "", status: int = 200) -> HttpResponse:
    slug = request.organisation.slug
    context = {
        "form": form,
        "problem": problem,
        "notice": _("We have sent new digits. Only the newest ones count.") if request.GET.get("sent") else "",
        "contact": wording.masked(invitation.contact),
        "is_phone": invitation.contact_kind == "phone",
        "validity": _("Valid until %(day)s.") % {"day": wording.day(invitation.expires_at)},
        "action": _("Confirm"),
        "resend_href": reverse("portal:confirm_again", args=[slug, invitation.id]),
        "restart_href": reverse("portal:landing", args=[slug, invitation.code.code]),
        "mailbox": demo_mailbox(),
        "inviter": "" if invitation.capture == Invitation.Capture.FORM else mask_name(invitation.code.referrer.name),
        "decline_href": reverse("portal:confirm_decline", args=[slug, invitation.id]),
    }
    return show(request, "confirm.html", context, status=status)


def _expired(request, invitation: Invitation) -> HttpResponse:
    context = {
        "symbol": "clock",
        "title": _("This code has expired"),
        "text": _(
            "The invitation was not confirmed in time, so we have deleted what you typed. You can fill in the form again."
        ),
        "action": _("Back to the invitation"),
        "action_href": reverse("portal:landing", args=[request.organisation.slug, invitation.code.code]),
    }
    return show(request, "closed.html", context, status=410)


def _first_step(terms: Terms, least: str) -> str:
    if terms.event == ONLY_MILESTONES:
        said = say_event(terms.milestones[0], get_language() or "en")
        return said[:1].upper() + said[1:]
    if terms.minimum.minor:
        return _("You place your first order of %(amount)s or more") % {"amount": least}
    return _("You place your first order")


def _promise(request, referral: Referral) -> dict:
    terms = read_terms(referral.rule_version.terms)
    least = wording.money(terms.minimum.minor, terms.currency)
    organisation = request.organisation.name
    return {
        "offer": offer_of(referral.campaign, terms, inviter=referral.referrer, organisation=organisation),
        "first_step": _first_step(terms, least),
        "order_by": referral.confirmed_at + timedelta(days=terms.order_window.days),
        "hold_days": terms.hold.days,
    }
