"""A friend's form: kept in quarantine until the friend proves the contact is theirs."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from crm.models import ContactPoint
from foundation.contacts import canonical_email, normalise_email, normalise_phone
from messaging.operations import queue_confirmation
from referrals.errors import ConsentMissing, ContactInvalid, NameMissing, PhoneNotReachable, SelfReferral, TooManyInvitations
from referrals.models import Invitation, ReferralCode
from referrals.operations.permitted import refuse_source
from referrals.queries import usable_code
from referrals.queries.sources import source_of
from referrals.templates import LANGUAGES
from tenancy import audit, door, events
from tenancy.models import Organisation

WAITS = timedelta(hours=72)
MAX_SENDS = 5  # codes sent for one waiting invitation
MAX_ROUNDS = 3  # invitations of one contact in one campaign within REMEMBERS
REMEMBERS = timedelta(days=30)


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
    ip_hash: str = "",
) -> Invitation:
    """Keep a friend's form in quarantine and send six digits to the contact.

    The same contact again in a campaign is the same waiting invitation, sent again.
    Whether somebody is a customer is not told here but at the confirmation, to
    whoever has proven that the contact is theirs.
    """
    found = usable_code(code)
    refuse_source(found.campaign_id, source_of(found.referrer_id))
    name = " ".join(name.split())[:120]
    if not name:
        raise NameMissing
    if consents.get("referral") is not True:
        raise ConsentMissing
    reached = read_contact(contact)
    refuse_own_contact(found.referrer_id, reached)
    digits = f"{secrets.randbelow(1_000_000):06d}"
    invitation = _keep(
        found, reached, digits, name=name, language=_known_language(language), channel=channel[:20] or "link",
        visitor=visitor[:64], ip_hash=ip_hash[:64], consents=dict(consents),
    )  # fmt: skip
    _send(invitation, reached, digits)
    return invitation


def read_contact(text: str) -> Contact:
    """Read what a friend typed as an e-mail address or a phone number."""
    try:
        if "@" in text or "＠" in text:
            return Contact("email", normalise_email(text))
        contact = Contact("phone", normalise_phone(text, _organisation().country))
    except ValueError:
        raise ContactInvalid from None
    if not settings.KEEP_MAIL_IN_MAILBOX:
        raise PhoneNotReachable  # there is no text message channel yet; the demo's mailbox shows any address
    return contact


def refuse_own_contact(referrer_id: Any, contact: Contact) -> None:
    """Refuse a contact of the referrer's own, also under an alias of the same mailbox."""
    known = ContactPoint.objects.filter(customer_id=referrer_id, kind=contact.kind).values_list("normalised", flat=True)
    if contact.canonical in {Contact(contact.kind, value).canonical for value in known}:
        raise SelfReferral


def keyed_hash(*parts: str) -> str:
    """Hash with the house's key: without it, six digits or a phone number could be found by trying."""
    text = "\x1f".join((str(door.organisation_id()), *parts))
    return hmac.new(settings.SECRET_KEY.encode(), b"referrals\x1f" + text.encode(), sha256).hexdigest()


def _keep(code: ReferralCode, contact: Contact, digits: str, **fields: Any) -> Invitation:
    contact_hash = keyed_hash("contact", contact.kind, contact.canonical)
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


def expire(invitations) -> int:
    """Empty what a friend typed; only the keyed hash stays."""
    return invitations.update(state=Invitation.State.EXPIRED, name="", contact="", visitor="", ip_hash="", consents={})


def purge_invitations() -> int:
    """Empty invitations that nobody confirmed in time."""
    return expire(Invitation.objects.filter(state=Invitation.State.WAITING, expires_at__lte=door.moment()))


def _send(invitation: Invitation, contact: Contact, digits: str) -> None:
    queue_confirmation(
        key=f"invitation:{invitation.id}:{invitation.sends}",
        address=contact.normalised,
        language=invitation.language,
        digits=digits,
        context={"campaign": invitation.campaign.name},
    )


def _known_language(language: str) -> str:
    return language if language in LANGUAGES else _organisation().language


def _organisation() -> Organisation:
    return Organisation.objects.get(id=door.organisation_id())
