"""The claim desk: a claim is opened, decided with a reason, appealed once, closed. Rewards wait meanwhile."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.errors import UnknownCustomer
from crm.models import Customer, Order
from crm.operations import add_file
from crm.queries import find_by_contact
from foundation.errors import DomainError
from referrals.errors import (
    AppealTooLate,
    ClaimCampaignMissing,
    ClaimExists,
    ClaimOfOneself,
    ClaimOwnAlready,
    ClaimTextMissing,
    ClaimTooLate,
    NotAParty,
    OrderOfNobody,
    ReasonMissing,
    ReferrerUnknown,
    SecondPersonNeeded,
    UnknownClaim,
    UnknownCode,
    WrongClaimState,
)
from referrals.models import Campaign, Claim, ClaimFile, ClaimMove, Referral, ReferralCode
from referrals.operations.attributing import decide_about
from referrals.operations.deciding import apply_parts, check_parts, contest, refer_by_decision, settle
from referrals.operations.invitations import read_contact
from referrals.queries import find_code
from referrals.queries.attribution import Subject, policy_of, shares_of, subjects_of
from referrals.rules.attribution import TRACE, WORD, Attribution, TouchFact, candidates_json, parts_json
from rewards.queries import calendar
from tenancy import audit, door, events
from tenancy.models import Membership

State, Channel = Claim.State, Claim.Channel
_UNDECIDED = (State.OPEN, State.PROPOSED, State.APPEALED)


# --- opening ---------------------------------------------------------------------------------------------


def open_claim(
    *, claimant_id: UUID, text: str, channel: str, referee_id: UUID | None = None, order_id: UUID | None = None,
    campaign_id: UUID | None = None, code: str = "", friend: str = "", happened_at: datetime | None = None,
) -> Claim:  # fmt: skip
    """Claim that somebody brought a customer; what their referrer has not been paid yet waits until it is decided.

    The customer is named by id, by an order, or in words (`friend`), which staff then look up.
    """
    text = text.strip()[:5000]
    if not text:
        raise ClaimTextMissing
    if not Customer.objects.filter(id=claimant_id).exists():
        raise ReferrerUnknown(field="claimant_id")
    if referee_id and not Customer.objects.filter(id=referee_id).exists():
        raise UnknownCustomer(field="referee_id")
    if campaign_id:
        Campaign.objects.only("id").get(id=campaign_id)
    order = Order.objects.get(id=order_id) if order_id else None
    if order and order.customer_id is None:
        raise OrderOfNobody
    referee_id = (order.customer_id if order else referee_id) or _found(friend)
    own = _own_code(code, claimant_id)
    claim = Claim(
        channel=channel, claimant_id=claimant_id, text=text, order=order, code=own, friend=friend.strip()[:200],
        campaign_id=campaign_id or (own.campaign_id if own else None), opened_at=door.moment(), due_at=door.moment(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            return _open(claim, referee_id, happened_at)
    except (ClaimExists, ClaimTooLate):
        if channel != Channel.MEMBER:
            raise
    claim.referee = claim.referral = claim.rival = None  # a refusal would tell the member that they are a customer
    return _open(claim, None, happened_at)


def open_by_late_facts(referral: Referral, found: Attribution) -> Claim:
    """Ask people where facts that came late name another referrer, and it is too late to change it by itself."""
    winner = next(name for name, _part in found.parts if UUID(name) != referral.referrer_id)
    claim = Claim(channel=Channel.SYSTEM, claimant_id=UUID(winner), text="", opened_at=door.moment(), due_at=door.moment())
    return _open(claim, referral.referee_id, None)


def link_claim(claim_id: UUID, referee_id: UUID) -> Claim:
    """Say which customer a claim is about that was made in words."""
    claim = _locked(claim_id)
    if claim.state not in (State.OPEN, State.PROPOSED) or claim.referee_id:
        raise WrongClaimState(state=claim.state, because="friend_known" if claim.state in _UNDECIDED else "")
    _about(claim, referee_id)
    _save_opened(claim, ["referee", "referral", "rival", "campaign"])
    return propose(claim.id)


def _found(friend: str) -> UUID | None:
    """Find a customer by the phone number or e-mail address that the claimant gave."""
    for word in friend.replace(",", " ").replace("，", " ").split():
        try:
            contact = read_contact(word)
        except DomainError:
            continue
        if known := find_by_contact(contact.kind, contact.normalised):
            return known.id
    return None


def _own_code(text: str, claimant_id: UUID) -> ReferralCode | None:
    if not text.strip():
        return None
    code = find_code(text)
    if code.referrer_id != claimant_id:
        raise UnknownCode
    return code


def _open(claim: Claim, referee_id: UUID | None, happened_at: datetime | None) -> Claim:
    if referee_id:
        _about(claim, referee_id)
    policy = policy_of(claim.campaign_id)
    if claim.channel in (Channel.MEMBER, Channel.API) and claim.referral and _is_late(claim, policy.claim_days):
        raise ClaimTooLate(days=policy.claim_days)
    claim.due_at = calendar().end_of(door.moment(), days=policy.answer_days)
    claim.proposal = {"happened_at": happened_at.isoformat()} if happened_at else {}
    _save_opened(claim)
    _note(claim, "", State.OPEN)
    audit.record("claim.opened", claim, {"claimant_id": str(claim.claimant_id), "channel": claim.channel})
    events.publish("claim.opened", claim.id, **_told(claim))
    return propose(claim.id) if claim.referee_id else claim


def _about(claim: Claim, referee_id: UUID) -> None:
    """Say whom the claim is about, and whose they are so far; the rewards concerned wait from now on."""
    if referee_id == claim.claimant_id:
        raise ClaimOfOneself
    claim.referee = Customer.objects.get(id=referee_id)
    referral = Referral.objects.select_related("campaign").filter(referee_id=referee_id).first()
    if referral:
        if shares_of(referral) == [(claim.claimant_id, 10_000)]:
            raise ClaimOwnAlready
        claim.referral, claim.campaign_id = referral, referral.campaign_id
        claim.rival_id = referral.referrer_id if referral.referrer_id != claim.claimant_id else shares_of(referral)[-1][0]


def _is_late(claim: Claim, days: int) -> bool:
    return bool(claim.referral) and door.moment() > claim.referral.confirmed_at + timedelta(days=days)


def _save_opened(claim: Claim, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            claim.save(update_fields=fields)
    except IntegrityError as error:
        if "claim_one_open" not in str(error):
            raise
        raise ClaimExists from error
    if claim.referral:
        contest(claim.referral)


def add_evidence(claim_id: UUID, *, name: str, content: bytes) -> ClaimFile:
    """Keep a paper with a claim; it lies in the claimant's file."""
    claim = _locked(claim_id)
    if claim.state == State.CLOSED:
        raise WrongClaimState(state=claim.state)
    file = add_file(claim.claimant_id, name=name, content=content)
    kept, _is_new = ClaimFile.objects.get_or_create(claim=claim, file=file)
    return kept


