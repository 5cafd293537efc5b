"""Decide who brought a friend, keep the decision, and decide again when something earlier becomes known late."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Q

from crm.queries.merging import standing_ids
from foundation.errors import DomainError
from foundation.ids import new_id
from referrals.errors import (
    AlreadyCustomer,
    CircularReferral,
    NotAttributable,
    ProtectedCustomer,
    SelfReferral,
)
from referrals.models import AttributionDecision, Campaign, Claim, Invitation, Referral, ReferralCode, Share, Touch, Trace
from referrals.operations import moves
from referrals.operations.cases import lock
from referrals.operations.conflicts import look_at_source
from referrals.operations.expecting import expect_parts, give_up
from referrals.operations.judging import judge_referees
from referrals.operations.sharing import divide
from referrals.queries.attribution import (
    Dossier,
    Subject,
    dossiers_of,
    latest_attributions,
    policy_of,
    subject_of_forms,
    subjects_of,
)
from referrals.rules.attribution import WHOLE, Attribution, attribute, candidates_json, parts_json
from referrals.rules.attribution_policy import Policy, policy_json, read_policy, whole_policy_json
from rewards.models import Reward
from rewards.operations import expect_again
from tenancy import audit, door

_OPEN = (Referral.Stage.CONFIRMED, Referral.Stage.CONTACTED, Referral.Stage.QUALIFIED)
_FINAL = (Referral.Attribution.DECIDED, Referral.Attribution.CONTESTED)  # people look after these
_SETTLED = (Reward.State.AVAILABLE, Reward.State.PAYING, Reward.State.PAID, Reward.State.ISSUED)
_NOT_NEW = "already_customer"
_PROVEN_FOR = 4 * 86400  # seconds; longer than an invitation waits
_REFUSALS: dict[str, type[DomainError]] = {
    "not_oneself": SelfReferral, "no_circle": CircularReferral, "new_customer": AlreadyCustomer,
    "idle_long_enough": AlreadyCustomer, "not_protected": ProtectedCustomer,
}  # fmt: skip


# --- the policy ------------------------------------------------------------------------------------------


def set_policy(campaign_id: UUID, told: Mapping[str, Any]) -> Policy:
    """Put a policy in force for those who come from now on; who came before keeps theirs."""
    campaign = Campaign.objects.select_for_update(no_key=True).get(id=campaign_id)
    policy = read_policy(told)
    before, after = policy_json(read_policy(campaign.attribution)), policy_json(policy)
    if before != after:
        Campaign.objects.filter(id=campaign_id).update(attribution=after)
        audit.record("campaign.attribution_changed", campaign, {"before": before, "after": after})
    return policy


# --- at the confirmation ---------------------------------------------------------------------------------


def attribute_form(invitation: Invitation, referee_id: UUID | None) -> tuple[Attribution, Policy]:
    """Decide whom a form counts for; where nobody can be, whoever proved the contact is told why."""
    policy = policy_of(invitation.campaign_id)
    subject = subject_of_forms(
        [invitation], key=invitation.id, campaign_id=invitation.campaign_id, policy=policy, known_at=door.moment(),
        referee_id=referee_id,
    )  # fmt: skip
    found = _decide(dossiers_of([subject])[invitation.id])
    if not found.parts:
        raise _REFUSALS.get(found.why, NotAttributable)()
    return found, policy


def _decide(known: Dossier) -> Attribution:
    assert known.facts is not None
    return attribute(known.touches, known.claims, known.facts, known.subject.policy)


def begin_attribution(referral: Referral, found: Attribution, policy: Policy, *, cause: str = "confirmed") -> Referral:
    """Keep the first decision about a new referral, and divide it where the policy says so."""
    keep_decision(referral, found, policy, cause=cause)
    if len(found.parts) > 1:
        return divide(referral, [(UUID(name), part) for name, part in found.parts])
    return referral


def code_of(campaign_id: UUID, referrer_id: UUID) -> ReferralCode | None:
    """Find the code somebody has in a campaign."""
    rows = ReferralCode.objects.filter(campaign_id=campaign_id, referrer_id=referrer_id)
    return rows.order_by("is_inherited", "id").first()


def keep_decision(
    referral: Referral, found: Attribution, policy: Policy, *, cause: str, claim: Claim | None = None, reason: str = ""
) -> AttributionDecision:  # fmt: skip
    """Write a decision down, with all candidates and checks; two workers cannot both make a referral's next one."""
    actor = door.actor()
    number = AttributionDecision.objects.filter(referral_id=referral.id).count() + 1
    return AttributionDecision.objects.create(
        id=new_id(), key=f"attribution:{referral.id}:{number}", referral_id=referral.id,
        referee_id=referral.referee_id, campaign_id=referral.campaign_id, claim_id=claim.id if claim else None, cause=cause,
        policy=whole_policy_json(policy), candidates=candidates_json(found.candidates), outcome=found.outcome,
        why=found.why, parts=parts_json(found.parts), touched_at=found.touched_at, reason=reason[:500],
        actor_kind=actor.kind, actor_id=actor.id, decided_at=door.moment(),
    )  # fmt: skip


