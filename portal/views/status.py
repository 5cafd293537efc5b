"""How far a referrer's friends have come: by a signed link without signing in, and the links a member made."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.models import Case
from crm.operations.cases import open_case
from foundation.errors import DomainError
from portal import throttle
from portal.members import member_page
from portal.navigation import show_member
from portal.page import Missing, complaint, public_page, show
from portal.status_lines import status_lines
from portal.visitors import address_of
from referrals import queries
from referrals.models import StatusLink
from referrals.operations import make_status_link, open_status_link, revoke_status_link
from referrals.operations.status_links import valid_links

MOST_FRIENDS = 50
LIFETIMES = (7, 30, 90, 366)


@require_safe
@public_page
@never_cache
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Show friends masked, each with its line, its day, its reward and why."""
    link = _opened(request, token)
    return _show(request, link, token)


def _show(request, link: StatusLink, token: str, *, problem: str = "", status: int = 200) -> HttpResponse:
    found = list(queries.referrals(referrer_id=link.owner_id)[:MOST_FRIENDS])
    context = {
        "friends": status_lines(found, link.owner_id, get_language()), "until": link.expires_at, "token": token,
        "problem": problem, "asked": request.GET.get("asked", ""),
    }  # fmt: skip
    response = show(request, "status.html", context, status=status)
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is the key
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _opened(request, token: str) -> StatusLink:
    """Find the link; whoever guesses is slowed down and told nothing."""
    if throttle.is_used_up(throttle.MISSED_CODES, "status", address_of(request)):
        raise Missing
    link = open_status_link(token)
    if link is None:
        throttle.may(throttle.MISSED_CODES, "status", address_of(request))
        raise Missing
    return link


@require_POST
@public_page
def appeal(request: HttpRequest, token: str, referral_id: UUID) -> HttpResponse:
    """Ask for a second look at a referral: one request each, however often the button is pressed."""
    link = _opened(request, token)
    found = queries.referrals(referrer_id=link.owner_id).filter(id=referral_id).first()
    if found is None:
        raise Missing
    if not throttle.may(throttle.REQUESTS, str(link.owner_id)):
        return _show(request, link, token, problem=_("Too many requests. Please try again in an hour."), status=429)
    words = request.POST.get("words", "").strip()[:1000]
    try:
        open_case(
            subject=_("A referral is to be looked at again: %(campaign)s") % {"campaign": found.campaign.name},
            description=words or _("The referrer asks why this referral stands where it does."),
            customer_id=link.owner_id, channel=Case.Channel.WEB, key=f"appeal:{found.id}:{found.stage}",
        )  # fmt: skip
    except DomainError as refusal:
        return _show(request, link, token, problem=complaint(refusal), status=refusal.status)
    address = reverse("portal:status", args=[request.organisation.slug, token])
    return redirect(f"{address}?asked={found.id}#f{found.id}")


# --- links of a member ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
@never_cache
def links(request: HttpRequest) -> HttpResponse:
    """Show the member's links, and one just made, once."""
    made, problem, code = None, "", 200
    if request.method == "POST":
        text = request.POST.get("days", "")
        try:
            made = make_status_link(request.member.id, days=int(text) if text.isdecimal() and len(text) < 4 else 0)
        except DomainError as refusal:
            problem, code = complaint(refusal), refusal.status
    context = {
        "links": list(valid_links(request.member.id)), "made": made, "problem": problem, "lifetimes": LIFETIMES,
        "now_revoked": bool(request.GET.get("gone")),
    }  # fmt: skip
    return show_member(request, "status_links.html", context, status=code)


@require_POST
@member_page
def revoke(request: HttpRequest, link_id: UUID) -> HttpResponse:
    try:
        revoke_status_link(link_id, customer_id=request.member.id)
    except StatusLink.DoesNotExist:
        raise Missing from None
    return redirect(reverse("portal:member_status", args=[request.organisation.slug]) + "?gone=1")
