"""What others enter for a friend: a code typed at the counter, a name the referrer told us. It stays in quarantine."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from referrals.errors import InvitationOver, NameMissing, SpokenNotWritten, TooManyAsks, UnknownInvitation
from referrals.models import Invitation, Referral
from referrals.operations.confirming import accept
from referrals.operations.invitations import (
    WAITS,
    expire,
    hash_of,
    read_contact,
    refuse_own_contact,
    submit_invitation,
)
from referrals.queries import usable_code
from tenancy import audit, door, events
from tenancy.people import present_member

MOST_ASKS = 50  # of one colleague a day: a quarantine is no mailing list
SPOKEN_TEXT = "spoken-2026-11"  # the version of what is read to the customer, templates/dashboard/parts/spoken.html
_Capture, _State = Invitation.Capture, Invitation.State


def ask_friend(*, code: str, name: str, contact: str, language: str, note: str = "", channel: str = "oral") -> Invitation:
    """Keep what a referrer told us of a friend, and ask the friend once, neutrally, whether they want to hear from us."""
    _refuse_flood()
    return submit_invitation(
        code=code, name=name, contact=contact, language=language, consents={}, channel=channel, capture=_Capture.ORAL,
        note=note,
    )  # fmt: skip


def _refuse_flood() -> None:
    member = present_member()
    since = door.moment() - timedelta(days=1)
    if member and Invitation.objects.filter(entered_by=member, submitted_at__gt=since).count() >= MOST_ASKS:
        raise TooManyAsks(most=MOST_ASKS)


def capture_on_phone(*, code: str, name: str, contact: str, language: str, channel: str = "store") -> Invitation:
    """Keep what a customer says at the counter; they confirm on their own phone."""
    return submit_invitation(
        code=code, name=name, contact=contact, language=language, consents={}, channel=channel, capture=_Capture.COUNTER
    )


def capture_spoken(
    *, code: str, name: str, contact: str, language: str, consents: Mapping[str, Any], channel: str = "store"
) -> Referral:
    """Take in a customer who stands before us and agreed aloud; who heard it, and which text, is kept."""
    if consents.get("referral") is not True:
        raise SpokenNotWritten
    found, name = usable_code(code), " ".join(name.split())[:120]
    if not name:
        raise NameMissing
    reached = read_contact(contact)
    refuse_own_contact(found.referrer_id, reached)
    now = door.moment()
    with transaction.atomic():
        expire(Invitation.objects.filter(
            campaign_id=found.campaign_id, contact_hash=hash_of(reached), state=_State.WAITING
        ), _State.WITHDRAWN)  # fmt: skip
        invitation = Invitation.objects.create(
            campaign_id=found.campaign_id, code=found, name=name, contact_kind=reached.kind, contact=reached.normalised,
            contact_hash=hash_of(reached), language=language, channel=channel[:20], capture=_Capture.COUNTER,
            entered_by=present_member(), secret_hash="", sends=0, submitted_at=now, expires_at=now + WAITS,
        )  # fmt: skip
        audit.record("invitation.spoken", invitation, {"campaign_id": str(found.campaign_id)})
        facts = {"invitation_id": str(invitation.id), "campaign_id": str(found.campaign_id)}
        events.publish("referral.submitted", invitation.id, **facts)
        return accept(invitation, {"text_version": SPOKEN_TEXT, **consents}, how="spoken at the counter")


def decline_invitation(invitation_id: UUID) -> Invitation:
    """Take a friend's no: what was entered is deleted at once, and nobody asks them again. Again changes nothing."""
    return _end(invitation_id, _State.DECLINED)


def withdraw_invitation(invitation_id: UUID) -> Invitation:
    """Take back what was entered by mistake."""
    return _end(invitation_id, _State.WITHDRAWN)


def _end(invitation_id: UUID, state: str) -> Invitation:
    found = Invitation.objects.select_for_update(no_key=True).filter(id=invitation_id).first()
    if found is None:
        raise UnknownInvitation
    if found.state == state:
        return found
    if not expire(Invitation.objects.filter(id=invitation_id, state=_State.WAITING), state):
        raise InvitationOver
    audit.record(f"invitation.{state}", found)
    return Invitation.objects.get(id=invitation_id)