# --- what becomes known late -----------------------------------------------------------------------------


def record_trace(
    *, kind: str, referrer_id: UUID, occurred_at: datetime | None = None, referee_id: UUID | None = None,
    contact_hash: str = "", campaign_id: UUID | None = None, code_id: UUID | None = None, channel: str = "",
    visitor: str = "", note: str = "",
) -> Trace:  # fmt: skip
    """Keep something that points from a friend to a referrer; told twice it is kept once."""
    now, actor = door.moment(), door.actor()
    facts = {
        "kind": kind, "referrer_id": referrer_id, "referee_id": referee_id, "contact_hash": contact_hash,
        "campaign_id": campaign_id, "occurred_at": occurred_at or now,
    }  # fmt: skip
    if known := Trace.objects.filter(**facts).first():
        return known
    trace = Trace.objects.create(
        **facts, code_id=code_id, channel=channel[:20], visitor=visitor[:64], note=note[:300], recorded_at=now,
        actor_kind=actor.kind, actor_id=actor.id,
    )  # fmt: skip
    if kind != Trace.Kind.FORM:
        audit.record("attribution.trace", trace, {"kind": kind, "referrer_id": str(referrer_id)})
        if referee_id:
            reconsider([referee_id], cause="late_touch")
    return trace


def record_earlier_touch(code: ReferralCode, *, occurred_at: datetime, channel: str, visitor: str) -> Touch:
    """Keep a followed link of which we learn late; told twice it is kept once. Who signed up since is looked at again."""
    facts = {"code_id": code.id, "campaign_id": code.campaign_id, "visitor": visitor[:64], "occurred_at": occurred_at}
    touch = Touch.objects.filter(**facts).first() or Touch.objects.create(**facts, channel=channel[:20] or "link")
    reconsider_visitors({touch.visitor})
    return touch


def reconsider_visitors(visitors: Collection[str]) -> None:
    """Look again at those who signed up with these visitors' forms; also at who was refused for lack of what we know now."""
    forms = Invitation.objects.filter(visitor__in=set(visitors) - {""})
    ids = list(forms.filter(referral_id__isnull=False).values_list("referral_id", flat=True))
    reconsider(Referral.objects.filter(id__in=ids).values_list("referee_id", flat=True), cause="late_touch")
    _try_refused(forms.filter(state=Invitation.State.WAITING))


def note_proven(invitation: Invitation, consents: Mapping[str, Any]) -> None:
    """Remember that a friend proved the contact though they were refused.

    In the cache because a refusal rolls the transaction back. If the cache forgets, the friend types the digits again.
    """
    cache.set(_proven_key(invitation.id), dict(consents), timeout=_PROVEN_FOR)


def _try_refused(forms) -> None:
    from referrals.operations.confirming import accept_proven  # which comes by here itself

    for form in forms.select_for_update(no_key=True, of=("self",)).order_by("id"):
        consents = cache.get(_proven_key(form.id))
        if consents is not None and form.expires_at > door.moment():
            accept_proven(form, consents)


def _proven_key(invitation_id: UUID) -> str:
    return f"proven:{door.organisation_id()}:{invitation_id}"


def reconsider(referee_ids: Collection[UUID], *, cause: str) -> list[UUID]:
    """Decide again about these friends from what is known now; give the referrals that changed.

    While the policy allows it the difference is posted. Later, or when rewards were paid out, a claim is opened instead.
    """
    referee_ids = list(referee_ids)
    rows = (
        Referral.objects.filter(referee_id__in=referee_ids).exclude(source="import")
        if referee_ids
        else Referral.objects.none()
    )
    if not referee_ids or not rows.exists():
        return []
    locked = [one for one in lock(referee_ids) if one.source != "import" and one.attribution not in _FINAL]
    before = latest_attributions([one.id for one in locked])
    locked = [one for one in locked if one.id in before]
    known = dossiers_of(subjects_of(locked))
    changed = [one for one in locked if _reconsider(one, before[one.id], known[one.id], cause)]
    judge_referees([one.referee_id for one in changed])
    return [one.id for one in changed]


