"""The claim desk: who really brought this customer."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm.models import Customer
from crm.queries import search_ids
from crm.rules.talk import LARGEST_FILE
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.claim_page import parties, people, policy_panel, story
from dashboard.forms_claims import (
    AppealForm,
    ClaimFilters,
    ClaimForm,
    CorrectForm,
    DecisionForm,
    EvidenceForm,
    PolicyForm,
    WithdrawForm,
)
from dashboard.paging import newest_by_id
from dashboard.people import names_of
from dashboard.sight import check, found_customers, seen
from referrals import operations as referring
from referrals import queries
from referrals.attribution_words import why
from referrals.models import Campaign, Claim, Referral
from referrals.operations.claims import parties_of
from referrals.queries.attribution import shares_of
from referrals.queries.claims import UNDECIDED, claims, figures
from referrals.rules.attribution_policy import read_policy
from tenancy import door


@staff("referrals:read")
def claim_list(request: HttpRequest) -> HttpResponse:
    filters = ClaimFilters(request.GET)
    found = newest_by_id(request, filters.narrow(seen(request.membership, claims())))
    now = door.moment()
    for row in found:
        row.is_overdue = row.state in UNDECIDED and row.due_at < now
    return listing(
        request, page="dashboard/claims.html", rows="dashboard/parts/claim_rows.html", filters=filters, claims=found,
        figures=figures(now) if may(request, "referrals:read") else None,
    )  # fmt: skip


@staff("referrals:read")
def claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    return _show(request, get_object_or_404(claims(), id=claim_id))


def _show(request, found: Claim, **refused) -> HttpResponse:
    proposal = found.proposal if found.proposal.get("made_at") else None
    moves = list(found.moves.order_by("id"))
    names = names_of({move.actor_id for move in moves if move.actor_kind == "user"} - {None})
    context = {
        "claim": found, "story": story(found), "files": found.files.select_related("file").defer("file__content"),
        "proposal": proposal and {
            "parties": parties(proposal["candidates"], proposal["parts"]), "why": why(proposal["why"]),
            "made_at": datetime.fromisoformat(proposal["made_at"]),
        },
        "decided": parties([], found.parts), "is_overdue": found.state in UNDECIDED and found.due_at < door.moment(),
        "moves": [(move, names.get(move.actor_id, ""), Claim.State(move.after).label) for move in moves],
        "is_mine_to_decide": _may_decide(request, found), "can_appeal": _can_appeal(found),
        "decision_form": _decision_form(found), "appeal_form": AppealForm(parties=_sides(found), auto_id="appeal_%s"),
        "withdraw_form": WithdrawForm(auto_id="withdraw_%s"), "evidence_form": EvidenceForm(auto_id="evidence_%s"),
        "find": "", "picks": [], "open_form": "",
    }  # fmt: skip
    response = page(request, "dashboard/claim.html", context | refused)
    response.status_code = 422 if refused.get("open_form") else 200
    return response


def _may_decide(request, found: Claim) -> bool:
    is_open = found.state in UNDECIDED and found.referee_id is not None
    is_second = found.state != Claim.State.APPEALED or found.first_decider_id != request.user.id
    return may(request, "referrals:write") and is_open and is_second


def _can_appeal(found: Claim) -> bool:
    return found.state == Claim.State.DECIDED and bool(found.appeal_until and found.appeal_until > door.moment())


def _sides(found: Claim) -> list[Customer]:
    """Those who may get a part: the parties, and whoever the touches name."""
    named = {UUID(one["referrer"]) for one in found.proposal.get("candidates", ())}
    known = people(parties_of(found) | named)
    sides = {person.id: person for person in known.values() if person.id != found.referee_id}
    return sorted(sides.values(), key=lambda one: (one.id != found.claimant_id, one.name))


def _decision_form(found: Claim, data=None) -> DecisionForm:
    told = found.parts if found.state == Claim.State.APPEALED else found.proposal.get("parts", [])
    known = people(part["referrer"] for part in told)
    parts = {known[UUID(part["referrer"])].id: part["part"] for part in told if UUID(part["referrer"]) in known}
    asks = found.referral_id is None and found.campaign_id is None
    return DecisionForm(data, parties=_sides(found), parts=parts, asks_campaign=asks)


# --- verbs -------------------------------------------------------------------------------------------------


@staff("referrals:write", post="referrals:write")
def claim_new(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Open a claim on a customer for somebody who says they brought them."""
    about = get_object_or_404(Customer.objects, id=customer_id)
    referral = queries.referral_of(customer_id)
    form = ClaimForm(request.POST or None, asks_campaign=referral is None)
    chosen = _chosen(request)
    if request.method == "POST" and form.is_valid():
        if chosen is None:
            form.add_error(None, gettext("Choose who says that they brought them."))
        else:
            told = form.cleaned_data
            with blamed_on(form):
                made = referring.open_claim(
                    claimant_id=chosen.id, referee_id=customer_id, text=told["text"], channel=Claim.Channel.STAFF,
                    code=told["code"], happened_at=told["happened_at"], campaign_id=told.get("campaign"),
                )  # fmt: skip
                return done(
                    request, gettext("The claim is open. What is not paid out yet waits."), "dashboard:claim", made.id
                )
    return page(request, "dashboard/claim_form.html", {"about": about, "referral": referral, "chosen": chosen}, form=form)


