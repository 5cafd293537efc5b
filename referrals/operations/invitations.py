"""A friend's form: kept in quarantine until the friend proves the contact is theirs."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from crm.models import ContactPoint
from foundation.contacts import canonical_email, normalise_email, normalise_phone
from messaging.operations import forget_addresses, queue_confirmation, queue_question
from referrals.errors import (
    AskedBefore,
    ConsentMissing,
    ContactInvalid,
    CustomerNotReachable,
    FriendNotReachable,
    InvitationOver,
    NameMissing,
    PhoneNotReachable,
    SelfReferral,
    TooManyInvitations,
)
from referrals.hashes import keyed_hash
from referrals.models import Invitation, ReferralCode, Trace
from referrals.operations.abuse.traces import Origin, keep_trace, refuse_blocked
from referrals.operations.permitted import refuse_source
from referrals.operations.reaching import refuse_unreachable
from referrals.queries import usable_code
from referrals.queries.sources import owners_of_forms, source_of
from referrals.templates import LANGUAGES
from tenancy import audit, door, events
from tenancy.models import Organisation
from tenancy.people import present_member

WAITS = timedelta(hours=72)
MAX_SENDS = 5  # codes sent for one waiting invitation
MAX_ROUNDS = 3  # invitations of one contact in one campaign within REMEMBERS
REMEMBERS = timedelta(days=30)
NOT_AGAIN_FOR = timedelta(days=180)
_A_PURGE = 2000
_REMEDY = {
    Invitation.Capture.FORM: PhoneNotReachable, Invitation.Capture.ORAL: FriendNotReachable,
    Invitation.Capture.COUNTER: CustomerNotReachable,
}  # fmt: skip


@dataclass(frozen=True)
class Contact:
    kind: str  # email, phone
    normalised: str

    @property
    def canonical(self) -> str:
        """Name the mailbox or phone behind it, so that a+b@… is recognised as a@…"""
        return canonical_email(self.normalised) if self.kind == "email" else self.normalised


def submit_invitation(
    *,
    code: str,
    name: str,
    contact: str,
    language: str,
    consents: Mapping[str, Any],
    channel: str = "link",
    visitor: str = "",
    variant: str = "",
    answers: Mapping[str, Any] | None = None,
    trace: Origin | None = None,
    capture: str = Invitation.Capture.FORM,
    note: str = "",
) -> Invitation:
    """Keep a friend's form in quarantine and send six digits to the contact.

    The same contact again in a campaign is the same waiting invitation, sent again.
    Whether somebody is a customer is not told here but at the confirmation, to
    whoever has proven that the contact is theirs. What others enter for them
    (`capture`) waits for their consent as well, on the page where they confirm.
    """
    found = usable_code(code)
    refuse_source(found.campaign_id, source_of(found.referrer_id))
    name = " ".join(name.split())[:120]
    if not name:
        raise NameMissing
    if capture == Invitation.Capture.FORM and consents.get("referral") is not True:
        raise ConsentMissing
    reached = read_contact(contact)
    refuse_own_contact(found.referrer_id, reached)
    _refuse_unreachable(reached, capture)
    refuse_blocked(found.referrer_id, reached.kind, reached.normalised, trace)
    if capture == Invitation.Capture.ORAL:
        refuse_asked_before(reached)
    digits = f"{secrets.randbelow(1_000_000):06d}"
    member = present_member() if capture != Invitation.Capture.FORM else None
    invitation = _keep(
        found, reached, digits, name=name, language=_known_language(language), channel=channel[:20] or "link",
        visitor=visitor[:64], consents=dict(consents), variant=variant[:1],
        answers=dict(answers or {}), capture=capture, note=note.strip()[:1000], entered_by=member,
    )  # fmt: skip
    keep_trace(invitation, trace)
    _note_form(invitation, found)
    _send(invitation, reached, digits)
    return invitation


def _note_form(invitation: Invitation, code: ReferralCode) -> None:
    """Keep that this form was sent under this code: of several the campaign's policy chooses."""
    Trace.objects.create(
        kind=Trace.Kind.FORM, referrer_id=owners_of_forms([invitation])[invitation.id], contact_hash=invitation.contact_hash,
        campaign_id=code.campaign_id, code_id=code.id, channel=invitation.channel, visitor=invitation.visitor,
        occurred_at=door.moment(), recorded_at=door.moment(), actor_kind=door.actor().kind, actor_id=door.actor().id,
    )  # fmt: skip


def resend_digits(invitation_id: UUID) -> Invitation:
    """Send new digits, because the friend asked for them on the page; all else stays as it was told."""
    found = Invitation.objects.select_for_update(of=("self",), no_key=True).select_related("code")
    invitation = found.filter(id=invitation_id, state=Invitation.State.WAITING, expires_at__gt=door.moment()).first()
    if invitation is None:
        raise InvitationOver
    usable_code(invitation.code.code)
    digits = f"{secrets.randbelow(1_000_000):06d}"
    reached = Contact(invitation.contact_kind, invitation.contact)
    _refuse_unreachable(reached, invitation.capture)
    invitation = _renew(invitation, invitation.code, reached, digits)
    _send(invitation, reached, digits)
    return invitation


def refuse_asked_before(contact: Contact) -> None:
    """Ask nobody again who was asked, or who said no, within half a year; who comes by themselves may."""
    asked = Invitation.objects.filter(
        contact_hash=hash_of(contact), submitted_at__gt=door.moment() - NOT_AGAIN_FOR
    )  # fmt: skip
    if asked.filter(Q(capture=Invitation.Capture.ORAL) | Q(state=Invitation.State.DECLINED)).exists():
        raise AskedBefore


def hash_of(contact: Contact) -> str:
    return keyed_hash("contact", contact.kind, contact.canonical)