def _reconsider(referral: Referral, before: AttributionDecision, known: Dossier, cause: str) -> bool:
    found, policy = _decide(known), known.subject.policy
    if _same(before, found):
        return False
    was = _by_living(before.parts)
    if was and found.parts and parts_json(found.parts) != was and not may_change(referral, policy):
        _contest(referral, found)
        return False
    keep_decision(referral, found, policy, cause=cause)
    if not found.parts:
        _close(referral, found)
        return True
    _reopen(referral, before)
    Referral.objects.filter(id=referral.id).update(touched_at=found.touched_at, is_returning=found.is_returning)
    referral.touched_at, referral.is_returning = found.touched_at, found.is_returning
    if parts_json(found.parts) != (was or [{"referrer": str(referral.referrer_id), "part": WHOLE}]):
        changed = divide(referral, [(UUID(name), part) for name, part in found.parts])
        if changed.referrer_id != referral.referrer_id and changed.risk != Referral.Risk.CONFIRMED:
            look_at_source(changed, Invitation.objects.filter(referral_id=referral.id).first())
        audit.record("referral.reattributed", referral, {"parts": parts_json(found.parts), "cause": cause})
        state = referral.attribution
        moves.note(referral.id, axis="attribution", before=state, after=state, cause=f"reattributed:{cause}")
    return True


def _by_living(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Name those who became one with somebody else as they are called now."""
    now = standing_ids(UUID(part["referrer"]) for part in parts)
    return [{**part, "referrer": str(now.get(UUID(part["referrer"]), part["referrer"]))} for part in parts]


def _same(before: AttributionDecision, found: Attribution) -> bool:
    return (before.outcome, before.parts, before.touched_at, before.candidates) == (
        found.outcome, parts_json(found.parts), found.touched_at, candidates_json(found.candidates)
    )  # fmt: skip


def may_change(referral: Referral, policy: Policy) -> bool:
    """Say whether late facts may still change who referred: not for long, and not once something is paid out."""
    if door.moment() > referral.confirmed_at + timedelta(days=policy.change_days):
        return False
    return not Reward.objects.filter(
        referral_id=referral.id, role="referrer", state__in=_SETTLED, kept__gt=0, successor_id=None
    ).exists()


def _contest(referral: Referral, found: Attribution) -> None:
    from referrals.operations.claims import open_by_late_facts  # which decides with what is here

    if not Claim.objects.filter(Q(referral=referral), channel=Claim.Channel.SYSTEM).exists():
        open_by_late_facts(referral, found)


def _close(referral: Referral, found: Attribution) -> None:
    """Close a referral of somebody who turns out to have been a customer, or to belong to nobody."""
    if referral.stage not in _OPEN:
        return
    reason = {"new_customer": _NOT_NEW, "idle_long_enough": _NOT_NEW, "no_circle": "self_referral"}.get(
        found.why, "policy_conflict"
    )
    Referral.objects.filter(id=referral.id).update(stage=Referral.Stage.CLOSED, close_reason=reason)
    moves.note(referral.id, axis="stage", before=referral.stage, after=Referral.Stage.CLOSED, cause=f"attribution:{reason}")
    give_up([referral.id], cause=reason)
    audit.record("referral.stage_moved", referral, {"stage": [referral.stage, "closed"], "cause": reason})


def _reopen(referral: Referral, before: AttributionDecision) -> None:
    """Open again what was closed for a fact that turned out otherwise."""
    if before.parts or referral.stage != Referral.Stage.CLOSED:
        return
    Referral.objects.filter(id=referral.id).update(stage=Referral.Stage.CONFIRMED, close_reason="")
    moves.note(referral.id, axis="stage", before="closed", after=Referral.Stage.CONFIRMED, cause="attribution:again")
    audit.record("referral.stage_moved", referral, {"stage": ["closed", "confirmed"], "cause": "attribution"})
    gone = Reward.objects.filter(referral_id=referral.id, state=Reward.State.LAPSED)
    gone = gone.exclude(role="referrer") if referral.is_shared else gone
    expect_again(list(gone.values_list("id", flat=True)), cause="attribution")
    if referral.is_shared:
        expect_parts(referral, list(Share.objects.filter(referral=referral).order_by("seat")))


def decide_about(subjects: Sequence[Subject]) -> dict[UUID, Attribution]:
    """Compute who brought these friends from all that is known, without keeping it."""
    return {key: _decide(known) for key, known in dossiers_of(subjects).items()}
