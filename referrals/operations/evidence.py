"""Hand in what shows that a referral succeeded; a second person accepts or refuses it, and says why."""

import hashlib
from uuid import UUID

from crm.models import Deal, Order
from crm.rules.talk import LARGEST_FILE, kind_of_file
from referrals.errors import (
    AnswerMissing,
    EvidenceDecided,
    EvidenceEmpty,
    EvidenceFileRefused,
    EvidenceNotTheirs,
    EvidenceOwn,
    UnknownCriterion,
    UnknownEvidence,
    UnknownReferral,
)
from referrals.models import Evidence, Referral
from referrals.operations.stages import move_stage
from tenancy import audit, door, events
from tenancy.models import Membership
from tenancy.people import present_member

_Criterion, _State, _Stage = Evidence.Criterion, Evidence.State, Referral.Stage
# What an accepted criterion says of the stage; orders convert by themselves, when they are paid.
_STAGES = {
    _Criterion.CONTACT: _Stage.CONTACTED, _Criterion.VISIT: _Stage.QUALIFIED, _Criterion.QUALIFIED: _Stage.QUALIFIED,
    _Criterion.DEAL: _Stage.QUALIFIED,
}  # fmt: skip


def hand_in_evidence(
    referral_id: UUID, criterion: str, *, text: str = "", file_name: str = "", content: bytes = b"",
    order_id: UUID | None = None, deal_id: UUID | None = None,
) -> Evidence:  # fmt: skip
    """Hand in a note, a file, an order or a deal; the same file again is the first one."""
    if criterion not in _Criterion.values:
        raise UnknownCriterion(criterion=criterion)
    referral = Referral.objects.filter(id=referral_id).first()
    if referral is None:
        raise UnknownReferral
    text = text.strip()[:1000]
    if not (text or content or order_id or deal_id):
        raise EvidenceEmpty
    _refuse_strangers(referral, order_id, deal_id)
    row = Evidence(
        referral=referral, criterion=criterion, text=text, order_id=order_id, deal_id=deal_id,
        handed_in_by=present_member(), handed_in_at=door.moment(),
    )  # fmt: skip
    if content:
        _take_file(row, file_name, content)
        if known := Evidence.objects.filter(referral=referral, criterion=criterion, sha256=row.sha256).first():
            return known
    row.save(force_insert=True)
    audit.record("evidence.handed_in", row, {"referral_id": str(referral_id), "criterion": criterion})
    return row


def _refuse_strangers(referral: Referral, order_id: UUID | None, deal_id: UUID | None) -> None:
    for model, id, field in ((Order, order_id, "order_id"), (Deal, deal_id, "deal_id")):
        if id and not model.objects.filter(id=id, customer_id=referral.referee_id).exists():
            raise EvidenceNotTheirs(field=field)


def _take_file(row: Evidence, name: str, content: bytes) -> None:
    kind = kind_of_file(name, content) if len(content) <= LARGEST_FILE else None
    if kind is None:
        raise EvidenceFileRefused(most=LARGEST_FILE // 1024**2)
    last = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable()).strip()
    row.file_name, row.content_type, row.size = last[-120:], kind, len(content)
    row.sha256, row.content = hashlib.sha256(content).hexdigest(), content


def accept_evidence(evidence_id: UUID, reason: str = "") -> Evidence:
    """Agree that it shows it; the referral moves on as far as it says."""
    row = _decide(evidence_id, _State.ACCEPTED, reason)
    stage = _STAGES.get(row.criterion)
    before = {_Stage.CONTACTED: [_Stage.CONFIRMED], _Stage.QUALIFIED: [_Stage.CONFIRMED, _Stage.CONTACTED]}
    if stage and row.referral.stage in before[stage]:
        move_stage(row.referral_id, stage, "evidence")
    return row


def refuse_evidence(evidence_id: UUID, reason: str) -> Evidence:
    """Disagree, and say why."""
    if not Evidence.objects.filter(id=evidence_id).exists():
        raise UnknownEvidence
    if not reason.strip():
        raise AnswerMissing(field="reason")
    return _decide(evidence_id, _State.REFUSED, reason)


def _decide(evidence_id: UUID, state: str, reason: str) -> Evidence:
    row = Evidence.objects.defer("content").select_related("referral").filter(id=evidence_id).first()
    if row is None:
        raise UnknownEvidence
    me = present_member()
    if me and row.handed_in_by_id == me.id and _is_there_another(me):
        raise EvidenceOwn
    facts = {"state": state, "decided_by": me, "decided_at": door.moment(), "reason": reason.strip()[:300]}
    if not Evidence.objects.filter(id=evidence_id, state=_State.WAITING).update(**facts):
        raise EvidenceDecided
    audit.record(f"evidence.{state}", row, {"referral_id": str(row.referral_id), "criterion": row.criterion})
    events.publish(
        "referral.evidence", row.id, referral_id=str(row.referral_id), referee_id=str(row.referral.referee_id),
        criterion=row.criterion, state=state,
    )  # fmt: skip
    for name, value in facts.items():
        setattr(row, name, value)
    return row


def _is_there_another(me: Membership) -> bool:
    """In a shop of one person, that person decides."""
    others = Membership.objects.filter(is_active=True).exclude(id=me.id)
    return any(other.may("referrals:write") for other in others[:50])
