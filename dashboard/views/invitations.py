"""Friends who have not confirmed yet, masked; staff enter what a referrer told them, or a code at the counter."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import get_language, gettext, gettext_noop

from crm.models import Customer
from crm.queries import search_ids
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.forms_tracking import SPOKEN, CounterForm, InvitationFilters, OralForm
from dashboard.paging import newest_first
from dashboard.sight import found_customers, seen
from foundation.contacts import mask_email, mask_name, mask_phone
from foundation.errors import DomainError
from foundation.qr import qr_svg
from referrals import operations as referring
from referrals import queries
from referrals.errors import AlreadyCustomer, AlreadyReferred, SelfReferral
from referrals.models import Campaign, Invitation
from tenancy import door


@staff("referrals:read")
def invitations(request: HttpRequest) -> HttpResponse:
    """List who was invited and has not become a customer: no more than a masked name and contact."""
    filters = InvitationFilters(request.GET or {"state": Invitation.State.WAITING})  # what somebody may still do about
    rows = seen(request.membership, queries.invitations().filter(**filters.chosen))
    found = newest_first(request, rows, by="submitted_at")
    for row in found:
        _mask(row)
    return listing(
        request, page="dashboard/invitations.html", rows="dashboard/parts/invitation_rows.html", filters=filters,
        invitations=found,
    )  # fmt: skip


def _mask(row: Invitation) -> None:
    """Leave only the masked name and contact; in memory too, so that no template can show more."""
    is_waiting = row.state == Invitation.State.WAITING
    mask = mask_email if row.contact_kind == "email" else mask_phone
    row.masked_name = mask_name(row.name) if is_waiting and row.name else ""
    row.masked_contact = mask(row.contact) if is_waiting and row.contact else ""
    row.name = row.contact = row.note = ""
    row.is_over = is_waiting and row.expires_at <= door.moment()
    row.stage_name = queries.stage_of(row)


@action("referrals:write")
def invitation_withdraw(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    referring.withdraw_invitation(invitation_id)
    return done(request, gettext("Withdrawn; what was entered is deleted."), "dashboard:invitations")


# --- what a referrer told us ----------------------------------------------------------------------------------


@staff("referrals:write", post="referrals:write", also="customers:read")
def referral_new(request: HttpRequest) -> HttpResponse:
    """Enter who told us of whom, with the script in view."""
    referrer = _referrer(request)
    form = OralForm(request.POST or None, initial={"language": request.organisation.language}) if referrer else None
    if form is not None and request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        with blamed_on(form), _told_to_staff():
            code = referring.code_for(told["campaign"], referrer.id)
            referring.ask_friend(
                code=code.code, name=told["name"], contact=told["contact"], language=told["language"], note=told["note"]
            )
            said = gettext("Asked. The friend has three days to agree; until then nobody sees who it is.")
            return done(request, said, "dashboard:invitations")
    text = request.GET.get("find", "").strip()
    context = {
        "referrer": referrer, "text": text, "picks": found_customers(request, search_ids(text, 30))[:8] if text else [],
        "scripts": _scripts(), "code_links": _links(referrer),
    }  # fmt: skip
    return page(request, "dashboard/referral_new.html", context, form=form)


def _referrer(request) -> Customer | None:
    wanted = request.POST.get("referrer") or request.GET.get("referrer")
    try:
        key = UUID(wanted) if wanted else None
    except ValueError:
        return None
    return get_object_or_404(seen(request.membership, Customer.objects.all()), id=key) if key else None


def _scripts() -> list[tuple[str, str]]:
    """What each running campaign wants to be said, in the reader's language."""
    language = get_language()
    rows = Campaign.objects.filter(state=Campaign.State.RUNNING).order_by("-starts_at")[:20]
    return [(row.name, text) for row in rows if (text := (row.script or {}).get(language, ""))]


def _links(referrer: Customer | None) -> list[tuple[str, str]]:
    """The referrer's own links: passing one on keeps the friend's details with the friend."""
    if referrer is None:
        return []
    codes = queries.codes_of(referrer.id).filter(campaign__state=Campaign.State.RUNNING, is_active=True)[:3]
    return [(code.campaign.name, queries.addresses(code.code)["link"]) for code in codes]


# What is refused to a friend is said to the friend; here somebody else reads it.
_TO_STAFF = {
    "already_referred": gettext_noop("Somebody has referred this person before, so it cannot count again."),
    "already_customer": gettext_noop("This person has bought here before. The offer is for new customers."),
    "self_referral": gettext_noop("This is the referrer's own contact. Nobody can refer themselves."),
}  # fmt: skip


@contextmanager
def _told_to_staff() -> Iterator[None]:
    try:
        yield
    except (AlreadyReferred, AlreadyCustomer, SelfReferral) as refusal:
        refusal.message = _TO_STAFF[refusal.code]
        raise


# --- a code at the counter ------------------------------------------------------------------------------------


@staff("till:write", post="till:write")
def till_referral(request: HttpRequest) -> HttpResponse:
    """Take a code that a customer names at the counter; they confirm on their phone, or aloud."""
    start = {"code": request.GET.get("code", ""), "language": request.organisation.language, "way": "phone"}
    form = CounterForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, consent="agreed", consents="agreed"), _told_to_staff():
            return _captured(request, form.cleaned_data)
    known = None if form["code"].errors else _known(form["code"].value() or "")
    return page(request, "dashboard/till_referral.html", {"known": known}, form=form)


def _captured(request, told: dict) -> HttpResponse:
    facts = {name: told[name] for name in ("code", "name", "contact", "language")}
    if told["way"] == SPOKEN:
        referring.capture_spoken(**facts, consents={"referral": told["agreed"]})
        said = gettext("Noted: the customer came by a friend's code.")
        return done(request, said, "dashboard:till")
    invitation = referring.capture_on_phone(**facts)
    address = reverse("portal:confirm", args=[request.organisation.slug, invitation.id])
    link = request.build_absolute_uri(address)
    return page(request, "dashboard/till_referral_sent.html", {"link": link, "qr": qr_svg(link)})


def _known(code: str) -> dict | None:
    """Say whose code it is, by a shortened name, and whether it can be used."""
    if not code.strip():
        return None
    try:
        found = queries.usable_code(code)
    except DomainError as refusal:
        return {"problem": refusal.sentence(gettext)}
    return {"name": mask_name(found.referrer.name), "campaign": found.campaign.name}


@staff("till:write")
def till_referral_code(request: HttpRequest) -> HttpResponse:
    """Look a code up while it is typed."""
    return page(request, "dashboard/parts/till_referral_code.html", {"known": _known(request.GET.get("code", ""))})


urls = [
    path("invitations/", invitations, name="invitations"),
    path("invitations/<uuid:invitation_id>/withdraw/", invitation_withdraw, name="invitation_withdraw"),
    path("referrals/new/", referral_new, name="referral_new"),
    path("till/referral/", till_referral, name="till_referral"),
    path("till/referral/code/", till_referral_code, name="till_referral_code"),
]
