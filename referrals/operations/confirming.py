"""The friend proves the contact: out of quarantine comes a customer and a referral with its pinned terms."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import IntegrityError, transaction

from crm.models import Customer
from crm.operations import record_consent, record_customer
from crm.queries import find_by_contact, is_existing_customer
from referrals.errors import (
    AlreadyCustomer,
    AlreadyReferred,
    InvitationExpired,
    SelfReferral,
    TermsMissing,
    TooManyTries,
    UnknownInvitation,
    WrongDigits,
)
from referrals.models import Campaign, Invitation, Referral
from referrals.operations import moves
from referrals.operations.expecting import expect_rewards
from referrals.operations.invitations import Contact, keyed_hash, refuse_own_contact
from referrals.operations.offers import version_shown
from referrals.queries import last_touch
from referrals.templates import LANGUAGES
from tenancy import audit, door, events

MAX_TRIES = 5
CONSENT_TEXT = "referral-2026-11"  # the version of the consent text on our pages
_PURPOSES = ("referral", "marketing")
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
    return _accept(invitation, {**invitation.consents, **(consents or {})})


def _refuse_expired(invitation: Invitation) -> None:
    is_over = invitation.expires_at <= door.moment() and invitation.state != Invitation.State.CONFIRMED
    if invitation.state == Invitation.State.EXPIRED or is_over:
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


def _accept(invitation: Invitation, consents: Mapping[str, Any]) -> Referral:
    contact = Contact(invitation.contact_kind, invitation.contact)
    touched_at = _touched_at(invitation)
    _refuse_whom_we_know(invitation, contact, touched_at)
    referee = record_customer(
        name=invitation.name, source="referral", language=invitation.language,
        **{contact.kind: contact.normalised},
    )  # fmt: skip
    _keep_consents(referee, invitation, consents)
    referral = _refer(invitation, referee, touched_at)
    Invitation.objects.filter(id=invitation.id).update(
        state=Invitation.State.CONFIRMED, confirmed_at=door.moment(), referral_id=referral.id, name="", contact=""
    )
    moves.begin(referral)
    expect_rewards(referral)
    audit.record("referral.confirmed", referral, {"rule_version": str(referral.rule_version_id)})
    _announce(referral, referee)
    return referral


def _touched_at(invitation: Invitation) -> datetime:
    """Say when the friend followed the code; one who typed it in touched it with the form."""
    touch = last_touch(campaign_id=invitation.campaign_id, code_id=invitation.code_id, visitor=invitation.visitor)
    return min(touch.occurred_at, invitation.submitted_at) if touch else invitation.submitted_at


def _refuse_whom_we_know(invitation: Invitation, contact: Contact, touched_at: datetime) -> None:
    refuse_own_contact(invitation.code.referrer_id, contact)
    known = find_by_contact(contact.kind, contact.normalised)
    if known is None:
        return
    if known.id == invitation.code.referrer_id:
        raise SelfReferral
    if Referral.objects.filter(referee_id=known.id).exists():
        raise AlreadyReferred
    if is_existing_customer(known.id, before=touched_at):
        raise AlreadyCustomer


def _keep_consents(referee: Customer, invitation: Invitation, consents: Mapping[str, Any]) -> None:
    for purpose in _PURPOSES:
        if purpose in consents:
            record_consent(
                referee.id, purpose=purpose, channel=invitation.contact_kind, is_granted=consents[purpose] is True,
                text_version=str(consents.get("text_version") or CONSENT_TEXT)[:40], language=invitation.language,
                source="landing page",
            )  # fmt: skip


def _refer(invitation: Invitation, referee: Customer, touched_at: datetime) -> Referral:
    version = version_shown(invitation.campaign_id, touched_at)
    if version is None:
        raise TermsMissing
    try:
        with transaction.atomic():
            return Referral.objects.create(
                campaign_id=invitation.campaign_id, rule_version=version, code=invitation.code,
                referrer_id=invitation.code.referrer_id, referee=referee, channel=invitation.channel,
                touched_at=touched_at, confirmed_at=door.moment(),
            )  # fmt: skip
    except IntegrityError as error:
        if "referral_one_referrer" not in str(error):
            raise
        raise AlreadyReferred from error


def _announce(referral: Referral, referee: Customer) -> None:
    campaign = Campaign.objects.get(id=referral.campaign_id)
    assignee = campaign.responsible_id or referee.owner_id
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
            "due_at": (door.moment() + timedelta(hours=campaign.follow_up_hours)).isoformat(),
            "assignee_id": str(assignee) if assignee else None,
        },
    )
