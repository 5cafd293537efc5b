"""The friend proves the contact: out of quarantine comes a customer and a referral with its pinned terms."""

import hmac
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import IntegrityError, transaction

from crm.models import Customer
from crm.operations import record_consent, record_customer
from crm.queries import find_by_contact
from foundation.errors import DomainError
from referrals.errors import (
    AlreadyCustomer,
    AlreadyReferred,
    ConsentMissing,
    InvitationExpired,
    SelfReferral,
    TermsMissing,
    TooManyTries,
    UnknownInvitation,
    WrongDigits,
)
from referrals.hashes import keyed_hash
from referrals.models import Campaign, Invitation, Referral
from referrals.operations import moves
from referrals.operations.attributing import attribute_form, begin_attribution, code_of, note_proven
from referrals.operations.conflicts import look_at_source
from referrals.operations.expecting import expect_rewards
from referrals.operations.following import begin_follow_up
from referrals.operations.form_answers import keep_answers
from referrals.operations.invitations import Contact, refuse_own_contact
from referrals.operations.offers import version_shown
from referrals.queries.sources import owners_of_forms, source_of
from referrals.rules.attribution import Attribution
from referrals.templates import LANGUAGES
from tenancy import audit, door, events

MAX_TRIES = 5
CONSENT_TEXT = "referral-2026-11-2"  # the version of the consent text on our pages
_PURPOSES = ("referral", "marketing")
_CHANNELS = {"email": "email", "phone": "sms"}  # contact → over what somebody agreed to hear from us
_TASK_TITLE = {"zh-hans": "联系“{campaign}”推荐来的好友", "en": "Contact a friend referred through {campaign}"}


def confirm_invitation(invitation_id: UUID, digits: str, consents: Mapping[str, Any] | None = None) -> Referral:
    """Confirm with the digits sent; again with the same digits gives the same referral.

    Raises WrongDigits, TooManyTries (5 for each code sent), InvitationExpired, and to whoever
    proved the contact SelfReferral, AlreadyReferred and AlreadyCustomer.
    """
    invitation = Invitation.objects.select_for_update(no_key=True).filter(id=invitation_id).first()
    if invitation is None:
        raise UnknownInvitation
    _refuse_expired(invitation)
    _refuse_wrong_digits(invitation, digits)
    if invitation.referral_id:
        return Referral.objects.get(id=invitation.referral_id)
    agreed = {**invitation.consents, **(consents or {})}
    try:
        return accept(invitation, agreed)
    except AlreadyCustomer:
        note_proven(invitation, agreed)
        raise


def accept_proven(invitation: Invitation, consents: Mapping[str, Any]) -> Referral | None:
    """Refer a friend who proved the contact and was refused, if what has become known since allows it."""
    try:
        with transaction.atomic():
            return accept(invitation, consents)
    except DomainError:
        return None


def _refuse_expired(invitation: Invitation) -> None:
    is_over = invitation.expires_at <= door.moment() and invitation.state != Invitation.State.CONFIRMED
    if invitation.state not in (Invitation.State.WAITING, Invitation.State.CONFIRMED) or is_over:
        raise InvitationExpired


def _refuse_wrong_digits(invitation: Invitation, digits: str) -> None:
    """Count the try, then compare. The count is in the cache because a refusal rolls the transaction back."""
    tries = _count_try(invitation)
    if tries > MAX_TRIES:
        raise TooManyTries
    typed = "".join(character for character in digits if character.isdecimal())
    if not hmac.compare_digest(keyed_hash("digits", str(invitation.id), typed), invitation.secret_hash):
        raise WrongDigits(tries_left=MAX_TRIES - tries)
    cache.decr(_tries_key(invitation))


def _count_try(invitation: Invitation) -> int:
    cache.add(_tries_key(invitation), 0, timeout=4 * 86400)
    return cache.incr(_tries_key(invitation))


def _tries_key(invitation: Invitation) -> str:
    return f"confirm:{door.organisation_id()}:{invitation.id}:{invitation.sends}"