def read_contact(text: str) -> Contact:
    """Read what was typed as an e-mail address or a phone number, one without prefix as of the organisation's country."""
    try:
        if "@" in text or "＠" in text:
            return Contact("email", normalise_email(text))
        return Contact("phone", normalise_phone(text, _organisation().country))
    except ValueError:
        raise ContactInvalid from None


def _refuse_unreachable(contact: Contact, capture: str) -> None:
    if contact.kind == "phone":
        refuse_unreachable(contact.normalised, kind=_kind_sent(capture), otherwise=_REMEDY[capture])


def _kind_sent(capture: str) -> str:
    """Name the message with the digits: who came by themselves confirms, who was told of is asked."""
    return "confirmation" if capture == Invitation.Capture.FORM else "referral_question"


def refuse_own_contact(referrer_id: Any, contact: Contact) -> None:
    """Refuse a contact of the referrer's own, also under an alias of the same mailbox."""
    known = ContactPoint.objects.filter(customer_id=referrer_id, kind=contact.kind).values_list("normalised", flat=True)
    if contact.canonical in {Contact(contact.kind, value).canonical for value in known}:
        raise SelfReferral


def _keep(code: ReferralCode, contact: Contact, digits: str, **fields: Any) -> Invitation:
    contact_hash = hash_of(contact)
    waiting = Invitation.objects.select_for_update(no_key=True).filter(
        campaign_id=code.campaign_id, contact_hash=contact_hash, state=Invitation.State.WAITING,
        expires_at__gt=door.moment(),
    )  # fmt: skip
    if first := waiting.first():
        return _renew(first, code, contact, digits, **fields)
    _refuse_too_many_rounds(code, contact_hash)
    _expire_overdue(code, contact_hash)
    try:
        with transaction.atomic():
            return _insert(code, contact, contact_hash, digits, **fields)
    except IntegrityError as error:
        if "invitation_waits_once" not in str(error):
            raise
    return _renew(waiting.get(), code, contact, digits, **fields)  # the form was sent twice at once


def _insert(code: ReferralCode, contact: Contact, contact_hash: str, digits: str, **fields: Any) -> Invitation:
    now = door.moment()
    invitation = Invitation(
        campaign_id=code.campaign_id, code=code, contact_kind=contact.kind, contact=contact.normalised,
        contact_hash=contact_hash, submitted_at=now, expires_at=now + WAITS, secret_hash="", **fields,
    )  # fmt: skip
    invitation.secret_hash = keyed_hash("digits", str(invitation.id), digits)
    invitation.save(force_insert=True)
    audit.record("invitation.submitted", invitation, {"campaign_id": str(code.campaign_id)})
    events.publish("referral.submitted", invitation.id, invitation_id=str(invitation.id), campaign_id=str(code.campaign_id))
    return invitation


def _renew(invitation: Invitation, code: ReferralCode, contact: Contact, digits: str, **fields: Any) -> Invitation:
    """Send new digits for the same invitation; what the friend typed last counts, also whose code it was."""
    if invitation.sends >= MAX_SENDS:
        raise TooManyInvitations
    for name, value in fields.items():
        setattr(invitation, name, value)
    invitation.code, invitation.contact = code, contact.normalised
    invitation.sends += 1
    invitation.secret_hash = keyed_hash("digits", str(invitation.id), digits)
    invitation.save()
    audit.record("invitation.sent_again", invitation, {"sends": invitation.sends})
    return invitation


def _refuse_too_many_rounds(code: ReferralCode, contact_hash: str) -> None:
    since = door.moment() - REMEMBERS
    rows = Invitation.objects.filter(campaign_id=code.campaign_id, contact_hash=contact_hash, submitted_at__gt=since)
    if rows.exclude(state=Invitation.State.CONFIRMED).count() >= MAX_ROUNDS:
        raise TooManyInvitations


def _expire_overdue(code: ReferralCode, contact_hash: str) -> None:
    rows = Invitation.objects.filter(campaign_id=code.campaign_id, contact_hash=contact_hash)
    expire(rows.filter(state=Invitation.State.WAITING, expires_at__lte=door.moment()))


def expire(invitations, state: str = Invitation.State.EXPIRED) -> int:
    """Empty what a friend typed, here and where it was written to; only the keyed hash stays."""
    ended = {row.id: row.sends for row in invitations}
    if not ended:
        return 0
    done = Invitation.objects.filter(id__in=ended, state=Invitation.State.WAITING).update(
        state=state, ended_at=door.moment(), name="", contact="", visitor="", note="", consents={}, answers={}
    )
    forget_addresses([key for id, sends in ended.items() for key in _message_keys(id, sends)])
    return done


def _message_keys(invitation_id: UUID, sends: int) -> list[str]:
    return [f"invitation:{invitation_id}:{n}" for n in (*range(1, sends + 1), "reminder")]


def purge_invitations() -> int:
    """Empty invitations that nobody confirmed in time."""
    overdue = Invitation.objects.filter(state=Invitation.State.WAITING, expires_at__lte=door.moment())
    return expire(overdue.order_by("expires_at")[:_A_PURGE])


def _send(invitation: Invitation, contact: Contact, digits: str) -> None:
    key = f"invitation:{invitation.id}:{invitation.sends}"
    told = {"address": contact.normalised, "language": invitation.language, "digits": digits}
    if invitation.capture == Invitation.Capture.FORM:
        queue_confirmation(key=key, context={"campaign": invitation.campaign.name}, **told)
    else:
        queue_question(key=key, link=f"/o/{_organisation().slug}/c/{invitation.id}", **told)


def _known_language(language: str) -> str:
    return language if language in LANGUAGES else _organisation().language


def _organisation() -> Organisation:
    return Organisation.objects.get(id=door.organisation_id())