# --- the proposal ----------------------------------------------------------------------------------------


def propose(claim_id: UUID) -> Claim:
    """Compute from all touches whom the policy would name, with everybody's weight."""
    claim = _locked(claim_id)
    if claim.state not in (State.OPEN, State.PROPOSED) or claim.referee_id is None:
        raise WrongClaimState(state=claim.state, because=_lacks_friend(claim))
    found = computed(claim)
    claim.proposal = {
        **{name: claim.proposal[name] for name in ("happened_at",) if name in claim.proposal},
        "outcome": found.outcome, "why": found.why, "parts": parts_json(found.parts),
        "candidates": candidates_json(found.candidates), "made_at": door.moment().isoformat(),
        "touched_at": found.touched_at.isoformat() if found.touched_at else None,
    }  # fmt: skip
    before, claim.state = claim.state, State.PROPOSED if found.parts else State.OPEN
    claim.save(update_fields=["proposal", "state"])
    if before != claim.state:
        _note(claim, before, claim.state)
    return claim


def computed(claim: Claim) -> Attribution:
    """Say what the policy makes of all that is known about the customer of a claim."""
    subject = _subject(claim)
    return decide_about([subject])[subject.key]


def _subject(claim: Claim) -> Subject:
    told = claim.proposal.get("happened_at")
    at = datetime.fromisoformat(told) if told else claim.opened_at
    kind, proof = ("code", TRACE) if claim.code_id else ("word", WORD)
    said = TouchFact(at, str(claim.claimant_id), kind, claim.channel, proof)
    if claim.referral_id:
        [known] = subjects_of([Referral.objects.select_related("campaign").get(id=claim.referral_id)])
        return Subject(**{**vars(known), "extra": (*known.extra, said)})
    return Subject(
        key=claim.id, campaign_id=claim.campaign_id, policy=policy_of(claim.campaign_id), known_at=claim.opened_at,
        referee_id=claim.referee_id, extra=(said,),
    )  # fmt: skip