def _chosen(request) -> Customer | None:
    try:
        picked = UUID(request.POST.get("customer", ""))
    except ValueError:
        return None
    check(request, picked)
    return Customer.objects.filter(id=picked).first()


@action("referrals:write")
def claim_decide(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    found = get_object_or_404(claims(), id=claim_id)
    form = _decision_form(found, request.POST)
    if form.is_valid():
        with blamed_on(form, parts="outcome", campaign_id="campaign"):
            referring.decide_claim(
                claim_id, parts=form.parts, reason=form.cleaned_data["reason"], campaign_id=form.cleaned_data.get("campaign")
            )
            return done(
                request, gettext("Decided. Both sides are told, and what waited goes on."), "dashboard:claim", claim_id
            )
    return _show(request, found, decision_form=form, open_form="decide")


@action("referrals:write")
def claim_propose(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    referring.propose(claim_id)
    return done(request, gettext("The proposal is computed anew."), "dashboard:claim", claim_id)


@action("referrals:write")
def claim_appeal(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Note an appeal that a party made to us."""
    found = get_object_or_404(claims(), id=claim_id)
    form = AppealForm(request.POST, parties=_sides(found), auto_id="appeal_%s")
    if form.is_valid():
        with blamed_on(form, appellant_id="party"):
            referring.appeal_claim(claim_id, appellant_id=form.appellant_id, text=form.cleaned_data["text"])
            return done(request, gettext("The appeal is noted; somebody else decides."), "dashboard:claim", claim_id)
    return _show(request, found, appeal_form=form, open_form="appeal")


@action("referrals:write")
def claim_withdraw(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    found = get_object_or_404(claims(), id=claim_id)
    form = WithdrawForm(request.POST, auto_id="withdraw_%s")
    if form.is_valid():
        with blamed_on(form):
            referring.withdraw_claim(claim_id, reason=form.cleaned_data["reason"])
            return done(request, gettext("The claim is closed; all stays as it was."), "dashboard:claim", claim_id)
    return _show(request, found, withdraw_form=form, open_form="withdraw")


@action("referrals:write")
def claim_evidence(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    found = get_object_or_404(claims(), id=claim_id)
    form = EvidenceForm(request.POST, request.FILES, auto_id="evidence_%s")
    if form.is_valid():
        told = form.cleaned_data["file"]
        with blamed_on(form):
            referring.add_evidence(claim_id, name=told.name, content=told.read(LARGEST_FILE + 1))
            return done(request, gettext("File added."), "dashboard:claim", claim_id)
    return _show(request, found, evidence_form=form, open_form="evidence")


@staff("referrals:write")
def claim_people(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Find the customer that a claim in words is about."""
    found = get_object_or_404(Claim.objects, id=claim_id)
    text = request.GET.get("find", "").strip()
    picks = found_customers(request, search_ids(text, 50))[:6] if text and may(request, "customers:read") else []
    return page(request, "dashboard/parts/claim_people.html", {"claim": found, "picks": picks, "find": text})


@action("referrals:write")
def claim_link(request: HttpRequest, claim_id: UUID, customer_id: UUID) -> HttpResponse:
    referring.link_claim(claim_id, customer_id)
    return done(request, gettext("The customer is found; a proposal is ready."), "dashboard:claim", claim_id)


@staff("referrals:write", also="customers:read")
def claim_customers(request: HttpRequest) -> HttpResponse:
    """Find who claims, for the forms."""
    text = request.GET.get("find", "").strip()
    found = found_customers(request, search_ids(text, 50))[:8] if text else []
    return page(request, "dashboard/parts/order_customers.html", {"found": found, "text": text})


# --- corrections, and the policy ---------------------------------------------------------------------------


@staff("referrals:write", post="referrals:write")
def referral_correct(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Correct who brought a friend, with a reason."""
    found = get_object_or_404(queries.referrals(), id=referral_id)
    form, chosen = CorrectForm(request.POST or None), _chosen(request)
    if request.method == "POST" and form.is_valid():
        if chosen is None:
            form.add_error(None, gettext("Choose who brought them."))
        else:
            with blamed_on(form, parts="part"):
                referring.correct_attribution(
                    referral_id, parts=_corrected(found, chosen.id, int(form.cleaned_data["part"] * 100)),
                    reason=form.cleaned_data["reason"],
                )  # fmt: skip
                return done(request, gettext("Corrected. The rewards follow."), "dashboard:referral", referral_id)
    return page(request, "dashboard/referral_correct.html", {"referral": found, "chosen": chosen}, form=form)


def _corrected(found: Referral, person_id: UUID, part: int) -> list[tuple[UUID, int]]:
    rest = next((id for id, _part in shares_of(found) if id != person_id), None)
    return [(person_id, part), *([(rest, 10_000 - part)] if rest and part < 10_000 else [])]


@staff("campaigns:read", post="campaigns:write")
def campaign_attribution(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Show and change who counts as the referrer in a campaign."""
    found = get_object_or_404(Campaign.objects, id=campaign_id)
    form = PolicyForm(request.POST or None, policy=read_policy(found.attribution))
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            referring.set_policy(campaign_id, form.told)
            message = gettext("Saved. It holds for those who come from now on.")
            return done(request, message, "dashboard:campaign_attribution", campaign_id)
    return page(
        request, "dashboard/campaign_attribution.html", {"campaign": found, "policy": policy_panel(found)}, form=form
    )


urls = [
    path("claims/", claim_list, name="claims"),
    path("claims/customers/", claim_customers, name="claim_customers"),
    path("claims/<uuid:claim_id>/", claim, name="claim"),
    path("claims/<uuid:claim_id>/decide/", claim_decide, name="claim_decide"),
    path("claims/<uuid:claim_id>/propose/", claim_propose, name="claim_propose"),
    path("claims/<uuid:claim_id>/appeal/", claim_appeal, name="claim_appeal"),
    path("claims/<uuid:claim_id>/withdraw/", claim_withdraw, name="claim_withdraw"),
    path("claims/<uuid:claim_id>/evidence/", claim_evidence, name="claim_evidence"),
    path("claims/<uuid:claim_id>/people/", claim_people, name="claim_people"),
    path("claims/<uuid:claim_id>/link/<uuid:customer_id>/", claim_link, name="claim_link"),
    path("customers/<uuid:customer_id>/claims/new/", claim_new, name="claim_new"),
    path("referrals/<uuid:referral_id>/attribution/", referral_correct, name="referral_correct"),
    path("campaigns/<uuid:campaign_id>/attribution/", campaign_attribution, name="campaign_attribution"),
]