def accept(invitation: Invitation, consents: Mapping[str, Any], *, how: str = "") -> Referral:
    """Make the customer and the referral; `how` somebody agreed where it was not by digits on our page."""
    if consents.get("referral") is not True:
        raise ConsentMissing
    contact = Contact(invitation.contact_kind, invitation.contact)
    owner_id = owners_of_forms([invitation])[invitation.id]
    known = _known(owner_id, contact)
    found, policy = attribute_form(invitation, known.id if known else None)
    referee = record_customer(
        name=invitation.name, source="referral", language=invitation.language,
        **{contact.kind: contact.normalised},
    )  # fmt: skip
    _keep_consents(referee, invitation, consents, how)
    keep_answers(referee.id, invitation.answers)
    referral = _refer(invitation, referee, found, owner_id)
    Invitation.objects.filter(id=invitation.id).update(
        state=Invitation.State.CONFIRMED,
        confirmed_at=door.moment(),
        referral_id=referral.id,
        name="",
        contact="",
        answers={},
        note="",
    )
    moves.begin(referral, "spoken_at_counter" if how else "confirmed_by_friend")
    expect_rewards(referral)
    referral = begin_attribution(referral, found, policy)
    look_at_source(referral, invitation)
    audit.record("referral.confirmed", referral, {"rule_version": str(referral.rule_version_id)})
    _announce(referral, referee)
    return referral


def _known(owner_id: UUID, contact: Contact) -> Customer | None:
    """Find whom the contact belongs to; nobody refers themselves, and nobody is referred twice."""
    refuse_own_contact(owner_id, contact)
    known = find_by_contact(contact.kind, contact.normalised)
    if known is None:
        return None
    if known.id == owner_id:
        raise SelfReferral
    if Referral.objects.filter(referee_id=known.id).exists():
        raise AlreadyReferred
    return known


def _keep_consents(referee: Customer, invitation: Invitation, consents: Mapping[str, Any], how: str) -> None:
    channel = _CHANNELS[invitation.contact_kind]
    for purpose in _PURPOSES:
        if purpose in consents:
            record_consent(
                referee.id, purpose=purpose, channel=channel, is_granted=consents[purpose] is True,
                text_version=str(consents.get("text_version") or CONSENT_TEXT)[:40], language=invitation.language,
                source=how or "landing page",
            )  # fmt: skip


def _refer(invitation: Invitation, referee: Customer, found: Attribution, owner_id: UUID) -> Referral:
    version = version_shown(invitation.campaign_id, found.touched_at or door.moment())
    if version is None:
        raise TermsMissing
    winner = UUID(found.winner)
    is_own = winner == owner_id
    try:
        with transaction.atomic():
            return Referral.objects.create(
                campaign_id=invitation.campaign_id, rule_version=version,
                code=invitation.code if is_own else code_of(invitation.campaign_id, winner), referrer_id=winner,
                referee=referee, channel=invitation.channel, touched_at=found.touched_at, confirmed_at=door.moment(),
                variant=invitation.variant, source=source_of(winner),
                is_returning=found.is_returning,
            )  # fmt: skip
    except IntegrityError as error:
        if "referral_one_referrer" not in str(error):
            raise
        raise AlreadyReferred from error


def _announce(referral: Referral, referee: Customer) -> None:
    campaign = Campaign.objects.select_related("responsible__user").get(id=referral.campaign_id)
    follow_up = begin_follow_up(referral, campaign, referee)
    events.publish(
        "referral.confirmed",
        referral.id,
        referral_id=str(referral.id),
        campaign_id=str(campaign.id),
        campaign_name=campaign.name,
        referrer_id=str(referral.referrer_id),
        referee_id=str(referral.referee_id),
        task={
            "title": {language: _TASK_TITLE[language].format(campaign=campaign.name) for language in LANGUAGES},
            "script": campaign.script,
            "due_at": follow_up.due_at.isoformat(),
            "assignee_id": str(follow_up.holder_id) if follow_up.holder_id else None,
        },
    )
