"""Decide cases: clear, confirm, ask for proof, open again. Each can be taken back, and all of it stays written down."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from referrals.errors import CaseDecided, CaseStillOpen, ReasonMissing, UnknownAbuseCase
from referrals.models import AbuseCase, AbuseCaseReferral, AbuseVerdict, Assessment, Referral, ReferralMove
from referrals.operations.abuse.assessing import HELD_FOR, assess_referrals
from referrals.operations.abuse.proving import call_for_proof, end_calls
from referrals.operations.stages import clear_risk, confirm_fraud, flag_risk
from tenancy import audit, door, events
from tenancy.models import Membership

_State, _Verdict, _Risk = AbuseCase.State, AbuseVerdict.Verdict, Referral.Risk


def clear_case(case_id: UUID, *, reason: str) -> AbuseCase:
    """Find the sign harmless: what no other open case holds goes on, and the sign does not count against it again."""
    case = _move(case_id, _State.CLEARED, _Verdict.CLEAR, reason, before=AbuseCase.WAITING)
    ids = _settle(case, is_cleared=True)
    assess_referrals(ids, occasion=Assessment.Occasion.REVIEW)
    for referral_id in _released(ids):
        clear_risk(referral_id, reason[:60])
    end_calls([case.referrer_id])
    return case


def confirm_case(case_id: UUID, *, reason: str) -> AbuseCase:
    """Find that it was abuse: the rewards of all its referrals are taken back."""
    case = _move(case_id, _State.CONFIRMED, _Verdict.CONFIRM, reason, before=AbuseCase.WAITING)
    ids = _settle(case, is_cleared=False)
    for referral in Referral.objects.filter(id__in=ids).exclude(risk=_Risk.CONFIRMED).order_by("id"):
        flag_risk(referral.id, HELD_FOR)
        confirm_fraud(referral.id, reason[:60])
    end_calls([case.referrer_id])
    return case


def ask_for_proof(case_id: UUID, *, reason: str) -> AbuseCase:
    """Hold what the case is about and ask the referrer; a colleague looks at the answer. They do not read `reason`."""
    case = _move(case_id, _State.PROOF, _Verdict.PROOF, reason, before=[_State.OPEN])
    AbuseCase.objects.filter(id=case.id).update(is_shadow=False)
    open_ones = [_Risk.CLEAR, _Risk.CLEARED, _Risk.FLAGGED]
    ids = case.members.filter(is_settled=False).values_list("referral_id", flat=True)
    for referral_id in Referral.objects.filter(id__in=list(ids), risk__in=open_ones).values_list("id", flat=True):
        flag_risk(referral_id, HELD_FOR)
    call_for_proof(case, reason)
    return case


@transaction.atomic
def reopen_case(case_id: UUID, *, reason: str) -> AbuseCase:
    """Take a decision back: its referrals are under review again, and what abuse had taken waits with them."""
    members = AbuseCaseReferral.objects.filter(case_id=case_id).values("referral_id")
    wronged = list(Referral.objects.filter(id__in=members, risk=_Risk.CONFIRMED).order_by("id").values_list("id", flat=True))
    for referral_id in wronged:
        clear_risk(referral_id, reason[:60])
    case = _move(case_id, _State.OPEN, _Verdict.REOPEN, reason, before=[_State.CLEARED, _State.CONFIRMED])
    case.members.update(is_settled=False, is_cleared=False)
    held = wronged if case.is_shadow else list(case.members.values_list("referral_id", flat=True))
    for referral_id in sorted(held):
        flag_risk(referral_id, HELD_FOR)
    return case


# --- one move ------------------------------------------------------------------------------------------------


def _move(case_id: UUID, state: str, verdict: str, reason: str, *, before: Collection[str]) -> AbuseCase:
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise ReasonMissing
    case = AbuseCase.objects.select_related("referrer").filter(id=case_id).first()
    if case is None:
        raise UnknownAbuseCase
    decided_at = door.moment() if state in (_State.CLEARED, _State.CONFIRMED) else None
    if not AbuseCase.objects.filter(id=case_id, state__in=before).update(state=state, decided_at=decided_at):
        raise CaseStillOpen(state=case.state) if state == _State.OPEN else CaseDecided(state=case.state)
    who = door.actor()
    AbuseVerdict.objects.create(
        case=case, verdict=verdict, reason=reason, is_partial=_is_partial(case), actor_kind=who.kind, actor_id=who.id,
        occurred_at=door.moment(),
    )  # fmt: skip
    audit.record("abuse_case.decided", case, {"state": [case.state, state]})
    if decided_at:
        events.publish("abuse_case.decided", case.id, case_id=str(case.id), kind=case.kind, outcome=str(state))
    case.state, case.decided_at = state, decided_at
    return case


def _is_partial(case: AbuseCase) -> bool:
    """Say whether whoever decides answers for the referrer, which others should know."""
    who = door.actor()
    return who.kind == "user" and Membership.objects.filter(user_id=who.id, id=case.referrer.owner_id).exists()


def _settle(case: AbuseCase, *, is_cleared: bool) -> list[UUID]:
    rows = case.members.filter(is_settled=False)
    ids = list(rows.values_list("referral_id", flat=True))
    rows.update(is_settled=True, is_cleared=is_cleared)
    return ids


def _released(ids: Collection[UUID]) -> list[UUID]:
    """Name those under review for signs alone that no other case holds any more. Who was held by hand stays."""
    still = AbuseCaseReferral.objects.filter(
        referral_id__in=ids, is_settled=False, case__state__in=AbuseCase.WAITING, case__is_shadow=False
    )
    held = set(Referral.objects.filter(id__in=ids, risk=_Risk.HELD).values_list("id", flat=True))
    held -= set(still.values_list("referral_id", flat=True))
    moves = ReferralMove.objects.filter(referral_id__in=held, axis="risk", after=_Risk.HELD)
    last = moves.order_by("referral_id", "-id").distinct("referral_id").values_list("referral_id", "cause")
    return sorted(id for id, cause in last if cause == HELD_FOR)
