"""A member says whom they brought, follows what becomes of it, and may appeal once."""

from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.contacts import mask_name
from foundation.errors import DomainError
from portal import throttle
from portal.members import member_page
from portal.navigation import show_member
from portal.page import Missing, complaint
from referrals.models import Claim
from referrals.operations import appeal_claim, open_claim
from referrals.queries.claims import claims_of_member
from tenancy import door

_A_PAGE = 20
_SAID = {
    # The same: whether we found the person would tell that they are a customer.
    Claim.State.OPEN: (_("Being checked"), "wait"), Claim.State.PROPOSED: (_("Being checked"), "wait"),
    Claim.State.DECIDED: (_("Decided"), "good"), Claim.State.APPEALED: (_("Looked at once more"), "wait"),
    Claim.State.CLOSED: (_("Done"), ""),
}  # fmt: skip


class ClaimForm(forms.Form):
    friend = forms.CharField(
        label=_("Whom did you bring?"), max_length=200, help_text=_("Their name, and if you have it their phone or e-mail."),
        error_messages={"required": _("Tell us who it is.")},
    )  # fmt: skip
    text = forms.CharField(
        label=_("How was it?"), max_length=5000, widget=forms.Textarea({"rows": 5}),
        error_messages={"required": _("Say in a sentence or two how it was.")},
    )  # fmt: skip
    code = forms.CharField(label=_("Your code, if you gave it to them"), max_length=16, required=False)


@require_safe
@member_page
def claims(request: HttpRequest) -> HttpResponse:
    return _show(request)


def _show(request, *, problem: str = "", status: int = 200) -> HttpResponse:
    page = Paginator(claims_of_member(request.member.id), _A_PAGE).get_page(request.GET.get("page"))
    for claim in page:
        _write(claim, request.member.id)
    return show_member(request, "claims.html", {"page": page, "problem": problem}, status=status)


def _write(claim: Claim, member_id: UUID) -> None:
    """Say a claim in the member's words. Who the other side is stays untold, and a stranger's name is masked."""
    claim.said, claim.tone = _SAID[claim.state]
    is_own = claim.claimant_id == member_id
    claim.name = claim.friend if is_own and claim.friend else mask_name(claim.referee.name) if claim.referee else ""
    claim.about = (
        gettext("You say that you brought them.") if is_own else gettext("Somebody else says that they brought them.")
    )
    claim.result = _result(claim, member_id) if claim.decided_at else ""
    in_time = claim.appeal_until and claim.appeal_until > door.moment()
    claim.can_appeal = claim.state == Claim.State.DECIDED and in_time


def _result(claim: Claim, member_id: UUID) -> str:
    part = sum(each["part"] for each in claim.parts if each["referrer"] == str(member_id))
    if part == 10_000:
        return gettext("They count as yours.")
    if part:
        return gettext("%(percent)s %% of the reward is yours.") % {"percent": f"{part / 100:.2f}".rstrip("0").rstrip(".")}
    return gettext("They do not count as yours.")


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def claim_new(request: HttpRequest) -> HttpResponse:
    form = ClaimForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return show_member(request, "claim_new.html", {"form": form}, status=422 if form.errors else 200)
    if not throttle.may(throttle.CLAIMS, str(request.member.id)):
        problem = gettext("That is a lot at once. Please wait an hour.")
        return show_member(request, "claim_new.html", {"form": form, "problem": problem}, status=429)
    told = form.cleaned_data
    try:
        open_claim(
            claimant_id=request.member.id, text=told["text"], friend=told["friend"], code=told["code"],
            channel=Claim.Channel.MEMBER,
        )  # fmt: skip
    except DomainError as refusal:
        return show_member(request, "claim_new.html", {"form": form, "problem": complaint(refusal)}, status=refusal.status)
    return redirect(f"{reverse('portal:member_claims', args=[request.organisation.slug])}?sent=1")


@require_POST
@member_page
def claim_appeal(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    if not claims_of_member(request.member.id).filter(id=claim_id).exists():
        raise Missing
    try:
        appeal_claim(claim_id, appellant_id=request.member.id, text=request.POST.get("text", ""))
    except DomainError as refusal:
        return _show(request, problem=complaint(refusal), status=refusal.status)
    return redirect("portal:member_claims", request.organisation.slug)