def _lacks_friend(claim: Claim) -> str:
    return "friend_missing" if claim.state in _UNDECIDED and claim.referee_id is None else ""


# --- decisions -------------------------------------------------------------------------------------------


def decide_claim(
    claim_id: UUID, *, parts: Sequence[tuple[UUID, int]], reason: str, campaign_id: UUID | None = None
) -> Claim:  # fmt: skip
    """Decide for one, for several in parts (hundredths of a percent), or for nobody; an appeal by a second person."""
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise ReasonMissing
    claim = _locked(claim_id)
    if claim.state not in _UNDECIDED or claim.referee_id is None:
        raise WrongClaimState(state=claim.state, because=_lacks_friend(claim))
    is_appeal = claim.state == State.APPEALED
    if is_appeal and door.actor().id == claim.first_decider_id:
        raise SecondPersonNeeded
    check_parts(parts, claim.referee_id)
    found = computed(claim)
    referral = claim.referral or _referral_for(claim, parts, campaign_id, found)
    if referral:
        apply_parts(referral, parts, found, cause="appeal" if is_appeal else "claim", reason=reason, claim=claim)
    _decided(claim, parts, reason, referral, is_appeal=is_appeal)
    return Claim.objects.get(id=claim_id)


def _referral_for(
    claim: Claim, parts: Sequence[tuple[UUID, int]], campaign_id: UUID | None, found: Attribution
) -> Referral | None:  # fmt: skip
    """Make the referral that there was not, where somebody is found to have brought the customer."""
    if not parts:
        return None
    campaign_id = campaign_id or claim.campaign_id
    if campaign_id is None:
        raise ClaimCampaignMissing
    at = min(filter(None, [found.touched_at, claim.opened_at, claim.order.paid_at if claim.order else None]))
    return refer_by_decision(
        Campaign.objects.get(id=campaign_id), referee_id=claim.referee_id, parts=parts, touched_at=at,
        confirmed_at=claim.opened_at,
    )  # fmt: skip


def _decided(claim: Claim, parts: Sequence[tuple[UUID, int]], reason: str, referral, *, is_appeal: bool) -> None:
    now, before = door.moment(), claim.state
    after = State.CLOSED if is_appeal else State.DECIDED
    policy = policy_of(claim.campaign_id)
    changes: dict[str, Any] = {
        "state": after, "outcome": _outcome(parts), "reason": reason, "decided_at": now, "decider": _member(),
        "parts": parts_json([(str(id), part) for id, part in parts]), "referral": referral,
    }  # fmt: skip
    if is_appeal:
        changes["closed_at"] = now
    else:
        changes |= {"first_decider_id": door.actor().id, "appeal_until": now + timedelta(days=policy.appeal_days)}
    Claim.objects.filter(id=claim.id, state=before).update(**changes)
    for name, value in changes.items():
        setattr(claim, name, value)
    _note(claim, before, after, reason)
    audit.record("claim.decided", claim, {"outcome": claim.outcome, "parts": claim.parts, "is_appeal": is_appeal})
    events.publish("claim.decided", claim.id, is_appeal=is_appeal, **_told(claim))


