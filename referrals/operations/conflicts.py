"""Look at referrals by people we pay: whom they knew already, their own second phone, family, two who lay claim."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from crm.models import ContactPoint, Customer, Lead
from foundation.contacts import canonical_email
from referrals.models import Invitation, Referral, ReferralCode, ReferrerProfile, SourceConflict, Touch
from referrals.operations import moves
from referrals.operations.stages import flag_risk
from referrals.queries.sources import rule_of
from referrals.rules.sources import CONTEST, CUSTOMER, HOLD, PAID, Facts, Finding, Person, findings
from tenancy import audit, door, events
from tenancy.models import AuditRecord, Membership

_LOOK_BACK = timedelta(days=90)
_MONTH = timedelta(days=30)


def look_at_source(referral: Referral, invitation: Invitation | None = None) -> list[Finding]:
    """Compare a new referral with what its source may do; hold it, or let people decide between two who claim it."""
    rule = rule_of(referral.campaign_id, referral.source)
    if referral.source == CUSTOMER and rule.limit_30_days is None:
        return []
    found = findings(_facts(referral, invitation), rule)
    _keep(referral, found)
    if any(one.effect == CONTEST for one in found):
        _contest(referral)
    if reasons := [one.code for one in found if one.effect == HOLD]:
        flag_risk(referral.id, f"source:{reasons[0]}")
    return found


def _keep(referral: Referral, found: list[Finding]) -> None:
    now = door.moment()
    rows = [SourceConflict(referral_id=referral.id, code=one.code, effect=one.effect, found_at=now) for one in found]
    SourceConflict.objects.bulk_create(rows, ignore_conflicts=True)


def _contest(referral: Referral) -> None:
    """Leave it to people who gets it."""
    axis = Referral.Attribution
    fresh = Referral.objects.filter(id=referral.id, attribution=axis.ACCEPTED)
    if fresh.update(attribution=axis.CONTESTED):
        moves.note(referral.id, axis="attribution", before=axis.ACCEPTED, after=axis.CONTESTED, cause="source:two_claims")
        audit.record("referral.contested", referral, {"source": referral.source})
        events.publish("referral.contested", referral.id, referral_id=str(referral.id), source=referral.source)


# --- what is known ---------------------------------------------------------------------------------------


def _facts(referral: Referral, invitation: Invitation | None) -> Facts:
    profile = ReferrerProfile.objects.select_related("membership__user").filter(customer_id=referral.referrer_id).first()
    member = profile.membership if profile else None
    friend = Customer.objects.get(id=referral.referee_id)
    touched_at = referral.touched_at or referral.confirmed_at
    return Facts(
        source=referral.source,
        referrer=_person(Customer.objects.get(id=referral.referrer_id), member),
        friend=_person(friend),
        was_assigned_to_referrer=bool(member) and _was_assigned(friend, member, touched_at),
        was_entered_by_referrer=bool(member) and _was_entered(friend, member, touched_at),
        rivals=_rivals(referral, invitation) if referral.source in PAID else frozenset(),
        counted_30_days=Referral.objects.filter(
            campaign_id=referral.campaign_id, referrer_id=referral.referrer_id,
            confirmed_at__gt=referral.confirmed_at - _MONTH,
        ).count(),
    )  # fmt: skip


def _person(customer: Customer, member: Membership | None = None) -> Person:
    points = ContactPoint.objects.filter(customer=customer).exclude(kind=ContactPoint.Kind.EXTERNAL)
    contacts = {
        canonical_email(value) if kind == "email" else value for kind, value in points.values_list("kind", "normalised")
    }
    if member:
        contacts.add(canonical_email(member.user.email))
    return Person(customer.name, customer.address, customer.city, frozenset(contacts))


def _was_assigned(friend: Customer, member: Membership, touched_at) -> bool:
    """Say whether the friend was theirs already: as a customer, or by an enquiry."""
    if friend.created_at < touched_at and friend.owner_id == member.id:
        return True
    return Lead.objects.filter(customer=friend, owner=member, created_at__lt=touched_at).exists()


def _was_entered(friend: Customer, member: Membership, touched_at) -> bool:
    made = AuditRecord.objects.filter(
        subject_kind="crm.customer", subject_id=str(friend.id), action="customer.created", actor_kind="user",
        actor_id=member.user_id, occurred_at__lt=touched_at,
    )  # fmt: skip
    return made.exists()


def _rivals(referral: Referral, invitation: Invitation | None) -> frozenset[str]:
    """Name the sources of others whose code the friend followed or typed, or who brought them in as an enquiry."""
    since = referral.confirmed_at - _LOOK_BACK
    others = set(
        Lead.objects.filter(customer_id=referral.referee_id, created_at__gt=since).values_list("referrer_id", flat=True)
    )
    if invitation:
        others |= set(
            ReferralCode.objects.filter(id__in=_other_codes(invitation, since)).values_list("referrer_id", flat=True)
        )
    others -= {None, referral.referrer_id}
    kinds = ReferrerProfile.objects.filter(customer_id__in=others, is_active=True).values_list("kind", flat=True)
    return frozenset(kinds)


def _other_codes(invitation: Invitation, since) -> set[UUID]:
    touched = Q(visitor=invitation.visitor) if invitation.visitor else Q(pk__in=[])
    touches = Touch.objects.filter(touched, campaign_id=invitation.campaign_id, occurred_at__gt=since)
    forms = Invitation.objects.filter(contact_hash=invitation.contact_hash, submitted_at__gt=since)
    return set(touches.values_list("code_id", flat=True)) | set(forms.values_list("code_id", flat=True))