def _outcome(parts: Sequence) -> str:
    return (Claim.Outcome.NONE, Claim.Outcome.ONE)[len(parts)] if len(parts) < 2 else Claim.Outcome.SPLIT


def _member() -> Membership | None:
    actor = door.actor()
    return Membership.objects.filter(user_id=actor.id).first() if actor.kind == "user" else None


def appeal_claim(claim_id: UUID, *, appellant_id: UUID, text: str) -> Claim:
    """Appeal once, by somebody the decision is about; the rewards concerned wait again."""
    text = text.strip()[:5000]
    if not text:
        raise ClaimTextMissing
    claim = _locked(claim_id)
    if claim.state != State.DECIDED:
        raise WrongClaimState(state=claim.state)
    if claim.appeal_until and door.moment() > claim.appeal_until:
        raise AppealTooLate
    if appellant_id not in parties_of(claim):
        raise NotAParty
    due_at = calendar().end_of(door.moment(), days=policy_of(claim.campaign_id).answer_days)
    claim.state, claim.appellant_id, claim.appeal_text = State.APPEALED, appellant_id, text
    claim.appealed_at, claim.due_at = door.moment(), due_at
    _save_opened(claim, ["state", "appellant", "appeal_text", "appealed_at", "due_at"])
    _note(claim, State.DECIDED, State.APPEALED)
    audit.record("claim.appealed", claim, {"appellant_id": str(appellant_id)})
    events.publish("claim.appealed", claim.id, **_told(claim))
    return claim


def parties_of(claim: Claim) -> set[UUID]:
    """Name those a claim is between."""
    got = {UUID(part["referrer"]) for part in claim.parts}
    return {id for id in (claim.claimant_id, claim.rival_id, *got) if id}


def close_due_claims() -> int:
    """Close decided claims that nobody appealed against in time."""
    due = list(Claim.objects.filter(state=State.DECIDED, appeal_until__lte=door.moment()).order_by("id"))
    for claim in due:
        if Claim.objects.filter(id=claim.id, state=State.DECIDED).update(state=State.CLOSED, closed_at=door.moment()):
            _note(claim, State.DECIDED, State.CLOSED)
            audit.record("claim.closed", claim, {})
    return len(due)


def withdraw_claim(claim_id: UUID, *, reason: str) -> Claim:
    """Close a claim that is pursued no further; all stays as it was, and what waited goes on."""
    claim = _locked(claim_id)
    if claim.state not in (State.OPEN, State.PROPOSED):
        raise WrongClaimState(state=claim.state)
    before = claim.state
    Claim.objects.filter(id=claim_id).update(
        state=State.CLOSED, closed_at=door.moment(), outcome=Claim.Outcome.NONE, reason=reason.strip()[:500]
    )
    _note(claim, before, State.CLOSED, reason)
    audit.record("claim.withdrawn", claim, {})
    if claim.referral:
        settle(claim.referral, Referral.Attribution.ACCEPTED, cause="claim_withdrawn")
    return Claim.objects.get(id=claim_id)


# --- common ----------------------------------------------------------------------------------------------


def _locked(claim_id: UUID) -> Claim:
    claim = Claim.objects.select_for_update(no_key=True, of=("self",)).select_related("referral").filter(id=claim_id).first()
    if claim is None:
        raise UnknownClaim
    return claim


def _note(claim: Claim, before: str, after: str, reason: str = "") -> None:
    actor = door.actor()
    ClaimMove.objects.create(
        claim=claim, before=before, after=after, reason=reason[:500], actor_kind=actor.kind, actor_id=actor.id,
        occurred_at=door.moment(),
    )  # fmt: skip


def _told(claim: Claim) -> dict[str, Any]:
    """Say of a claim what events tell."""
    return {
        "claim_id": str(claim.id), "state": claim.state, "outcome": claim.outcome, "parts": claim.parts,
        **{f"{name}_id": str(id) if id else None for name, id in (
            ("claimant", claim.claimant_id), ("rival", claim.rival_id), ("referee", claim.referee_id),
            ("referral", claim.referral_id), ("appellant", claim.appellant_id),
        )},
    }  # fmt: skip
